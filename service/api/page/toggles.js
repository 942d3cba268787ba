// The legend of the labels, whose check boxes hide blocks: one for each label, and one for each kind of this page.

import { h } from "./dom.js";
import { KINDS, KIND_WORDS, LABELS, LABEL_WORDS, capital } from "./labels.js";

// `hidden` is the set of hidden kinds; it is changed here, then `changed()` is called.
export function toggles(blocks, hidden, changed) {
  const counts = new Map();
  for (const block of blocks) counts.set(block.kind, (counts.get(block.kind) ?? 0) + 1);
  const present = (label) => KINDS[label].filter((kind) => counts.has(kind));
  const boxes = []; // each with the kinds that it stands for

  function sync() {
    for (const { box, kinds } of boxes) {
      const off = kinds.filter((kind) => hidden.has(kind)).length;
      box.checked = off < kinds.length;
      box.indeterminate = off > 0 && box.checked;
    }
  }

  function toggle(kinds, ...words) {
    const box = h("input", {
      type: "checkbox",
      disabled: kinds.length === 0,
      onchange: () => {
        for (const kind of kinds) box.checked ? hidden.delete(kind) : hidden.add(kind);
        sync();
        changed();
      },
    });
    boxes.push({ box, kinds });
    const total = kinds.reduce((sum, kind) => sum + counts.get(kind), 0);
    return h("label", { class: "toggle" }, box, words, " ", h("b", {}, total));
  }

  const labels = LABELS.map((label) => h("span", { data: { label } },
    toggle(present(label), h("span", { class: "swatch", "aria-hidden": "true" }), LABEL_WORDS[label])));
  const kinds = LABELS.map((label) => h("div", { class: "group", data: { label } },
    present(label).map((kind) => toggle([kind], capital(KIND_WORDS[kind])))));
  sync();
  return h("fieldset", { class: "toggles" }, h("legend", { class: "sr" }, "Show blocks"), labels,
    h("details", { class: "kinds" }, h("summary", {}, "Kinds"), kinds));
}
