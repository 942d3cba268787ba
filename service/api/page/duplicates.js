// Shows the near-duplicates in the index, and the shared passages in both texts.

import { moment } from "./about.js";
import { call, segment } from "./api.js";
import { counted, h, percent, say } from "./dom.js";
import { capital } from "./labels.js";
import { Characters, sharedRanges } from "./text.js";

// The index stores no text, so only articles that this tab added can be shown beside their duplicates.
const ownTexts = new Map();

const RELATIONS = {
  identical: "The same text",
  near_duplicate: "Nearly the same text",
  contains: "This article contains the other one, or a part of it",
  contained: "The other article contains this one, or a part of it",
};

const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "your";

function marked(text, ranges) {
  const parts = [];
  let at = 0;
  for (const [start, end] of ranges) {
    if (end <= at) continue;
    parts.push(text.slice(at, Math.max(start, at)), h("mark", {}, text.slice(Math.max(start, at), end)));
    at = end;
  }
  parts.push(text.slice(at));
  return parts.filter((part) => part !== "");
}

function side(title, ...inside) {
  return h("section", { class: "side", tabindex: "0", "aria-label": title }, h("h3", {}, title), ...inside);
}

function comparison(body, match) {
  const ranges = new Characters(body).ranges(match.ranges);
  const other = ownTexts.get(String(match.id));
  if (other === undefined) {
    return h("div", { class: "comparison" },
      side("This article", h("div", { class: "copytext" }, marked(body, ranges))),
      side(match.id, h("p", { class: "hint" },
        "The index keeps no text, and this tab did not add that article, so its side cannot be shown.")));
  }
  const shared = sharedRanges(body, ranges, other);
  return h("div", { class: "comparison" },
    side("This article", h("div", { class: "copytext" }, marked(body, shared.own))),
    side(match.id, h("div", { class: "copytext" }, marked(other, shared.theirs))));
}

function matchCard(body, match) {
  const bar = h("span", { class: "fill" });
  bar.style.setProperty("--share", match.similarity.toFixed(4));
  const place = h("div", { class: "compared", hidden: true });
  const button = h("button", {
    type: "button", "aria-expanded": "false",
    onclick: () => {
      if (!place.firstChild) place.append(comparison(body, match));
      place.hidden = !place.hidden;
      button.setAttribute("aria-expanded", String(!place.hidden));
      button.textContent = place.hidden ? "Show shared passages" : "Hide shared passages";
    },
  }, "Show shared passages");
  return h("li", { class: "match" },
    h("div", { class: "match-head" },
      h("div", {}, h("p", { class: "relation" }, RELATIONS[match.relation] ?? match.relation), h("p", { class: "name" }, match.id)),
      h("p", { class: "alike" }, h("span", { class: "bar", "aria-hidden": "true" }, bar), ` ${percent(match.similarity)} alike`)),
    h("p", { class: "hint" }, `This article holds ${percent(match.contains)} of the other, the other holds ${percent(match.contained)} of this one.`),
    button, place);
}

function verdict(answer) {
  const n = answer.matches.length;
  if (answer.kept_because === "no_body") return ["There is no body to compare", "The index finds no other version of a page without a body."];
  if (answer.seen) return ["This story has been seen", `The index holds ${counted(n, "other text")} of it, in cluster ${answer.cluster}.`];
  if (n) return ["Another story, with shared passages", `It shares passages with ${counted(n, "article")} of other stories.`];
  if (answer.added || answer.unchanged) return ["This story is in the index", "The index holds nothing else like it."];
  return ["This story is new", "The index holds nothing like it."];
}

// `page()` returns the request's fields for this page; `own` has the page's time and site; `changed(n)` is called with the number of matches.
export class Duplicates {
  constructor({ page, id, body, own, changed, failed }) {
    this.page = page;
    this.body = body;
    this.changed = changed;
    this.failed = failed;
    this.found = h("div", { class: "found", "aria-live": "polite" });
    this.id = h("input", { id: "article-id", name: "id", value: id, required: true, maxlength: "2000", spellcheck: "false", autocomplete: "off", oninput: () => this.#name() });
    this.published = h("input", { id: "article-published", type: "datetime-local", "aria-describedby": own.published ? "own-published" : null });
    this.source = h("input", { id: "article-source", autocomplete: "off", maxlength: "2000", placeholder: own.site || null });
    this.held = null; // the id under which the index has this page
    this.heading = h("h2", {});
    this.add = h("button", { type: "submit", class: "primary" }, "Add to the index");
    const field = (label, input, below = null) => h("div", { class: "field" }, h("label", { for: input.id }, label), input, below);
    const said = own.published ? h("p", { class: "hint", id: "own-published" }, "The page says ", moment(own.published), ".") : null;
    this.element = h("div", { class: "duplicates" }, this.found,
      h("form", { class: "adding", onsubmit: (event) => { event.preventDefault(); this.put(); } },
        this.heading,
        h("p", { class: "hint" }, "The index keeps the title and signatures of the body, not its text."),
        h("div", { class: "fields" }, field("Id", this.id), field(`Published (optional, in ${timeZone()} time)`, this.published, said), field("Source (optional)", this.source)),
        this.add));
    this.#name();
  }

  // Names the form after what it does with the id in it: add this page, or update what the index has of it.
  #name() {
    const held = this.held !== null && this.held === this.id.value.trim();
    this.heading.textContent = held ? "It is kept for later comparisons" : "Keep it for later comparisons";
    this.add.textContent = held ? "Update" : "Add to the index";
  }

  #fields() {
    const at = this.published.value ? new Date(this.published.value) : null;
    return {
      ...this.page(), id: this.id.value.trim(),
      ...(at && !Number.isNaN(at.getTime()) ? { published: at.toISOString() } : {}),
      ...(this.source.value.trim() ? { source: this.source.value.trim() } : {}),
    };
  }

  async check() {
    this.found.replaceChildren(h("p", { class: "hint" }, "Asking the index …"));
    try {
      this.#draw(await call("POST", "v1/articles/check", this.#fields()));
    } catch (problem) {
      this.found.replaceChildren(h("p", { class: "notice" }, h("strong", {}, `${problem.title ?? "It failed"}. `), problem.words ?? String(problem)));
      this.changed(null);
    }
  }

  async put() {
    const fields = this.#fields();
    this.add.disabled = true;
    try {
      const answer = await call("PUT", `v1/articles/${segment(fields.id)}`, fields);
      ownTexts.set(fields.id, this.body);
      this.#draw(answer);
      say(`The index holds it as ${fields.id}.`);
    } catch (problem) {
      this.failed(problem);
    } finally {
      this.add.disabled = false;
    }
  }

  #draw(answer) {
    const isHeld = answer.added || answer.unchanged;
    this.held = isHeld ? String(answer.id) : null;
    this.#name();
    const [title, words] = verdict(answer);
    const held = isHeld ? ` It is in the index as ${answer.id}${answer.keep ? ", and is the one to keep of its story" : ""}.` : "";
    const matches = [...answer.matches].sort((a, b) => b.similarity - a.similarity);
    this.found.replaceChildren(h("h2", {}, title), h("p", {}, words + held),
      ...answer.remarks.map((remark) => h("p", { class: "hint" }, `${capital(remark)}.`)),
      h("ol", { class: "matches" }, matches.map((match) => matchCard(this.body, match))));
    this.changed(answer.matches.length);
  }
}
