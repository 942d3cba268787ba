// Lists readers' comments below the article.

import { counted, h } from "./dom.js";

const DRAWN = 20; // comments that are shown at once

const comment = ({ author, time, text }) => h("li", {},
  author || time ? h("p", { class: "who" }, h("b", { dir: "auto" }, author), " ", h("span", { class: "when" }, time)) : null,
  h("p", { class: "words", dir: "auto" }, text));

export function comments(found) {
  if (!found.length) return null;
  const items = h("ol", {}, found.slice(0, DRAWN).map(comment));
  const more = h("button", {
    type: "button",
    hidden: found.length <= DRAWN,
    onclick: () => { items.append(...found.slice(DRAWN).map(comment)); more.hidden = true; },
  }, `Show the other ${counted(found.length - DRAWN, "comment")}`);
  return h("section", { class: "comments", "aria-labelledby": "comments-title" },
    h("h2", { id: "comments-title" }, counted(found.length, "reader’s comment", "readers’ comments")), items, more);
}
