// A map of the whole page at its side: a segment for each block, as high as its text is long, coloured by label.

import { h, svg } from "./dom.js";
import { KIND_OF_ONE, LABELS, LABEL_WORDS, capital } from "./labels.js";

const SHORTEST = 40; // characters; shorter blocks are drawn as high as one of this length
const WIDTHS = { body: 10, teaser: 7, boilerplate: 4 }; // of 10, so that the labels differ in more than colour
const GAP = 0.0015; // of the strip, between two segments
const SHOWN = 60; // characters of a block that are read out

export class Strip {
  // `list` is the BlockList that it maps.
  constructor(blocks, words, list) {
    Object.assign(this, { blocks, words, list, at: 0 });
    this.ends = [0];
    for (const block of blocks) this.ends.push(this.ends.at(-1) + Math.max(SHORTEST, block.end - block.start));
    this.total = this.ends.at(-1) || 1;
    this.view = svg("rect", { class: "view", x: 0, width: 10, y: 0, height: 0 });
    this.shapes = svg("g");
    this.element = h("div", {
      class: "strip", role: "slider", tabindex: "0", "aria-label": "Map of the page", "aria-orientation": "vertical",
      "aria-valuemin": 1, "aria-valuemax": Math.max(1, blocks.length),
      onkeydown: (event) => this.#key(event),
      onpointerdown: (event) => this.#point(event),
      onpointermove: (event) => this.#point(event),
    }, svg("svg", { viewBox: `0 0 10 ${this.total}`, preserveAspectRatio: "none", "aria-hidden": "true" }, this.shapes, this.view));
    this.draw();
    this.#name(0);
    this.waiting = false;
    this.follow = () => {
      if (this.waiting) return;
      this.waiting = true;
      requestAnimationFrame(() => { this.waiting = false; this.#follow(); });
    };
    addEventListener("scroll", this.follow, { passive: true });
    this.sizes = new ResizeObserver(this.follow);
    this.sizes.observe(list.element);
  }

  draw() {
    const gap = Math.min(this.total * GAP, SHORTEST / 4);
    const paths = Object.fromEntries(LABELS.map((label) => [label, ""]));
    this.blocks.forEach(({ label }, number) => {
      paths[label] += `M0 ${this.ends[number]}h${WIDTHS[label]}V${this.ends[number + 1] - gap}H0z`;
    });
    this.shapes.replaceChildren(...LABELS.map((label) => svg("path", { data: { label }, d: paths[label] })));
  }

  // Marks the part of the page that the window shows.
  #follow() {
    if (!this.element.isConnected || !this.element.offsetParent) return;
    const top = Math.max(0, this.list.element.getBoundingClientRect().top);
    this.element.style.setProperty("--top", `${Math.round(Math.min(top, innerHeight / 2))}px`); // it ends where the window does
    const y = ({ first, last, share }) => this.ends[first] + share * (this.ends[last + 1] - this.ends[first]);
    const [from, to] = [y(this.list.placeAt(0)), y(this.list.placeAt(innerHeight))];
    this.view.setAttribute("y", from);
    this.view.setAttribute("height", Math.max(this.total / 200, to - from));
  }

  #name(number) {
    this.at = number;
    const block = this.blocks[number];
    this.element.setAttribute("aria-valuenow", number + 1);
    const words = block ? `${LABEL_WORDS[block.label]}, block ${number + 1} of ${this.blocks.length}, ${KIND_OF_ONE[block.kind]}: ${this.words(block).slice(0, SHOWN)}` : "No blocks";
    this.element.setAttribute("aria-valuetext", words);
    this.element.title = capital(words);
  }

  #numberAt(value) {
    let [low, high] = [0, this.blocks.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle + 1] < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #point(event) {
    const { top, height } = this.element.getBoundingClientRect();
    this.#name(this.#numberAt(((event.clientY - top) / height) * this.total));
    if (event.buttons & 1) this.list.reveal(this.at);
  }

  // The first block of the next run of another label, or of the run before.
  #run(step) {
    const { blocks } = this;
    let at = this.at;
    while (blocks[at + step]?.label === blocks[this.at]?.label) at += step;
    return at + step;
  }

  #key(event) {
    const last = this.blocks.length - 1;
    const to = {
      ArrowDown: () => this.at + 1, ArrowUp: () => this.at - 1, Home: () => 0, End: () => last,
      PageDown: () => this.#run(1), PageUp: () => this.#run(-1), Enter: () => this.at,
    }[event.key]?.();
    if (to === undefined || last < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#name(Math.max(0, Math.min(last, to)));
    this.list.reveal(this.at, { enter: event.key === "Enter" });
  }

  close() {
    removeEventListener("scroll", this.follow);
    this.sizes.disconnect();
  }
}
