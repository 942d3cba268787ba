// The names of labels and kinds on the page.

export const LABELS = ["body", "boilerplate", "teaser"];

export const LABEL_WORDS = { body: "Body", boilerplate: "Boilerplate", teaser: "Teaser" };

// The kinds in the service's order, each with its label, its name and the plural of that.
const ALL = {
  headline: ["body", "headline", "headlines"],
  standfirst: ["body", "standfirst", "standfirsts"],
  text: ["body", "text", "text"],
  subheading: ["body", "subheading", "subheadings"],
  list_item: ["body", "list item", "list items"],
  quote: ["body", "quote", "quotes"],
  table: ["body", "table", "tables"],
  preformatted: ["body", "preformatted", "preformatted"],
  caption: ["body", "caption", "captions"],
  byline: ["boilerplate", "byline", "bylines"],
  date: ["boilerplate", "date", "dates"],
  metadata: ["boilerplate", "other metadata", "other metadata"],
  comment: ["boilerplate", "reader’s comment", "readers’ comments"],
  furniture: ["boilerplate", "furniture", "furniture"],
  teaser: ["teaser", "teaser text", "teaser texts"],
  teaser_heading: ["teaser", "teaser heading", "teaser headings"],
};

const named = (at) => Object.fromEntries(Object.entries(ALL).map(([kind, names]) => [kind, names[at]]));

export const LABEL_OF_KIND = named(0);
export const KIND_OF_ONE = named(1);
export const KIND_WORDS = named(2);
export const KINDS = Object.fromEntries(LABELS.map((label) => [label, Object.keys(ALL).filter((kind) => LABEL_OF_KIND[kind] === label)]));

const USUAL = { body: "text", boilerplate: "furniture", teaser: "teaser" };
const HEADINGS = { body: "subheading", boilerplate: "furniture", teaser: "teaser_heading" };

// The kind of a block of which only the label was corrected, as in the service: a heading stays a heading.
export function kindUnder(label, given) {
  if (LABEL_OF_KIND[given] === label) return given;
  return (["headline", "subheading", "teaser_heading"].includes(given) ? HEADINGS : USUAL)[label];
}

// The kinds that the body has, as in the service: headline and captions are no text of the article.
export const BODY_PARTS = new Set(KINDS.body.filter((kind) => kind !== "headline" && kind !== "caption"));

// The kinds of blocks that are folded, with the name that a fold has for them.
export const FOLDED = {
  furniture: "furniture", metadata: "metadata", comment: "comments", teaser: "teasers", teaser_heading: "teasers",
};

export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

// The shade of a block: 0 at a confidence of 1/3, 1 at certainty; squared, so that doubtful blocks look pale.
export const sureness = (confidence) => Math.max(0, Math.min(1, (confidence - 1 / 3) * 1.5)) ** 2;
