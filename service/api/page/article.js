// Shows the page as it is set, at its article: furniture and teasers are folded. All blocks are one tab stop with arrow keys.

import { counted, h, percent } from "./dom.js";
import { FOLDED, KIND_OF_ONE, LABELS, LABEL_WORDS, capital, sureness } from "./labels.js";
import { KIND_OF_GROUP, setBlock, setGroup } from "./parts.js";

const DRAWN = 2000; // blocks that are drawn at once; the rest of a longer page is folded
const QUIET = 90; // characters up to which a single block of furniture is shown, not folded
const NAMED = 8; // blocks of a fold that its line names, as far as there is room
const NAME = 40; // characters of each

// The runs of blocks that are drawn together: as a fold, a list, a table, or alone.
function runsOf(blocks, hidden) {
  const runs = [];
  let drawn = 0;
  blocks.forEach((block, number) => {
    if (hidden.has(block.kind)) return;
    const folded = drawn >= DRAWN || (FOLDED[block.kind] && !block.corrected);
    drawn += folded ? 0 : 1;
    const shape = folded ? "fold" : KIND_OF_GROUP[block.kind] ?? "";
    const last = runs.at(-1);
    if (shape && last?.shape === shape && last.numbers.length < DRAWN) last.numbers.push(number);
    else runs.push({ shape, numbers: [number] });
  });
  return runs;
}

const shortened = (words) => words.length > NAME ? `${words.slice(0, NAME).trimEnd()}…` : words;

