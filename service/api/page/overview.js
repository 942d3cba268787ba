// Shows the index: its size, its growth, and its latest clusters.

import { call, segment } from "./api.js";
import { counted, h, number, percent, svg } from "./dom.js";

const HEIGHT = 240;
const LEFT = 60;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 28;

const day = (text) => new Date(`${text}T00:00:00Z`);
const shortDay = (date) => date.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const ZONED = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
const moment = (at) => {
  const date = new Date(typeof at === "number" ? at * 1000 : at);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleString("en-GB", ZONED);
};

function niceTop(value) {
  const step = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((times) => times * step).find((top) => top >= value) ?? value;
}

function bytes(value) {
  if (value < 1e6) return `${number(Math.ceil(value / 1e3))} kB`;
  return value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(1)} GB`;
}

// Helpers for a chart over days: coordinates, lines, areas, grid and labels of days.
function plot(days, most, width) {
  const [first, last] = [days[0], days.at(-1)];
  const top = niceTop(most);
  const x = (at) => LEFT + ((width - LEFT - RIGHT) * (at - first)) / (last - first);
  const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / top;
  const points = (values) => values.map((value, at) => [x(days[at]), y(value)]);
  const path = (line) => line.map(([px, py], at) => `${at ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");
  const grid = [0, top / 2, top].filter(Number.isInteger).map((value) => [
    svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
    svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, number(value)),
  ]);
  return {
    line: (name, values) => svg("path", { class: `line ${name}`, d: path(points(values)) }),
    area: (name, values, under = values.map(() => 0)) =>
      svg("path", { class: `area ${name}`, d: `${path(points(values))}${path(points(under).reverse()).replace("M", "L")}Z` }),
    drawn: (words, ...shapes) => svg("svg", { class: "chart", viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": words }, grid, shapes,
      svg("text", { x: LEFT, y: HEIGHT - 8 }, shortDay(new Date(first))),
      svg("text", { x: width - RIGHT, y: HEIGHT - 8, "text-anchor": "end" }, shortDay(new Date(last)))),
  };
}

// Documents and clusters by day, for two days or more; the area between the lines is repeated stories.
export function chart(growth, width) {
  const [documents, clusters] = ["documents", "clusters"].map((name) => growth.map((each) => each[name]));
  const { line, area, drawn } = plot(growth.map((each) => day(each.day).getTime()), Math.max(...documents), width);
  const end = growth.at(-1);
  return drawn(`From ${growth[0].day} to ${end.day}: ${counted(end.documents, "document")} in ${counted(end.clusters, "cluster")}.`,
    area("documents", documents), area("clusters", clusters), line("documents", documents), line("clusters", clusters));
}

// Clusters of at least two documents, stacked by size, the largest at the bottom.
export function sizesChart(growth, width) {
  const sizes = repeated(growth).reverse();
  const sums = sizes.map((_, at) => growth.map((each) => sizes.slice(0, at + 1).reduce((sum, size) => sum + each.sizes[size], 0)));
  const { line, area, drawn } = plot(growth.map((each) => day(each.day).getTime()), Math.max(...sums.at(-1)), width);
  const words = sizes.map((size) => `${number(growth.at(-1).sizes[size])} of ${sizeName(size)}`).reverse().join(", ");
  return drawn(`Stories told more than once on ${growth.at(-1).day}: ${words} documents.`,
    sizes.map((_, at) => area(`size${sizes.length - at}`, sums[at], sums[at - 1])), sums.map((sum) => line("clusters", sum)));
}

const repeated = (growth) => Object.keys(growth[0].sizes).filter((size) => size !== "1");
const sizeName = (size) => size.replace("-", " to ").replace("+", " or more");

