// Sets blocks as what they are: headings, lists, quotes, tables, preformatted text.

import { h } from "./dom.js";

const TAGS = { headline: "h2", subheading: "h3", quote: "blockquote", preformatted: "pre" };

export const KIND_OF_GROUP = { list_item: "list", table: "table" };

function cells(line, name, language) {
  return line.split("\t").map((words) => {
    const tag = words ? name : "td"; // a head without words would be none
    return h(tag, { dir: "auto", lang: language, scope: tag === "th" ? "col" : null }, words);
  });
}

// A row for each line; the first line has the block's tag, and is the table's head where `head` says so.
function rows(words, tag, head, language) {
  const lines = words.split("\n");
  return lines.map((line, at) => h("tr", {},
    at === 0 ? h("td", { class: "gutter", rowspan: lines.length }, tag) : null,
    cells(line, head && at === 0 ? "th" : "td", language)));
}

// A block with its tag beside it; rows and items of a group need that group around them.
export function setBlock(block, words, tag, { group = "", head = false, language } = {}) {
  if (group === "table") return h("tbody", { class: "block" }, rows(words, tag, head, language));
  const name = block.kind === "table" || block.kind === "list_item" ? "p" : TAGS[block.kind] ?? "p";
  return h(group === "list" ? "li" : "div", { class: "block" }, tag, h(name, { class: "words", dir: "auto", lang: language }, words));
}

// The element around neighbouring list items or rows of a table, or the blocks themselves.
export function setGroup(group, blocks) {
  if (group === "list") return [h("ul", {}, blocks)];
  if (group !== "table") return blocks;
  return [h("div", { class: "wide", tabindex: "0", role: "group", "aria-label": "Table" }, h("table", { class: "set" }, blocks))];
}
