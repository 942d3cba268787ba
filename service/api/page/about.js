// Shows what the page says about its article, beside it: fields, where each was found, and whether it is an article.

import { h, percent } from "./dom.js";

const PLACES = {
  "json-ld": "JSON-LD", meta: "meta element", microdata: "microdata", time: "time element", block: "a block", title: "title element",
  h1: "h1", link: "link element", html: "html element", url: "address", text: "words of the text",
};

const TYPES = {
  article: "article", service: "service page", listing: "list of links", forum: "forum", product: "product page",
  documentation: "documentation", collection: "collection",
};

export const typeName = (type) => TYPES[type] ?? type;

const MIN_IS_ARTICLE = 0.5; // probability of the type article and confidence in the body below which the service
const MIN_CONFIDENCE = 0.3; // takes a page for no article, as in classifier/pipeline.py

// Says why the service takes a page for no article: each condition that failed, in words.
export function whyNoArticle({ body, confidence, page_types: shares }) {
  if (!body) return "no block of it is body";
  const likely = Object.entries(shares).sort((a, b) => b[1] - a[1]);
  const type = likely[0][0];
  const why = [];
  if (type !== "article") why.push(`its type is more likely ${typeName(type)}, ${percent(shares[type])}, than article, ${percent(shares.article)}`);
  else if (shares.article < MIN_IS_ARTICLE) why.push(`its type is uncertain, ${likely.slice(0, 2).map(([name, share]) => `${typeName(name)} ${percent(share)}`).join(", ")}`);
  if (confidence < MIN_CONFIDENCE) why.push(`${why.length ? "its" : "the type is article, but its"} body was found with low confidence, ${percent(confidence)}`);
  return why.join("; ") || "its body does not look like text";
}

export const QUALITY = "How much of the body is probably right: the word F1 that the model expects, by the words that it shares with the article"; // a tooltip

const ZONED = { year: "numeric", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZoneName: "short" };

const MIN_SHOWN = 0.005; // probability from which a type of the page is listed

// A time in the reader's form and zone, with the exact value as tooltip. A day without a time stays that day in every
// zone, and a time whose zone the page does not say stays that time.
export function moment(value) {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value);
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(value);
  const date = new Date(isDay ? `${value}T00:00:00Z` : hasZone ? value : `${value}Z`);
  if (Number.isNaN(date.getTime())) return value;
  const form = isDay ? { dateStyle: "long", timeZone: "UTC" } : hasZone ? ZONED : { ...ZONED, timeZone: "UTC", timeZoneName: undefined };
  const shown = h("time", { datetime: value, title: value }, date.toLocaleString(undefined, form));
  return isDay || hasZone ? shown : [shown, " (time zone unknown)"];
}

const WEB = /^https?:[/]{2}(?:www[.])?/i;

// An address of the web as a link that tells the other side nothing; anything else stays text.
function address(value) {
  if (!WEB.test(value)) return value;
  return h("a", { class: "address", href: value, title: value, rel: "noopener noreferrer nofollow", target: "_blank" }, value.replace(WEB, ""));
}

function language(tag) {
  try {
    return new Intl.DisplayNames(undefined, { type: "language" }).of(tag);
  } catch {
    return tag;
  }
}

function languages({ language: used, language_declared: declared, language_detected: detected }) {
  if (!used) return "";
  const differ = declared && detected && declared.split("-")[0] !== detected.split("-")[0];
  return [h("span", { title: used }, language(used)), differ ? ` (the page says ${language(declared)}, its words ${language(detected)})` : ""];
}

const list = (names) => names.length ? h("ul", { class: "inline" }, names.map((name) => h("li", { dir: "auto" }, name))) : "";

const words = (value) => value && h("span", { dir: "auto" }, value);

const ROWS = [
  ["title", "Title", (page) => words(page.title)],
  ["authors", "Authors", (page) => list(page.authors)],
  ["published", "Published", (page) => page.published && moment(page.published)],
  ["modified", "Modified", (page) => page.modified && moment(page.modified)],
  ["site", "Site", (page) => words(page.site)],
  ["section", "Section", (page) => words(page.section)],
  ["tags", "Tags", (page) => list(page.tags)],
  ["language", "Language", languages],
  ["description", "Description", (page) => words(page.description)],
  ["image", "Picture", (page) => page.image && address(page.image)],
  ["canonical_url", "Address", (page) => page.canonical_url && address(page.canonical_url)],
];

function row(page, [field, name, value]) {
  const found = page.found_in[field];
  return h("div", { data: { field } }, h("dt", {}, name, found ? h("span", { class: "source" }, h("span", { class: "sr" }, ", found in "), PLACES[found] ?? found) : null),
    h("dd", {}, value(page)));
}

function types(page) {
  const found = Object.entries(page.page_types).filter(([, share]) => share >= MIN_SHOWN).sort((a, b) => b[1] - a[1]);
  return h("dl", { class: "probabilities" }, found.map(([type, share]) => {
    const bar = h("span", { class: "fill" });
    bar.style.setProperty("--share", share.toFixed(4));
    return h("div", {}, h("dt", {}, typeName(type)),
      h("dd", {}, h("span", { class: "bar", "aria-hidden": "true" }, bar), h("span", { class: "value" }, percent(share))));
  }));
}

const WIDE = matchMedia("(min-width: 60rem)"); // where it stands beside the article; else it stands before it, folded

export function about(page) {
  const filled = ROWS.filter(([, , value]) => value(page));
  const empty = ROWS.filter(([, , value]) => !value(page)).map(([, name]) => name.toLowerCase());
  const element = h("details", { class: "about", open: WIDE.matches },
    h("summary", {}, h("h2", {}, "About this page")),
    h("dl", { class: "facts-list" }, filled.map((each) => row(page, each)),
      h("div", {}, h("dt", {}, "Is it an article?"), h("dd", {}, page.is_article ? "Yes" : "No")),
      h("div", {}, h("dt", {}, "Body expected to be right"), h("dd", { title: QUALITY }, percent(page.confidence))),
      h("div", {}, h("dt", {}, "Type of the page"), h("dd", {}, types(page)))),
    empty.length ? h("p", { class: "hint" }, `Not found: ${empty.join(", ")}.`) : null);
  const follow = () => {
    if (element.isConnected) element.open = WIDE.matches;
    else WIDE.removeEventListener("change", follow);
  };
  WIDE.addEventListener("change", follow);
  return element;
}
