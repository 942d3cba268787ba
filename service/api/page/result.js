// Shows the service's answer under three tabs: the article, its clean body, its duplicates.

import { QUALITY, about, whyNoArticle } from "./about.js";
import { BlockList } from "./article.js";
import { comments } from "./comments.js";
import { Copying } from "./copying.js";
import { Corrections } from "./corrections.js";
import { counted, h, percent } from "./dom.js";
import { Duplicates } from "./duplicates.js";
import { Inspector } from "./inspector.js";
import { Strip } from "./strip.js";
import { Characters, countWords, nameOf } from "./text.js";
import { toggles } from "./toggles.js";

const BOTH = matchMedia("(min-width: 88rem)"); // where the reasons stand beside the fields; else they cover them

function tabs(named, beside) {
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
  return h("div", {}, h("div", { class: "views" }, h("div", { class: "tabs", role: "tablist", "aria-label": "Views of this page" }, buttons), beside), panels);
}

function knownLanguage(tag) {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

export class Result {
  // `page` is the request, {text} or {html}; `again()` returns to the form, `failed(problem)` shows an error.
  constructor(answer, page, { again, failed }) {
    this.answer = answer;
    const text = new Characters(page.text ?? answer.text);
    const words = (block) => text.slice(block.start, block.end);
    this.blocks = answer.blocks.map((block) => ({ ...block, given: block.label, givenKind: block.kind }));
    const id = nameOf(answer.title, answer.body);
    this.corrections = new Corrections(this.blocks, { page, id, failed, changed: (number) => this.#corrected(number) });
    this.inspector = new Inspector({
      correct: (number, label, kind) => this.corrections.set(number, label, kind),
      undo: (number) => this.corrections.set(number, this.blocks[number].given, this.blocks[number].givenKind),
      close: () => this.list.leave(),
    });
    this.list = new BlockList(this.blocks, words, {
      language: knownLanguage(answer.language),
      show: (number) => this.#explain(number),
      correct: (number, label) => this.corrections.set(number, label),
      undo: () => this.corrections.undo(),
    });
    this.strip = new Strip(this.blocks, words, this.list);
    this.copying = new Copying({ answer, page, blocks: this.blocks, words, id, failed });
    this.body = h("div", { class: "copytext", tabindex: "0", role: "region", "aria-label": "The clean body", dir: "auto" });
    this.bodyNote = h("p", { class: "hint" });
    this.duplicates = new Duplicates({ page: () => page, id, body: answer.body, own: answer, failed, changed: (n) => this.#badge(n) });
    this.legend = h("div", {});
    this.element = this.#draw(again, page.html === undefined ? "plain text" : "HTML");
    this.#drawLegend();
    this.#drawBody();
  }

  close() {
    this.strip.close();
  }

  #draw(again, form) {
    const { answer } = this;
    this.heading = h("h1", { tabindex: "-1", dir: "auto" }, answer.title || "No title found");
    const header = h("header", { class: "summary" },
      h("div", {}, this.heading, this.#verdict(form)),
      h("button", { type: "button", id: "again", onclick: again }, "Another page"));
    if (!this.blocks.length) return h("article", {}, header);
    return h("article", {}, header,
      tabs([
        { id: "blocks", title: "Article", inside: [this.#legendRow(), h("div", { class: "columns" }, this.strip.element,
          h("div", { class: "sheet" }, this.corrections.element, this.list.element, comments(answer.comments)),
          about(answer), this.inspector.element)] },
        { id: "body", title: "Clean body", inside: h("div", { class: "clean" }, this.bodyNote, this.body) },
        { id: "duplicates", title: "Seen before?", inside: this.duplicates.element },
      ], [this.copying.saves(), this.copying.copies()]));
  }

  #verdict(form) {
    const { answer } = this;
    if (!this.blocks.length) return h("p", { class: "verdict" }, `This page has no text${form === "HTML" ? "; it may need scripts to show it" : ""}.`);
    const read = `${counted(this.blocks.length, "block")}, read as ${form}.`;
    if (answer.is_article) {
      return h("p", { class: "facts" }, `An article (${percent(answer.page_types.article)}). `,
        h("span", { title: QUALITY }, `Body expected to be ${percent(answer.confidence)} right`), `. ${read}`);
    }
    return h("p", { class: "verdict" }, h("strong", {}, "Probably no article"), `: ${whyNoArticle(answer)}. ${read}`);
  }

  #legendRow() {
    return h("div", { class: "legend" }, this.legend, h("p", { class: "folding" },
      h("span", { class: "hint choosing" }, "Choose a block to see why."), this.list.count, " ", this.list.unfold));
  }

  // Shows the reasons for a block. One that the pointer is over is shown only where the fields keep their place.
  #explain(number) {
    const selected = this.list?.selected ?? null;
    const pinned = number !== null && number === selected;
    if (!pinned && this.inspector.busy) return;
    if (number !== selected && !BOTH.matches) return;
    this.inspector.show(number === null ? null : this.blocks[number], number, pinned);
  }

  #drawLegend() {
    const { hidden } = this.list;
    const open = this.legend.querySelector("details")?.open;
    this.legend.replaceChildren(toggles(this.blocks, hidden, () => this.list.draw()));
    this.legend.querySelector("details").open = open ?? false;
  }

  #drawBody() {
    const text = this.copying.text();
    const corrected = this.corrections.corrected.length;
    this.body.textContent = text || "No block of this page is body.";
    this.bodyNote.textContent = `${counted(countWords(text), "word")}, without headline and captions${corrected ? `, with ${counted(corrected, "correction")} of yours` : ""}.`;
  }

  #badge(matches) {
    const badge = this.element.querySelector("#badge-duplicates");
    badge.textContent = matches ? String(matches) : "";
    badge.setAttribute("aria-label", matches ? counted(matches, "match", "matches") : "");
  }

  #corrected(number) {
    if (number !== null) this.list.hidden.delete(this.blocks[number].kind);
    this.list.draw();
    this.strip.draw();
    this.#explain(this.list.selected);
    this.#drawLegend();
    this.#drawBody();
  }
}
