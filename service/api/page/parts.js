// Sets blocks as what they are: headings, lists, quotes, tables, preformatted text.

import { h } from "./dom.js";

const TAGS = { headline: "h2", subheading: "h3", quote: "blockquote", preformatted: "pre" };

export const KIND_OF_GROUP = { list_item: "list", table: "table" };

const cells = (line, tag) => line.split("\t").map((words) => h(words ? tag : "td", { dir: "auto", scope: tag === "th" && words ? "col" : null }, words));

// A block with its tag beside it. Its first row is the table's head where `head` says so.
function tableRows(block, words, tag, head) {
  const lines = words.split("\n");
  return lines.map((line, at) => h("tr", {},
    at === 0 ? h("td", { class: "gutter", rowspan: lines.length > 1 ? lines.length : null }, tag) : null,
    cells(line, head && at === 0 ? "th" : "td")));
}

export function setBlock(block, words, tag, { group = "", head = false, language } = {}) {
  if (group === "table") return h("tbody", { class: "block", lang: language }, tableRows(block, words, tag, head));
  const name = block.kind === "table" || block.kind === "list_item" ? "p" : TAGS[block.kind] ?? "p";
  return h(group === "list" ? "li" : "div", { class: "block" }, tag, h(name, { class: "words", dir: "auto", lang: language }, words));
}

// The element around neighbouring list items or rows of a table, or the blocks themselves.
export function setGroup(group, blocks) {
  if (group === "list") return [h("ul", {}, blocks)];
  if (group !== "table") return blocks;
  return [h("div", { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" }, h("table", { class: "set" }, blocks))];
}
