// Collects the reader's corrections of a page: they can be undone, and are sent when the reader says so.

import { call } from "./api.js";
import { byId, counted, h, say } from "./dom.js";
import { kindUnder } from "./labels.js";

const AGREED = "copydesk-sends-corrections";
let agreed = false; // whether the reader has agreed to sending pages; asked once in a session

try {
  agreed = sessionStorage.getItem(AGREED) === "yes";
} catch {
  // Storage is switched off: the answer stays in memory only.
}

function agree() {
  agreed = true;
  try {
    sessionStorage.setItem(AGREED, "yes");
  } catch {
    // Storage is switched off.
  }
}

// Asks what is sent and where it is stored; the answer is whether the reader agrees.
function ask(page, many) {
  if (agreed) return Promise.resolve(true);
  const dialog = byId("send-dialog");
  const form = page.html === undefined ? "text" : "HTML";
  const size = counted((page.html ?? page.text).length, "character");
  byId("send-what").textContent = `Your ${counted(many, "correction")} and the whole page (its ${form}, ${size}) go to the service at ${location.host}.`;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "send") agree();
      answered(dialog.returnValue === "send");
    }, { once: true });
  });
}

const state = ({ label, kind }) => `${label} ${kind}`;

export class Corrections {
  // Corrects `blocks` in place and calls `changed(number)` after each change; `number` is null for several.
  constructor(blocks, { page, id, changed, failed }) {
    Object.assign(this, { blocks, page, id, changed, failed });
    this.history = [];
    this.sent = new Map(); // what the service has stored: the state of each block that was sent
    this.stored = ""; // under which id
    this.words = h("p", { role: "status" });
    const button = (words, onclick, kind) => h("button", { type: "button", class: kind, onclick }, words);
    this.undoLast = button("Undo last", () => this.undo());
    this.undoEach = button("Undo all", () => this.undoAll());
    this.submit = button("Send", () => this.send(), "primary");
    this.element = h("section", { class: "corrections", "aria-label": "Your corrections", hidden: true }, this.words,
      h("div", { class: "actions" }, this.undoLast, this.undoEach, this.submit));
  }

  get corrected() {
    return [...this.blocks.keys()].filter((number) => this.blocks[number].corrected);
  }

  // The blocks that the service has to know otherwise than it does; those taken back are sent as the model had them.
  get unsent() {
    const before = (number) => this.sent.get(number) ?? state({ label: this.blocks[number].given, kind: this.blocks[number].givenKind });
    return [...new Set([...this.corrected, ...this.sent.keys()])].filter((number) => before(number) !== state(this.blocks[number]));
  }

  set(number, label, kind) {
    const block = this.blocks[number];
    const wanted = kind ?? kindUnder(label, block.givenKind);
    if (label === block.label && wanted === block.kind) return;
    this.history.push({ number, label: block.label, kind: block.kind });
    this.#put(number, label, wanted);
    this.#changed(number);
  }

  undo() {
    const last = this.history.pop();
    if (!last) return;
    this.#put(last.number, last.label, last.kind);
    this.#changed(last.number);
    say(`Block ${last.number + 1} is as before.`);
  }

  undoAll() {
    this.history = [];
    for (const number of this.corrected) this.#put(number, this.blocks[number].given, this.blocks[number].givenKind);
    this.#changed(null);
    say("All blocks are as the model had them.");
  }

  #put(number, label, kind) {
    const block = this.blocks[number];
    Object.assign(block, { label, kind, corrected: label !== block.given || kind !== block.givenKind });
  }

  #changed(number) {
    this.#draw();
    this.changed(number);
  }

  #draw() {
    const [corrected, unsent] = [this.corrected.length, this.unsent.length];
    const stored = this.stored ? `The page is stored as ${this.stored}` : "";
    this.element.hidden = !corrected && !unsent && !stored;
    if (!unsent) this.words.textContent = `${stored || "Nothing is corrected"}${stored ? `, with ${counted(corrected, "correction")}.` : "."}`;
    else if (stored) this.words.textContent = `${stored}; ${counted(unsent, "change")} since then not sent.`;
    else this.words.textContent = `${counted(unsent, "correction")}, not sent.`;
    this.undoLast.hidden = !this.history.length;
    this.undoEach.hidden = !corrected;
    this.submit.hidden = !unsent;
    this.submit.textContent = stored ? "Send again" : "Send";
  }

  async send() {
    const numbers = [...new Set([...this.corrected, ...this.sent.keys()])];
    if (!(await ask(this.page, this.unsent.length))) return;
    const blocks = numbers.map((number) => {
      const { start, end, label, kind } = this.blocks[number];
      return { start, end, label, kind };
    });
    const sent = new Map(numbers.map((number) => [number, state(this.blocks[number])]));
    this.submit.disabled = true;
    try {
      this.stored = (await call("POST", "v1/feedback", { id: this.id, ...this.page, blocks })).id;
      this.sent = sent;
      say("Sent. Thank you.");
    } catch (problem) {
      this.failed(problem);
    } finally {
      this.submit.disabled = false;
      this.#draw();
    }
  }
}