function foldName(blocks) {
  const counts = new Map();
  for (const { kind } of blocks) {
    const name = FOLDED[kind] ?? "the article";
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = counted(blocks.length, "block");
  if (counts.size === 1) return `${all} of ${[...counts.keys()][0]}`;
  const each = [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${name} (${count})`);
  return `${all}: ${each.join(", ")}`;
}

export class BlockList {
  // Calls `show(number | null)` when another block is to be explained, `correct(number, label)` and `undo()` for keys.
  constructor(blocks, words, { language, show, correct, undo }) {
    Object.assign(this, { blocks, words, language, show, correct, undo });
    this.selected = null;
    this.leaving = false;
    this.hidden = new Set();
    this.open = new Set(blocks.some((block) => block.label === "body") ? [] : Array(Math.min(blocks.length, DRAWN)).keys());
    this.element = h("div", {
      class: "blocks",
      role: "group",
      "aria-label": "Blocks of the page. Arrow keys move, 1, 2 and 3 correct the label.",
      onkeydown: (event) => this.#key(event),
      onclick: (event) => this.#click(event),
      onpointerover: (event) => this.#hover(event),
      onpointerleave: () => this.show(this.selected),
      onfocusin: (event) => this.#focus(event),
    });
    this.count = h("span", { class: "count", "aria-live": "polite" });
    this.unfold = h("button", { type: "button", class: "link", onclick: () => this.#unfoldAll() });
    this.draw();
  }

  // Draws all blocks anew, after a correction or with other kinds hidden; the block at hand stays where it was.
  draw(hidden = this.hidden) {
    this.hidden = hidden;
    if (this.selected !== null) this.open.add(this.selected); // a block that is foldable again stays in sight
    const focused = this.element.contains(document.activeElement);
    const top = this.items?.get(this.selected)?.element.getBoundingClientRect().top;
    this.items = new Map();
    this.folds = [];
    this.entries = [];
    for (const { shape, numbers } of runsOf(this.blocks, hidden)) {
      const quiet = numbers.length === 1 && this.words(this.blocks[numbers[0]]).length <= QUIET;
      const elements = shape === "fold" && !quiet ? [this.#fold(numbers)] : this.#set(shape, numbers);
      elements.forEach((element) => this.entries.push({ element, first: numbers[0], last: numbers.at(-1) }));
    }
    this.element.replaceChildren(...this.entries.map((entry) => entry.element));
    if (this.selected !== null) this.#mark(this.selected, true);
    this.#tabStop(this.items.get(this.selected)?.tag ?? this.#stops()[0]);
    const item = this.items.get(this.selected);
    if (item && top !== undefined) scrollBy({ top: item.element.getBoundingClientRect().top - top, behavior: "instant" });
    if (item && focused) item.tag.focus({ preventScroll: true });
    this.#countShown();
  }

  #set(shape, numbers) {
    const group = shape === "fold" ? "" : shape;
    return setGroup(group, numbers.map((number, at) => this.#item(number, group, at === 0 && numbers.length > 1)));
  }

  #item(number, group, head) {
    const block = this.blocks[number];
    const how = block.corrected ? "corrected" : percent(block.confidence);
    const tag = h("button", { type: "button", class: "tag stop", tabindex: "-1", "aria-pressed": "false", data: { number } },
      h("span", { class: "sr" }, `${LABEL_WORDS[block.label]}, `), capital(KIND_OF_ONE[block.kind]), " ", h("span", { class: "how" }, how));
    const element = setBlock(block, this.words(block), tag, { group, head, language: this.language });
    Object.assign(element.dataset, { label: block.label, kind: block.kind, number });
    element.classList.toggle("corrected", block.corrected === true);
    element.style.setProperty("--sure", block.corrected ? 1 : sureness(block.confidence).toFixed(3));
    this.items.set(number, { element, tag });
    return element;
  }

  #fold(numbers) {
    const blocks = numbers.map((number) => this.blocks[number]);
    const labels = LABELS.filter((label) => blocks.some((block) => block.label === label));
    const inside = h("div", { class: "folded", id: `fold-${numbers[0]}` });
    const preview = blocks.slice(0, NAMED).map((block) => shortened(this.words(block))).join(" · ");
    const button = h("button", { type: "button", class: "fold-line stop", tabindex: "-1", "aria-controls": inside.id },
      h("span", { class: "arrow", "aria-hidden": "true" }),
      labels.map((label) => h("span", { class: "swatch", "aria-hidden": "true", data: { label } })),
      h("span", { class: "fold-name" }, foldName(blocks)), h("span", { class: "preview", dir: "auto", lang: this.language }, preview));
    const fold = {
      numbers,
      set: (open) => {
        for (const number of numbers) open ? this.open.add(number) : this.open.delete(number);
        for (const number of numbers) this.items.delete(number);
        inside.replaceChildren(...(open ? this.#set("", numbers) : []));
        inside.hidden = !open;
        button.setAttribute("aria-expanded", String(open));
        if (!open && numbers.includes(this.selected)) this.select(null);
      },
    };
    button.addEventListener("click", () => { fold.set(inside.hidden); this.#countShown(); });
    fold.set(numbers.some((number) => this.open.has(number)));
    this.folds.push(fold);
    return h("div", { class: "fold" }, button, inside);
  }

  #unfoldAll() {
    const open = this.folds.some((fold) => !this.open.has(fold.numbers[0]));
    for (const fold of this.folds) fold.set(open);
    this.#countShown();
  }

  #countShown() {
    const [shown, all] = [this.items.size, this.blocks.length];
    this.count.textContent = shown === all ? counted(all, "block") : `${shown} of ${counted(all, "block")} shown`;
    this.unfold.hidden = this.folds.length === 0;
    this.unfold.textContent = this.folds.some((fold) => !this.open.has(fold.numbers[0])) ? "Unfold all" : "Fold all";
  }

  #mark(number, pressed) {
    const item = this.items.get(number);
    item?.tag.setAttribute("aria-pressed", String(pressed));
    item?.element.classList.toggle("chosen", pressed);
  }

  #stops() {
    return [...this.element.querySelectorAll(".stop")];
  }

  #tabStop(stop) {
    for (const each of this.element.querySelectorAll('.stop[tabindex="0"]')) each.tabIndex = -1;
    if (stop) stop.tabIndex = 0;
  }

  select(number) {
    this.#mark(this.selected, false);
    this.selected = number;
    this.show(number);
    if (number === null) return;
    this.#mark(number, true);
    const { element, tag } = this.items.get(number);
    this.#tabStop(tag);
    element.scrollIntoView({ block: "nearest" }); // on a phone the reasons cover half the screen
  }

  // Clears the selection and moves the focus back to the block.
  leave() {
    const item = this.items.get(this.selected);
    this.select(null);
    this.leaving = true; // else the focus selects it again
    item?.tag.focus({ preventScroll: true });
    this.leaving = false;
  }

  // Scrolls to a block, or to the fold that it is in; `enter` opens the fold and moves the focus there.
  reveal(number, { enter = false } = {}) {
    if (enter && !this.items.has(number)) this.folds.find((fold) => fold.numbers.includes(number))?.set(true);
    const entry = this.entries.findLast((each) => each.first <= number) ?? this.entries[0];
    (this.items.get(number)?.element ?? entry?.element)?.scrollIntoView({ block: "center" });
    if (enter) this.items.get(number)?.tag.focus({ preventScroll: true });
  }

  // The place in the page of a height in the window: the blocks of the entry there, and how far down it is in them.
  placeAt(y) {
    let [low, high] = [0, this.entries.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries[middle].element.getBoundingClientRect().bottom < y) low = middle + 1;
      else high = middle;
    }
    const entry = this.entries[low];
    if (!entry) return { first: 0, last: 0, share: 0 };
    const { top, height } = entry.element.getBoundingClientRect();
    return { ...entry, share: Math.max(0, Math.min(1, (y - top) / (height || 1))) };
  }

  #number(event) {
    const found = event.target.closest?.("[data-number]");
    return found ? Number(found.dataset.number) : -1;
  }

  #hover(event) {
    const number = this.#number(event);
    if (number >= 0 && event.pointerType !== "touch") this.show(number);
  }

  #click(event) {
    const number = this.#number(event);
    if (number < 0 || String(getSelection())) return;
    this.items.get(number).tag.focus();
    this.select(number);
  }

  #focus(event) {
    const number = this.#number(event);
    if (number >= 0 && number !== this.selected && !this.leaving) this.select(number);
    if (event.target.matches(".fold-line")) this.#tabStop(event.target);
  }

  #key(event) {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.undo();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches(".stop")) return;
    const number = this.#number(event);
    const label = LABELS[Number(event.key) - 1];
    const stops = this.#stops();
    const at = stops.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (number >= 0 && label) this.correct(number, label);
    else if (number >= 0 && event.key === "Escape") this.leave();
    else if (to !== undefined) stops[to]?.focus();
    else return;
    event.preventDefault();
  }
}
