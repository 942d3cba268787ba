// Copies and saves the article as text, Markdown or JSON.

import { call } from "./api.js";
import { copy, h, say } from "./dom.js";
import { BODY_PARTS } from "./labels.js";

const FORMS = {
  text: { name: "Text", suffix: "txt", type: "text/plain" },
  markdown: { name: "Markdown", suffix: "md", type: "text/markdown" },
  json: { name: "JSON", suffix: "json", type: "application/json" },
};

const INVISIBLE = /[\u00ad\u200b\u2060\ufeff]/g; // as in the service: these only say where a line may break

export class Copying {
  // `page` is the request; `blocks` have the reader's corrections, which text and JSON follow.
  constructor({ answer, page, blocks, words, id, failed }) {
    Object.assign(this, { answer, page, blocks, words, id, failed });
  }

  get corrected() {
    return this.blocks.some((block) => block.corrected);
  }

  text() {
    if (!this.corrected) return this.answer.body;
    return this.blocks.filter((block) => BODY_PARTS.has(block.kind)).map(this.words).join("\n\n").replace(INVISIBLE, "");
  }

  json() {
    const blocks = this.answer.blocks.map(({ explanation, ...block }, number) => ({ ...block, label: this.blocks[number].label, kind: this.blocks[number].kind }));
    return `${JSON.stringify({ ...this.answer, blocks, body: this.text() }, null, 2)}\n`;
  }

  async markdown() {
    this.rendered ??= await call("POST", "v1/classify", this.page, "text/markdown");
    return this.rendered;
  }

  async #use(form, use) {
    try {
      await use(await this[form]());
      if (form === "markdown" && this.corrected) say("Done; Markdown is written by the service, without your corrections.");
    } catch (problem) {
      this.failed(problem);
    }
  }

  #save(form, content) {
    const { suffix, type } = FORMS[form];
    const href = URL.createObjectURL(new Blob([content], { type }));
    h("a", { href, download: `${this.id}.${suffix}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000); // ms; the browser has begun to read it by then
  }

  #group(title, name, does) {
    return h("div", { class: `copying ${name}`, role: "group", "aria-label": title }, h("span", { "aria-hidden": "true" }, title),
      Object.entries(FORMS).map(([form, { name }]) => h("button", {
        type: "button", "aria-label": `${title} ${name}`, onclick: () => this.#use(form, (content) => does(form, content)),
      }, name)));
  }

  copies() {
    return this.#group("Copy as", "copies", (form, content) => copy(content, FORMS[form].name));
  }

  // Shown beside the clean body only.
  saves() {
    return this.#group("Save as", "saves", (form, content) => this.#save(form, content));
  }
}
