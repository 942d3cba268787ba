// The names of labels and kinds on the page.

export const LABELS = ["body", "boilerplate", "teaser"];

export const LABEL_WORDS = { body: "Body", boilerplate: "Boilerplate", teaser: "Teaser" };

export const KINDS = {
  body: ["text"],
  boilerplate: ["metadata", "comment", "furniture"],
  teaser: ["teaser", "teaser_heading"],
};

export const KIND_WORDS = {
  text: "text",
  metadata: "bylines and dates",
  comment: "readers’ comments",
  furniture: "furniture",
  teaser: "summaries",
  teaser_heading: "headlines",
};

export const KIND_OF_ONE = {
  text: "text",
  metadata: "byline or date",
  comment: "reader’s comment",
  furniture: "furniture",
  teaser: "summary",
  teaser_heading: "headline",
};

export const A_LABEL = { body: "body", boilerplate: "boilerplate", teaser: "a teaser" };

// The shade of a block: 0 at a confidence of 1/3, 1 at certainty; squared, so that doubtful blocks look pale.
export const sureness = (confidence) => Math.max(0, Math.min(1, (confidence - 1 / 3) * 1.5)) ** 2;
