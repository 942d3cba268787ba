// Which of the page's three screens is shown, and the browser's history of them: each entry says which one it shows.

export const FORM = "form";
export const RESULT = "result";
export const INDEX = "index";
const HASHES = { "#index": () => INDEX, "#desk": (article) => article, "": (article) => article };

export class Screens {
  // `draw(screen, moved)` shows a screen; `moved` says whether the keyboard's focus goes to it.
  constructor(draw) {
    this.draw = draw;
    this.shown = FORM;
    this.article = FORM; // the screen that the link “Article” leads to: the form or the result
    this.page = ""; // the page whose result is in memory; entries of other results show the form
  }

  start() {
    addEventListener("popstate", ({ state }) => (state?.screen ? this.#travel(state) : this.#follow()));
    this.#follow();
  }

  // Shows a screen in a new entry.
  open(screen) {
    history.pushState({ screen, page: this.page }, "", this.shown === INDEX ? "#desk" : location.href);
    this.#show(screen, true);
  }

  // Puts a result in memory and shows it; who looks at the index finds it under “Article”.
  arrive() {
    this.page = String(performance.timeOrigin + performance.now()); // no other load of the page has it
    if (this.shown === INDEX) this.article = RESULT;
    else this.open(RESULT);
  }

  // Follows Back and Forward.
  #travel({ screen, page }) {
    this.#show(screen === RESULT && page !== this.page ? FORM : screen, true);
  }

  // Follows a link or the address of a first visit: the browser made an entry, which does not say what it shows yet.
  #follow() {
    const chosen = HASHES[location.hash];
    const screen = chosen ? chosen(this.article) : this.shown; // others, such as #main, are places on a screen
    history.replaceState({ screen, page: this.page }, "");
    if (chosen) this.#show(screen, false);
  }

  #show(screen, moved) {
    this.shown = screen;
    if (screen !== INDEX) this.article = screen;
    this.draw(screen, moved);
  }
}
