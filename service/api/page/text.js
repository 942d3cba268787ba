// Offsets in texts, and the passages that two texts share.

const SURROGATE = /[\ud800-\udfff]/;
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+/gu;
const COUNTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}][^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]*/gu;
const WORDS = 3;
export const LARGE = 400_000; // characters; more than this makes a text field slow

// Slices a text by code points, as the service counts these and JavaScript counts UTF-16 units.
export class Characters {
  constructor(text) {
    this.text = text;
    this.units = null;
    if (!SURROGATE.test(text)) return;
    const units = [];
    let at = 0;
    for (const character of text) {
      units.push(at);
      at += character.length;
    }
    units.push(at);
    this.units = Uint32Array.from(units);
  }

  unit(at) {
    return this.units ? this.units[Math.min(at, this.units.length - 1)] : at;
  }

  slice(start, end) {
    return this.text.slice(this.unit(start), this.unit(end));
  }

  ranges(ranges) {
    return ranges.map(([start, end]) => [this.unit(start), this.unit(end)]);
  }
}

function words(text, from = 0, to = text.length) {
  return [...text.slice(from, to).matchAll(WORD)].map((found) => ({
    word: found[0].normalize("NFKC").toLowerCase(),
    start: from + found.index,
    end: from + found.index + found[0].length,
  }));
}

const shingle = (run, at) => run.slice(at, at + WORDS).map((each) => each.word).join(" ");

function shingles(run) {
  const found = new Set();
  for (let at = 0; at + WORDS <= run.length; at += 1) found.add(shingle(run, at));
  return found;
}

// The runs of words whose shingles are in the other text too; a run of only three words is a stock phrase.
function runs(text, known, from, to) {
  const found = words(text, from, to);
  const ranges = [];
  let last = -1;
  for (let at = 0; at + WORDS <= found.length; at += 1) {
    if (!known.has(shingle(found, at))) continue;
    if (at > last) ranges.push({ first: at, end: at + WORDS });
    else ranges.at(-1).end = at + WORDS;
    last = at + WORDS - 1;
  }
  return ranges.filter((run) => run.end - run.first > WORDS).map((run) => [found[run.first].start, found[run.end - 1].end]);
}

// The passages that two texts share word for word, within the index's ranges of the first: a list for each text.
// All positions are in UTF-16 units.
export function sharedRanges(text, ranges, other) {
  const named = ranges.map(([start, end]) => shingles(words(text, start, end)));
  const theirs = shingles(words(other));
  const both = new Set(named.flatMap((each) => [...each]).filter((each) => theirs.has(each)));
  return { own: ranges.flatMap(([start, end]) => runs(text, both, start, end)), theirs: runs(other, both) };
}

// Words between spaces, and each character of scripts without spaces.
export const countWords = (text) => text.match(COUNTED)?.length ?? 0;

// Decides between HTML and text, as the command line does for an input whose file name does not tell.
export const looksLikeHtml = (text) => /^\s*<[a-zA-Z!?/]/.test(text);

const CHARSET = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i;

export function decode(bytes) {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (a === 0xfe && b === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const head = new TextDecoder("latin1").decode(bytes.subarray(0, 4096));
    return decoderFor(CHARSET.exec(head)?.[1]).decode(bytes);
  }
}

function decoderFor(charset) {
  try {
    return new TextDecoder(charset ?? "windows-1252");
  } catch {
    return new TextDecoder("windows-1252");
  }
}

// An id for an article without one; the same text gets the same id.
export function nameOf(title, body) {
  const slug = title.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (let at = 0; at < body.length; at += 1) hash = Math.imul(hash ^ body.charCodeAt(at), 0x01000193);
  return `${slug.slice(0, 48) || "page"}-${(hash >>> 0).toString(16).padStart(8, "0")}`;
}

// Characters that text has none of; ten or so of them are in the first bytes of other files.
const CONTROL = /[\0-\x08\x0e-\x1a\x1c-\x1f][^]*[\0-\x08\x0e-\x1a\x1c-\x1f]/;

// Says what a text is if it is plainly no page, and what to do; an empty text if it may be one.
export function notAPage(content) {
  const head = content.slice(0, 3000).trim();
  const isAddress = (line) => /^(?:(?:https?|ftp|file):\/\/|www[.])\S+$/i.test(line.trim());
  if (content.length < 3000 && head && head.split("\n").every(isAddress)) {
    const [it, them] = head.includes("\n") ? ["They are addresses", "them"] : ["It is an address", "it"];
    return `${it}, and nothing is fetched from ${them}. Open ${them}, and paste the source of the page or its text.`;
  }
  if (/^WARC\/\d/.test(head)) return "It is a web archive. The command copydesk score FILE --output FOLDER reads it.";
  if (/^[\w-]+:/.test(head) && /^mime-version:/im.test(head) && /^content-type:\s*(?:multipart\/related|text\/html)/im.test(head)) {
    return "It is a page saved as one file (MHTML). The command copydesk classify FILE reads it; or save the page again, as HTML only.";
  }
  if (head.startsWith("%PDF-")) return "It is a PDF file. Copy its text, and paste that.";
  if (/^(?:\[\s*)?\{\s*"/.test(head)) return "It is JSON. The command copydesk classify FILE reads it, with one object a line.";
  if (CONTROL.test(content.slice(0, 200))) return "It is no text but data: a picture, a document, or compressed. Copy its text, and paste that.";
  return "";
}
