// Starts the page: its screens, the form, the API key, and messages.

import { asset, call, hasKey, setKey } from "./api.js";
import { byId, counted, h, hush, say } from "./dom.js";
import { overview } from "./overview.js";
import { Result } from "./result.js";
import { FORM, INDEX, RESULT, Screens } from "./screens.js";
import { LARGE, decode, looksLikeHtml, notAPage } from "./text.js";

const screens = new Screens(draw);
let result = null; // of the page that was read last; it stays in memory while another screen is shown
let asked = 0; // counts pages: an answer to an earlier one comes too late
let file = null; // {name, content}: a file too large for the text field

const button = (words, onclick) => h("button", { type: "button", onclick }, words);

function failed(problem) {
  if (!problem.words) console.error(problem);
  const words = problem.words ?? "The page itself failed. Reload it, and report this if it comes again.";
  const keyed = problem.status === 401 || problem.status === 403;
  message(problem.title ?? "Something went wrong", words, keyed ? button("Give a key", openKey) : "");
}

function message(title, words, ...buttons) {
  const place = byId("problem");
  place.replaceChildren(h("strong", {}, title), h("p", {}, words), h("div", { class: "actions" }, buttons),
    h("button", { type: "button", class: "quiet close", "aria-label": "Close this message", onclick: clear }, "×"));
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

function clear() {
  byId("problem").hidden = true;
}

// Shows a screen; the form and the result stay as they are.
function draw(screen, moved) {
  hush();
  clear();
  byId("desk").hidden = screen === INDEX;
  byId("index").hidden = screen !== INDEX;
  for (const [link, current] of [["to-desk", screen !== INDEX], ["to-index", screen === INDEX]]) {
    if (current) byId(link).setAttribute("aria-current", "page");
    else byId(link).removeAttribute("aria-current");
  }
  document.title = screen === INDEX ? "The index – copydesk" : "copydesk";
  if (screen === INDEX) {
    overview(byId("overview"), failed);
    return;
  }
  byId("result").hidden = screen !== RESULT;
  byId("composer").hidden = screen === RESULT;
  byId("last").hidden = !result;
  if (moved) setTimeout(() => focusOn(screen)); // after `popstate` the browser takes the focus away if the address has a fragment
}

function focusOn(screen) {
  if (screen === RESULT) result.heading.focus({ preventScroll: true });
  else byId("page").focus();
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

async function takeFirst(files) {
  await takeFile(files[0]);
  if (files.length > 1) say(`Of ${files.length} files, only the first is read: ${files[0].name}. The command copydesk classify reads many.`);
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
  clear();
  hush();
  busy(true);
  asked += 1;
  const mine = asked;
  try {
    const answer = await call("POST", "v1/classify", { ...page, explain: true, include_text: true });
    if (mine !== asked) return;
    busy(false);
    const unsent = result?.corrections.unsent.length;
    if (unsent) ask(unsent, () => arrive(answer, page).catch(failed));
    else await arrive(answer, page);
  } catch (problem) {
    failed(problem);
  } finally {
    if (mine === asked) busy(false);
  }
}

function busy(is) {
  byId("classify").disabled = is;
  byId("busy").hidden = !is;
}

// Asks before a new result takes the place of one with corrections that were not sent, which are lost with it.
function ask(unsent, replace) {
  message(`${counted(unsent, "correction")} not sent`, "The new page takes the place of the page with what you corrected.",
    button("Keep the corrections", keep), button("Give them up and show the new page", replace));
}

function keep() {
  if (screens.shown === RESULT) clear();
  else screens.open(RESULT);
}

async function arrive(answer, page) {
  result?.close();
  result = new Result(answer, page, { again, failed });
  byId("result").replaceChildren(result.element);
  screens.arrive();
  byId("model").textContent = `Model ${answer.model.replace(/^sha256:/, "").slice(0, 12)}.`;
  scrollTo(0, 0);
  if (screens.shown === INDEX) say("The page is read. It is under “Article”.");
  if (answer.blocks.length) await result.duplicates.check();
}

function again() {
  take("");
  screens.open(FORM);
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
  if (chosen === "save" || chosen === "clear") draw(screens.shown, false);
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
    if (event.dataTransfer.files.length) takeFirst([...event.dataTransfer.files]);
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
  byId("show-last").addEventListener("click", keep);
  dropping();
  screens.start();
}

start();