function figures(found) {
  const repeats = found.documents - found.clusters;
  const all = [
    ["Documents", number(found.documents)],
    ["Stories", number(found.clusters)],
    ["Repeats", found.documents ? `${number(repeats)} (${percent(repeats / found.documents)})` : "0"],
    typeof found.n_bytes === "number" ? ["On disk", bytes(found.n_bytes)] : null,
  ];
  return h("dl", { class: "figures" }, all.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function dayTable(growth, columns) {
  const row = (each) => h("tr", {}, h("th", { scope: "row" }, each.day), columns.map(([, value]) => h("td", {}, number(value(each)))));
  return h("details", {}, h("summary", {}, "The same as a table"), h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Days as a table" },
    h("table", {}, h("thead", {}, h("tr", {}, ["Day", ...columns.map(([name]) => name)].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, growth.map(row)))));
}

function figure(title, keys, picture, table) {
  const swatches = keys.map(([name, words]) => [h("span", { class: "entry" }, h("span", { class: `swatch ${name}`, "aria-hidden": "true" }), words)]);
  return h("figure", { class: "growth" }, h("figcaption", {}, h("h2", {}, title), h("p", { class: "key" }, swatches)), picture, table);
}

function overTime(growth, width) {
  const all = figure("Over time", [["documents", "documents"], ["clusters", "stories"]], chart(growth, width),
    dayTable(growth, [["Documents", (each) => each.documents], ["Stories", (each) => each.clusters]]));
  if (!growth.some((each) => each.sizes && repeated(growth).some((size) => each.sizes[size]))) return [all];
  const sizes = repeated(growth);
  return [all, figure("Stories told more than once", sizes.map((size, at) => [`size${at + 1}`, `${sizeName(size)} documents`]), sizesChart(growth, width),
    dayTable(growth, Object.keys(growth[0].sizes).map((size) => [sizeName(size), (each) => each.sizes[size]])))];
}

const WHY = {
  only_one: "keep",
  no_body: "keep: it has no body to compare",
  preferred_source: "keep: preferred source",
  earliest: "keep: the earliest",
  latest: "keep: the latest",
  longest: "keep: the longest",
  smallest_id: "keep: the smallest id",
};

function member(each) {
  return h("li", {}, each.title ? [h("span", { class: "headline" }, each.title), " ", h("span", { class: "id" }, each.id)] : each.id,
    each.keep ? h("span", { class: "keep" }, WHY[each.kept_because] ?? "keep") : null);
}

// A story, by its title or else its id; its articles are read when it is unfolded.
function storyItem(id, name, details, failed) {
  const place = h("div", { class: "members" });
  const open = async (event) => {
    if (!event.target.open || place.firstChild) return;
    try {
      const { documents } = await call("GET", `v1/clusters/${segment(id)}`);
      place.replaceChildren(h("ul", {}, documents.map(member)));
    } catch (problem) {
      failed(problem);
    }
  };
  return h("li", {}, h("details", { ontoggle: open }, h("summary", {}, h("span", { class: "name" }, name || id), details), place));
}

function clusterItem(cluster, most, failed) {
  const bar = h("span", { class: "fill" });
  bar.style.setProperty("--share", (cluster.documents / most).toFixed(4));
  return storyItem(cluster.id, cluster.title, [h("span", { class: "bar", "aria-hidden": "true" }, bar),
    h("span", { class: "size" }, counted(cluster.documents, "document")), h("time", {}, moment(cluster.added))], failed);
}

// Finds articles by words of their titles.
function finder(failed) {
  const words = h("input", { id: "find-words", type: "search", name: "q", required: true, pattern: ".*\\S.*", title: "At least one word", maxlength: "500", autocomplete: "off" });
  const found = h("div", { "aria-live": "polite" });
  const find = async (event) => {
    event.preventDefault();
    try {
      const { documents } = await call("GET", `v1/index/search?q=${segment(words.value)}`);
      found.replaceChildren(documents.length
        ? h("ol", { class: "stories" }, documents.map((each) => storyItem(each.cluster, each.title, [h("time", {}, moment(each.added))], failed)))
        : h("p", { class: "hint" }, "No title has these words."));
    } catch (problem) {
      failed(problem);
    }
  };
  return h("section", { class: "finder" }, h("h2", {}, "Find a story"), h("form", { role: "search", onsubmit: find },
    h("div", { class: "field" }, h("label", { for: words.id }, "Words of its title"), words), h("button", { type: "submit" }, "Find")), found);
}

export async function overview(place, failed) {
  place.setAttribute("aria-busy", "true");
  try {
    const found = await call("GET", "v1/index");
    const growth = found.growth ?? [];
    const latest = found.latest ?? [];
    const most = Math.max(1, ...latest.map((cluster) => cluster.documents));
    place.replaceChildren(figures(found));
    if (!found.documents) {
      place.append(h("p", { class: "lede" }, "Nothing in it yet. Read an article, then add it: its duplicates will be found from then on."));
      return;
    }
    if (growth.length > 1) {
      place.append(...overTime(growth, Math.max(300, Math.min(place.clientWidth, 1200))));
    }
    place.append(finder(failed), h("h2", {}, "Latest stories"), h("ol", { class: "stories" }, latest.map((each) => clusterItem(each, most, failed))));
  } catch (problem) {
    failed(problem);
  } finally {
    place.removeAttribute("aria-busy");
  }
}
