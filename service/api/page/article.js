// Shows the page's blocks, coloured by label and shaded by confidence. They are one tab stop with arrow keys inside.

import { counted, h, percent } from "./dom.js";
import { KINDS, KIND_OF_ONE, KIND_WORDS, LABELS, LABEL_WORDS, sureness } from "./labels.js";

const AT_FIRST = 2000; // blocks drawn before anyone asks for more

export class BlockList {
  // Calls `show(number | null)` when another block is to be explained, `correct(number, label)` when a key corrects one.
  constructor(blocks, words, { show, correct }) {
    this.blocks = blocks;
    this.words = words;
    this.show = show;
    this.correct = correct;
    this.selected = null;
    this.leaving = false;
    this.hidden = new Set();
    this.items = [];
    this.list = h("ol", {
      class: "blocks",
      role: "listbox",
      "aria-label": "Blocks of the page. Arrow keys move, 1, 2 and 3 correct the label.",
      onkeydown: (event) => this.#key(event),
      onclick: (event) => this.#click(event),
      onpointerover: (event) => this.#hover(event),
      onpointerleave: () => this.show(this.selected),
      onfocusin: (event) => this.#focus(event),
    });
    this.more = h("button", { type: "button", class: "more", onclick: () => this.#draw(this.blocks.length) });
    this.count = h("p", { class: "count", "aria-live": "polite" });
    this.element = h("div", {}, this.list, this.more);
    this.#draw(AT_FIRST);
  }

  #draw(limit) {
    const fresh = this.blocks.slice(this.items.length, limit).map((block, at) => this.#item(block, this.items.length + at));
    this.items.push(...fresh);
    this.list.append(...fresh);
    const left = this.blocks.length - this.items.length;
    this.more.hidden = left === 0;
    this.more.textContent = `Show the other ${counted(left, "block")}`;
    if (this.items.length) this.items[this.selected ?? 0].tabIndex = 0;
    this.filter(this.hidden);
  }

  #item(block, number) {
    const item = h("li", { class: "block", role: "option", id: `block-${number}`, tabindex: "-1", "aria-selected": "false" });
    item.append(h("span", { class: "tag" }), h("span", { class: "words" }, this.words(block)));
    this.#paint(item, block);
    return item;
  }

  #paint(item, block) {
    item.dataset.label = block.label;
    item.dataset.kind = block.kind;
    item.classList.toggle("corrected", block.corrected === true);
    item.style.setProperty("--sure", block.corrected ? 1 : sureness(block.confidence).toFixed(3));
    const how = block.corrected ? "corrected" : percent(block.confidence);
    item.firstChild.replaceChildren(LABEL_WORDS[block.label], " ", h("span", { class: "how" }, how));
    item.title = KIND_OF_ONE[block.kind];
  }

  repaint(number) {
    this.#paint(this.items[number], this.blocks[number]);
    this.filter(this.hidden);
  }

  select(number) {
    if (this.selected !== null) {
      this.items[this.selected].setAttribute("aria-selected", "false");
    }
    for (const item of this.items) item.tabIndex = -1;
    this.selected = number;
    const at = this.items[number ?? 0];
    if (at) at.tabIndex = 0;
    if (number !== null) at.setAttribute("aria-selected", "true");
    this.show(number);
    if (number !== null) at.scrollIntoView({ block: "nearest" }); // on a phone the reasons cover half the screen
  }

  // Clears the selection and moves the focus back to the block.
  leave() {
    const item = this.items[this.selected ?? 0];
    this.select(null);
    for (const each of this.items) each.tabIndex = each === item ? 0 : -1;
    this.leaving = true; // else the focus selects it again
    item?.focus({ preventScroll: true });
    this.leaving = false;
  }

  // Hides the blocks of these kinds; one visible block stays in the tab order.
  filter(kinds) {
    this.hidden = kinds;
    let shown = 0;
    this.items.forEach((item, number) => {
      item.hidden = kinds.has(this.blocks[number].kind);
      shown += item.hidden ? 0 : 1;
    });
    const all = this.items.length;
    this.count.textContent = shown === all ? counted(all, "block") : `${shown} of ${counted(all, "block")} shown`;
    const stop = this.items.find((item) => item.tabIndex === 0);
    if (!stop || stop.hidden) {
      if (stop) stop.tabIndex = -1;
      const first = this.items.find((item) => !item.hidden);
      if (first) first.tabIndex = 0;
    }
  }

  #number(event) {
    const item = event.target.closest?.(".block");
    return item ? this.items.indexOf(item) : -1;
  }

  #hover(event) {
    const number = this.#number(event);
    if (number >= 0 && event.pointerType !== "touch") this.show(number);
  }

  #click(event) {
    const number = this.#number(event);
    if (number < 0 || String(getSelection())) return;
    this.items[number].focus();
    this.select(number);
  }

  #focus(event) {
    const number = this.#number(event);
    if (number >= 0 && number !== this.selected && !this.leaving) this.select(number);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const number = this.#number(event);
    const label = LABELS["123".indexOf(event.key)];
    if (number >= 0 && label && event.key !== "") {
      event.preventDefault();
      this.correct(number, label);
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1, Home: Infinity, End: -Infinity }[event.key];
    if (number < 0 || step === undefined) return;
    event.preventDefault();
    const seen = this.items.filter((item) => !item.hidden);
    const at = seen.indexOf(this.items[number]);
    const to = step === Infinity ? 0 : step === -Infinity ? seen.length - 1 : at + step;
    seen[to]?.focus();
  }
}

// Check boxes for each label, and for each kind of a label that has several kinds on this page.
export function toggles(blocks, changed) {
  const hidden = new Set();
  const boxes = new Map();
  const counts = new Map();
  for (const block of blocks) counts.set(block.kind, (counts.get(block.kind) ?? 0) + 1);

  function sync() {
    for (const [label, box] of boxes) {
      const kinds = KINDS[label].filter((kind) => counts.has(kind));
      const off = kinds.filter((kind) => hidden.has(kind)).length;
      box.checked = off < kinds.length;
      box.indeterminate = off > 0 && off < kinds.length;
    }
    changed(hidden);
  }

  function set(kinds, shown) {
    for (const kind of kinds) shown ? hidden.delete(kind) : hidden.add(kind);
  }

  const groups = LABELS.map((label) => {
    const kinds = KINDS[label].filter((kind) => counts.has(kind));
    const total = kinds.reduce((sum, kind) => sum + counts.get(kind), 0);
    const small = new Map();
    const box = h("input", {
      type: "checkbox", checked: total > 0, disabled: total === 0,
      onchange: () => {
        set(kinds, box.checked);
        for (const each of small.values()) each.checked = box.checked;
        sync();
      },
    });
    boxes.set(label, box);
    const one = (kind) => {
      const each = h("input", { type: "checkbox", checked: true, onchange: () => { set([kind], each.checked); sync(); } });
      small.set(kind, each);
      return h("label", { class: "toggle kind" }, each, `${KIND_WORDS[kind]} `, h("b", {}, counts.get(kind)));
    };
    return h("div", { class: "group", data: { label } },
      h("label", { class: "toggle" }, box, h("span", { class: "swatch", "aria-hidden": "true" }), `${LABEL_WORDS[label]} `, h("b", {}, total)),
      kinds.length > 1 ? kinds.map(one) : null);
  });
  return h("fieldset", { class: "toggles" }, h("legend", { class: "sr" }, "Show blocks"), groups);
}
