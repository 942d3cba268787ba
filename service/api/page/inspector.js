// Explains a block's label: probabilities, reasons that add up to the log-odds, and buttons that correct it.

import { h, percent } from "./dom.js";
import { KINDS, KIND_OF_ONE, LABELS, LABEL_WORDS, LABEL_OF_KIND, capital } from "./labels.js";

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

function odds(logOdds) {
  const times = Math.exp(Math.abs(logOdds));
  if (times >= 1000) return "more than 1,000 to 1";
  return `${times < 10 ? times.toFixed(1) : Math.round(times)} to 1`;
}

function probabilities(block) {
  return h("dl", { class: "probabilities" }, LABELS.map((label) => {
    const bar = h("span", { class: "fill" });
    bar.style.setProperty("--share", block.probabilities[label].toFixed(4));
    return h("div", { data: { label } },
      h("dt", {}, LABEL_WORDS[label]),
      h("dd", {}, h("span", { class: "bar", "aria-hidden": "true" }, bar), h("span", { class: "value" }, percent(block.probabilities[label]))));
  }));
}

function reasons(block) {
  const why = block.explanation;
  if (!why) return h("p", { class: "hint" }, "The service gave no reasons.");
  const most = Math.max(...why.reasons.map((reason) => Math.abs(reason.contribution)), 1e-9);
  const label = block.given;
  return [
    h("h3", {}, `Why ${LABEL_WORDS[label].toLowerCase()}, not ${LABEL_WORDS[why.runner_up].toLowerCase()}`),
    h("p", { class: "hint" }, why.log_odds >= 0
      ? `The odds are ${odds(why.log_odds)}. The reasons add up to ${signed(why.log_odds)}, their logarithm.`
      : `The odds are ${odds(why.log_odds)} against it, yet this page asks for more before it gives the other label.`),
    h("ol", { class: "reasons" }, why.reasons.map((reason) => {
      const bar = h("span", { class: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", (Math.abs(reason.contribution) / most).toFixed(4));
      return h("li", { class: reason.contribution < 0 ? "against" : "for" },
        h("span", { class: "reason" }, reason.words), h("span", { class: "value" }, signed(reason.contribution)), bar);
    })),
  ];
}

function correction(block, number, { correct, undo }) {
  return h("fieldset", { class: "correction" },
    h("legend", {}, "Is this right?"),
    h("div", { class: "choices" }, LABELS.map((label, at) => h("button", {
      type: "button", data: { label }, "aria-pressed": String(label === block.label), onclick: () => correct(number, label),
    }, LABEL_WORDS[label], h("kbd", { "aria-hidden": "true" }, at + 1)))),
    h("label", { class: "choice" }, "Kind",
      h("select", { onchange: ({ target }) => correct(number, LABEL_OF_KIND[target.value], target.value) },
        LABELS.map((label) => h("optgroup", { label: LABEL_WORDS[label] },
          KINDS[label].map((kind) => h("option", { value: kind, selected: kind === block.kind }, capital(KIND_OF_ONE[kind]))))))),
    block.corrected
      ? h("p", { class: "hint" }, `The model said ${LABEL_WORDS[block.given].toLowerCase()}, ${KIND_OF_ONE[block.givenKind]}. `,
        h("button", { type: "button", class: "link", onclick: () => undo(number) }, "Undo this correction"))
      : h("p", { class: "hint" }, "Nothing is sent before you press Send."));
}

export class Inspector {
  constructor({ correct, undo, close }) {
    this.does = { correct, undo };
    this.inside = h("div", {});
    this.element = h("aside", { class: "inspector", "aria-label": "Why this label" },
      h("button", { type: "button", class: "quiet close", "aria-label": "Close the reasons", onclick: close }, "×"), this.inside);
    this.show(null, null);
  }

  // Whether the focus is in here; then the pointer must not change the block that is shown.
  get busy() {
    return this.inside.contains(document.activeElement);
  }

  show(block, number, pinned = false) {
    const from = this.busy ? document.activeElement : null;
    this.#draw(block, number, pinned);
    if (from) this.inside.querySelector(from.dataset.label ? `button[data-label=${from.dataset.label}]` : "select, button")?.focus();
  }

  #draw(block, number, pinned) {
    this.element.classList.toggle("pinned", pinned);
    if (block === null) {
      this.inside.replaceChildren(h("p", { class: "hint" },
        "Point at a block, or move through them with the arrow keys, to see why it got its label."));
      return;
    }
    const kind = KIND_OF_ONE[block.kind];
    this.inside.replaceChildren(
      h("h2", { data: { label: block.label } }, h("span", { class: "swatch", "aria-hidden": "true" }), LABEL_WORDS[block.label],
        h("span", { class: "kind" }, kind), h("span", { class: "place" }, `Block ${number + 1}`)),
      probabilities(block), correction(block, number, this.does), ...[reasons(block)].flat());
  }
}
