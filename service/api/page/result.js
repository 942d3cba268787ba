// Shows the service's answer under three tabs: blocks, clean body, duplicates.

import { call } from "./api.js";
import { BlockList, toggles } from "./article.js";
import { copy, counted, h, percent, say } from "./dom.js";
import { Duplicates } from "./duplicates.js";
import { Inspector } from "./inspector.js";
import { A_LABEL, KINDS } from "./labels.js";
import { Characters, nameOf } from "./text.js";

function tabs(named) {
  const buttons = named.map(({ id, title }, at) => h("button", {
    type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`,
    onclick: () => open(at), onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      open((at + step + named.length) % named.length, true);
    },
  }, title, h("span", { class: "badge", id: `badge-${id}` })));
  const panels = named.map(({ id, inside }) => h("div", { role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}` }, inside));
  function open(chosen, focus = false) {
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === chosen));
      button.tabIndex = at === chosen ? 0 : -1;
      panels[at].hidden = at !== chosen;
    });
    if (focus) buttons[chosen].focus();
  }
  open(0);
  return h("div", {}, h("div", { class: "tabs", role: "tablist", "aria-label": "Views of this page" }, buttons), panels);
}

export class Result {
  // `page` is the request, {text} or {html}; `again()` returns to the form, `failed(problem)` shows an error.
  constructor(answer, page, { again, failed }) {
    this.answer = answer;
    this.page = page;
    this.failed = failed;
    this.text = new Characters(page.text ?? answer.text);
    this.blocks = answer.blocks.map((block) => ({ ...block, given: block.label, givenKind: block.kind }));
    this.id = nameOf(answer.title, answer.body);
    this.inspector = new Inspector({
      correct: (number, label, kind) => this.correct(number, label, kind),
      close: () => this.list.leave(),
    });
    this.list = new BlockList(this.blocks, (block) => this.text.slice(block.start, block.end), {
      show: (number) => this.#explain(number),
      correct: (number, label) => this.correct(number, label),
    });
    this.body = h("div", { class: "copytext", tabindex: "0", "aria-label": "The clean body" });
    this.bodyNote = h("p", { class: "hint" });
    this.duplicates = new Duplicates({
      page: () => this.page, id: this.id, body: answer.body, failed, changed: (n) => this.#badge(n),
    });
    this.element = this.#draw(again);
    this.#drawBody();
  }

  #draw(again) {
    const { answer } = this;
    const place = h("div", { class: "toggle-place" }, toggles(this.blocks, (hidden) => this.list.filter(hidden)));
    this.heading = h("h1", { tabindex: "-1" }, answer.title || "No headline found");
    return h("article", {},
      h("header", { class: "summary" },
        h("div", {}, this.heading,
          h("p", { class: "facts" }, `${counted(this.blocks.length, "block")}, read as ${this.page.html === undefined ? "plain text" : "HTML"}. `,
            `Confidence in the body: ${percent(answer.confidence)} (expected F1).`)),
        h("button", { type: "button", id: "again", onclick: again }, "Another page")),
      tabs([
        { id: "blocks", title: "Blocks", inside: [place, this.list.count, h("div", { class: "columns" }, this.list.element, this.inspector.element)] },
        { id: "body", title: "Clean body", inside: h("div", { class: "clean" },
          h("div", { class: "actions" }, h("button", { type: "button", class: "primary", id: "copy", onclick: () => copy(this.bodyText(), "The body") }, "Copy the body"), this.bodyNote), this.body) },
        { id: "duplicates", title: "Seen before?", inside: this.duplicates.element },
      ]));
  }

  #explain(number) {
    const pinned = number !== null && number === this.list?.selected;
    if (!pinned && this.inspector.busy) return;
    this.inspector.show(number === null ? null : this.blocks[number], number, pinned);
  }

  // The body blocks with the corrections made here, joined by blank lines as in the service.
  bodyText() {
    if (!this.blocks.some((block) => block.corrected)) return this.answer.body;
    const words = (block) => this.text.slice(block.start, block.end);
    return this.blocks.filter((block) => block.label === "body").map(words).join("\n\n");
  }

  #drawBody() {
    const text = this.bodyText();
    const corrected = this.blocks.filter((block) => block.corrected).length;
    this.body.textContent = text || "No block of this page is body.";
    this.bodyNote.textContent = `${counted(text.split(/\s+/).filter(Boolean).length, "word")}${corrected ? `, with ${counted(corrected, "correction")} of yours` : ""}.`;
  }

  #badge(matches) {
    const badge = this.element.querySelector("#badge-duplicates");
    badge.textContent = matches ? String(matches) : "";
    badge.setAttribute("aria-label", matches ? counted(matches, "match", "matches") : "");
  }

  // Every request sends all corrections of this page, so the last request is complete.
  async correct(number, label, kind) {
    const block = this.blocks[number];
    const wanted = kind ?? (label === block.given ? block.givenKind : KINDS[label][0]);
    if (label === block.label && wanted === block.kind) return;
    const before = { label: block.label, kind: block.kind, corrected: block.corrected, chosen: block.chosen };
    Object.assign(block, { label, kind: wanted, corrected: label !== block.given || wanted !== block.givenKind, chosen: kind !== undefined });
    this.#repaint(number);
    try {
      await call("POST", "v1/feedback", { id: this.id, ...this.page, blocks: this.#corrections(number) });
      say(`Noted: block ${number + 1} is ${A_LABEL[label]}. Thank you.`);
    } catch (problem) {
      Object.assign(block, before);
      this.#repaint(number);
      this.failed(problem);
    }
  }

  #corrections(touched) {
    return this.blocks.flatMap((block, number) => {
      if (!block.corrected && number !== touched) return [];
      const fields = { start: block.start, end: block.end, label: block.label };
      return [block.chosen ? { ...fields, kind: block.kind } : fields];
    });
  }

  #repaint(number) {
    this.list.repaint(number);
    this.inspector.show(this.blocks[number], number, true);
    this.#drawBody();
  }
}
