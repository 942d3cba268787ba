// Sends requests to the service. Errors of the service are RFC 9457 problems; the page shows their text.

const KEY = "copydesk-key";
let key = "";

try {
  key = sessionStorage.getItem(KEY) ?? "";
} catch {
  // Storage is switched off: the key stays in memory only.
}

export const hasKey = () => key !== "";

export function setKey(value) {
  key = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage is switched off.
  }
}

export class Problem extends Error {
  constructor(status, title, detail, retryAfter) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.retryAfter = retryAfter;
  }

  get words() {
    const wait = this.retryAfter ? ` Try again in ${this.retryAfter} s.` : "";
    const text = this.message.charAt(0).toUpperCase() + this.message.slice(1);
    return `${text}${/[.!?…]$/.test(text) ? "" : "."}${wait}`;
  }
}

const TITLES = {
  0: "The service cannot be reached",
  401: "The service asks for an API key",
  403: "This key may not do that",
  404: "Not there",
  413: "The page is too large",
  422: "The page cannot be read",
  429: "Too many requests",
  503: "The service is busy",
};

async function problemOf(response) {
  let fields = {};
  try {
    fields = await response.json();
  } catch {
    // The body is no problem document, so only the status is known.
  }
  const detail = typeof fields.detail === "string" ? fields.detail : "";
  const title = TITLES[response.status] ?? fields.title ?? `The service answered ${response.status}`;
  return new Problem(response.status, title, detail, response.headers.get("Retry-After"));
}

// The answer is an object, or text where another media type than JSON is wanted.
export async function call(method, path, fields, accept = "application/json") {
  const headers = { Accept: accept };
  if (fields !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers.Authorization = `Bearer ${key}`;
  const body = fields === undefined ? undefined : JSON.stringify(fields);
  let response;
  try {
    response = await fetch(path, { method, headers, body, credentials: "omit", cache: "no-store" });
  } catch {
    throw new Problem(0, TITLES[0], "Nothing answered. Check that it runs and that the network is there.");
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return null;
  return accept === "application/json" ? response.json() : response.text();
}

export const segment = (id) => encodeURIComponent(id);

export async function asset(name) {
  const response = await fetch(`assets/${name}`);
  if (!response.ok) throw await problemOf(response);
  return response.text();
}
