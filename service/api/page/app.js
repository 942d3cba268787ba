// Starts the page: its two views, the form, the API key, and error messages.

import { asset, call, hasKey, setKey } from "./api.js";
import { byId, h, hush, say } from "./dom.js";
import { overview } from "./overview.js";
import { Result } from "./result.js";
import { LARGE, decode, looksLikeHtml, notAPage } from "./text.js";

const VIEWS = ["desk", "index"];
const FORM = "form"; // the state of the history's entries that show the form
let shown = "desk";
let result = null; // of the page that is shown
let entry = ""; // the entry of the browser's history that shows this result; the result itself stays in memory
let asked = 0; // counts pages: an answer to an earlier one comes too late
let file = null; // {name, content}: a file too large for the text field

function failed(problem) {
  if (!problem.words) console.error(problem);
  const place = byId("problem");
  const words = problem.words ?? "The page itself failed. Reload it, and report this if it comes again.";
  place.replaceChildren(h("strong", {}, problem.title ?? "Something went wrong"), h("p", {}, words),
    problem.status === 401 || problem.status === 403 ? h("button", { type: "button", onclick: openKey }, "Give a key") : "",
    h("button", { type: "button", class: "quiet close", "aria-label": "Close this message", onclick: clear }, "×"));
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

function clear() {
  byId("problem").hidden = true;
}

function view() {
  const wanted = location.hash.slice(1);
  const chosen = VIEWS.includes(wanted) ? wanted : wanted ? shown : "desk";
  shown = chosen;
  hush();
  clear();
  for (const name of VIEWS) {
    byId(name).hidden = name !== chosen;
    if (name === chosen) byId(`to-${name}`).setAttribute("aria-current", "page");
    else byId(`to-${name}`).removeAttribute("aria-current");
  }
  document.title = chosen === "index" ? "The index – copydesk" : "copydesk";
  if (chosen === "index") overview(byId("overview"), failed);
}

// Shows the form, or the result; both stay as they are.
function show(what) {
  byId("result").hidden = what !== "result";
  byId("composer").hidden = what === "result";
  if (what === "result") result.heading.focus({ preventScroll: true });
  else byId("page").focus();
}

// Follows Back and Forward. Entries without a state are those of the two views, which change neither form nor result.
function travel({ state }) {
  if (!state) return;
  hush();
  clear();
  show(state.copydesk === entry ? "result" : "form");
}

function take(content, name = "") {
  file = content.length > LARGE ? { name, content } : null;
  byId("page").value = file ? "" : content;
  byId("page").disabled = file !== null;
  byId("file-chip").hidden = !name;
  byId("file-name").textContent = name;
}

async function takeFile(chosen) {
  if (!chosen) return;
  try {
    take(decode(new Uint8Array(await chosen.arrayBuffer())), chosen.name);
    await classify();
  } catch (problem) {
    failed(problem);
  }
}

async function classify() {
  const content = file?.content ?? byId("page").value;
  if (!content.trim()) {
    say("Paste a page first, or choose a file.");
    byId("page").focus();
    return;
  }
  const other = notAPage(content);
  if (other) {
    failed({ title: "This is not a page", words: other });
    return;
  }
  const form = byId("form").value === "auto" ? (looksLikeHtml(content) ? "html" : "text") : byId("form").value;
  await read({ [form]: content });
}

async function read(page) {
  const back = byId("result").hidden ? "Go forward to send or undo" : "Send or undo";
  if (result && !result.mayLeave(`${back}, or read the other page again`)) return;
  clear();
  hush();
  byId("classify").disabled = true;
  byId("busy").hidden = false;
  asked += 1;
  const mine = asked;
  try {
    const answer = await call("POST", "v1/classify", { ...page, explain: true, include_text: true });
    if (mine !== asked) return;
    result?.close();
    result = new Result(answer, page, { again, failed });
    byId("result").replaceChildren(result.element);
    entry = String(performance.timeOrigin + mine); // no other page load has it
    history.pushState({ copydesk: entry }, "");
    show("result");
    byId("model").textContent = `Model ${answer.model.replace(/^sha256:/, "").slice(0, 12)}.`;
    scrollTo(0, 0);
    byId("busy").hidden = true;
    if (answer.blocks.length) await result.duplicates.check();
  } catch (problem) {
    failed(problem);
  } finally {
    if (mine === asked) {
      byId("classify").disabled = false;
      byId("busy").hidden = true;
    }
  }
}

function again() {
  take("");
  history.pushState({ copydesk: FORM }, "");
  show("form");
}

async function sample(name) {
  try {
    take(await asset(name));
    await classify();
  } catch (problem) {
    failed(problem);
  }
}

function openKey() {
  byId("key").value = "";
  byId("key-dialog").showModal();
}

function closeKey() {
  const chosen = byId("key-dialog").returnValue;
  if (chosen === "save" && byId("key").value.trim()) setKey(byId("key").value.trim());
  else if (chosen === "clear") setKey("");
  byId("key").value = "";
  byId("key-open").textContent = hasKey() ? "API key set" : "API key";
  if (chosen === "save" || chosen === "clear") view();
}

function dropping() {
  const over = (on) => (event) => {
    event.preventDefault(); // else the browser opens the file in place of this page
    byId("composer").classList.toggle("over", on);
  };
  addEventListener("dragover", over(true));
  addEventListener("dragleave", over(false));
  addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) takeFile(event.dataTransfer.files[0]);
    else take(event.dataTransfer.getData("text/plain"));
  });
}

function start() {
  byId("page-form").addEventListener("submit", (event) => {
    event.preventDefault();
    classify();
  });
  byId("page").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) classify();
  });
  byId("choose").addEventListener("click", () => byId("file").click());
  byId("file").addEventListener("change", (event) => takeFile(event.target.files[0]).then(() => { event.target.value = ""; }));
  byId("file-drop").addEventListener("click", () => take(""));
  byId("sample").addEventListener("click", () => sample("sample.html"));
  byId("sample-copy").addEventListener("click", () => sample("sample-copy.html"));
  byId("key-open").addEventListener("click", openKey);
  byId("key-open").textContent = hasKey() ? "API key set" : "API key";
  byId("key-dialog").addEventListener("close", closeKey);
  history.replaceState({ copydesk: FORM }, "");
  addEventListener("popstate", travel);
  addEventListener("hashchange", view);
  dropping();
  view();
}

start();
