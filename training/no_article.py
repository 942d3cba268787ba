"""Makes pages without an article, on which a body is wrong: pages whose article is cut out, front pages, messages.

Also their opposite, an article without its page, on which everything is right.

From them the estimate of a body's quality learns what it looks like when there is nothing to find.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from zlib import crc32

import numpy as np

from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import Blocks, Head
from copydesk.training.align import LabelledPage
from copydesk.training.augment import article_alone, lines_of, story
from copydesk.training.dataset import fold_of
from copydesk.training.dresses import keep_blocks

LEAST_LEFT = 3
"""Blocks that a page has to have left."""

MESSAGES = (
    (
        "Are you human?",
        "Unusual requests came from your connection.",
        "Solve the puzzle to show that you are no bot.",
        "Why?",
    ),
    ("Security check", "This check takes a moment and runs in your browser.", "Turn on cookies to continue.", "Help"),
    ("404", "The page that you wanted does not exist any more, or it has moved.", "Try the search or our front page."),
    ("Error 500", "Something went wrong on our side. Please try again in a few minutes.", "Report the problem"),
    ("Log in or register", "E-mail", "Password", "Keep me logged in", "No account yet? Register for free.", "Log in"),
    ("Thank you", "Your message has been sent. We will answer within two days.", "Back to the home page"),
    ("Session expired", "You were logged out because you were away for a while. Log in again to go on.", "Log in"),
    ("Not available", "This content is not available in your country.", "Read more about our licences", "Contact"),
    ("Cookies are off", "Cookies are needed to read this site. Allow them in your browser, then reload the page."),
    ("Loading…", "Please wait while the page loads.", "If nothing happens, turn on JavaScript."),
    ("Sign in", "Sign in to continue", "E-mail address", "Password", "Forgot your password?", "Create an account"),
    (
        "Just a moment",
        "Checking that you are not a robot before we let you in.",
        "This takes a few seconds.",
        "Ray 8f2c",
    ),
    ("Page not found", "We looked everywhere, but there is no page at this address.", "Go to the home page", "Search"),
    ("Please turn on JavaScript", "This site needs JavaScript. Turn it on in your browser's settings, then reload."),
    ("Your privacy", "We and our partners store information on your device to show advertising.", "Agree", "Settings"),
    (
        "Access denied",
        "You do not have permission to see this page. If you think this is wrong, write to us.",
        "Error 403",
    ),
    ("Back soon", "We are doing some maintenance. Please come back in an hour.", "Status page"),
    (
        "Subscribe to read on",
        "This text is for subscribers. Choose an offer and read without limits.",
        "Log in",
        "Offers",
    ),
    ("Anmelden", "Melden Sie sich an, um fortzufahren", "E-Mail", "Passwort", "Passwort vergessen?", "Konto anlegen"),
    ("Seite nicht gefunden", "Unter dieser Adresse gibt es keine Seite mehr.", "Zur Startseite", "Suche"),
    ("Bitte JavaScript einschalten", "Diese Seite braucht JavaScript. Schalten Sie es ein und laden Sie sie neu."),
    ("Sind Sie ein Mensch?", "Wir prüfen kurz, ob Sie kein Roboter sind.", "Bitte warten", "Fehler melden"),
    ("Connexion", "Connectez-vous pour continuer", "Adresse e-mail", "Mot de passe", "Mot de passe oublié ?"),
    ("Page introuvable", "Il n'y a pas de page à cette adresse.", "Retour à l'accueil", "Rechercher"),
    ("Vérification", "Nous vérifions que vous n'êtes pas un robot. Merci de patienter.", "Aide"),
    (
        "Iniciar sesión",
        "Inicia sesión para continuar",
        "Correo electrónico",
        "Contraseña",
        "¿Has olvidado la contraseña?",
    ),
    ("Página no encontrada", "No hay ninguna página en esta dirección.", "Ir a la portada", "Buscar"),
    ("Un momento", "Comprobamos que no eres un robot antes de dejarte pasar.", "Ayuda", "Privacidad"),
)
"""Messages that stand where an article was expected, as lines of a page."""

ANSWERS = (
    "400 Bad Request",
    "401 Unauthorized",
    "403 Forbidden",
    "404 Not Found",
    "408 Request Timeout",
    "429 Too Many Requests",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Time-out",
    "Error 404",
    "Error 1015: you are being rate limited",
    "Not Found",
    "Forbidden",
    "File not found.",
    "No such page",
    "Access denied",
    "Invalid request",
    "Bad gateway",
    "Too many requests. Try again later.",
    "upstream connect error or disconnect before headers",
    "The address that you asked for is not on this server.",
    "OK",
    "null",
    "undefined",
    "true",
    "0",
    "test",
    "hello",
    "Hello, world!",
    "Loading...",
    "Redirecting…",
    "It works!",
    '{"error": "not found"}',
    '{"status": 503, "message": "try again"}',
    "Nicht gefunden",
    "Zugriff verweigert",
    "Die Seite wird geladen.",
    "Page introuvable",
    "Accès refusé",
    "Página no encontrada",
    "Acceso denegado",
    "Pagina non trovata",
    "Strona nie istnieje",
    "Страница не найдена",
    "ページが見つかりません",
    "页面不存在",
)
"""What servers answer in place of an article: one line, with nothing around it."""

CHROME = (
    "Home",
    "News",
    "Contact",
    "Imprint",
    "Privacy",
    "Help",
    "About us",
    "Search",
    "Menu",
    "© All rights reserved",
)

LEAST_BLOCKS = 5
"""Blocks of an article alone, from HTML."""

COPIES, ANSWER_COPIES = 20, 6
"""Pages that are made of each message and each answer. With one of each answer, a text of "502 Bad Gateway" has a
confidence of 0.29, with six 0.07; the calibration error of text is 0.029 and 0.028."""

FRONT_PAGES = 60
"""Front pages that are made of the stories of each fold's pages."""

SECTIONS = ("Top stories", "Sport", "Culture", "Politics", "Most read", "Meinung", "Wirtschaft", "À la une", "Deportes")
BOXES = ("<article class=card>{}</article>", "<div>{}</div>", "<li>{}</li>", "<section>{}</section>")
HEADINGS = ("h2", "h3", "h4", "div", "p", "h3 class=title", "div class=x7f")
EXTRAS = ("", "<span>3 hours ago</span>", "<p>Ann Reed</p>")
TITLES = ("The Gazette", "Gazette | News", "News, sport and weather - Gazette")
"""What front pages are made of."""


def article_alone_page(page: LabelledPage) -> list[LabelledPage]:
    """Return the page with its article alone, or with the article's beginning, if a person labelled it.

    From HTML only longer ones: a page of two paragraphs is a message more often than an article.
    """
    kept = article_alone(page)
    least = 1 if page.form == "text" else LEAST_BLOCKS
    return (
        [keep_blocks(page, kept, _short_head(page))] if page.gold and not page.synthetic and kept.sum() >= least else []
    )


def without_article(page: LabelledPage) -> list[LabelledPage]:
    """Return what is left of a page without its article: with its teasers, as a front page is, and without them.

    Pages that no person labelled give nothing, as do pages with little beside the article.
    """
    if not page.gold or page.synthetic:
        return []
    rng = np.random.default_rng(crc32(b"no article" + page.origin.id.encode()))
    furniture = np.array([code == "B" for code in page.codes])
    few = furniture & (np.cumsum(furniture) <= int(rng.integers(LEAST_LEFT, 30)))
    kept = (np.array([code in "BTH" and code != "" for code in page.codes]), furniture, few)
    return [keep_blocks(page, chosen, _short_head(page)) for chosen in kept if LEAST_LEFT <= chosen.sum() < len(chosen)]


def messages(form: str, template: LabelledPage) -> list[LabelledPage]:
    """Return pages that show a message, in the form `text` or `html`; `template` is a page of any origin."""
    made = []
    for number, lines in enumerate(MESSAGES):
        for copy in range(COPIES):
            rng = np.random.default_rng(number * COPIES + copy)
            chrome = rng.permutation(CHROME)[: int(rng.integers(0, len(CHROME)))].tolist()
            half = len(chrome) // 2
            shown = [*chrome[:half], *lines[: int(rng.integers(2, len(lines) + 1))], *chrome[half:]]
            made.append(_message(form, template, f"message-{number}", lines[0], shown, copy))
    answers = [(number, line, copy) for copy in range(ANSWER_COPIES) for number, line in enumerate(ANSWERS)]
    return made + [
        _message(form, template, f"answer-{number}", line, [line], number + copy) for number, line, copy in answers
    ]


def _message(
    form: str, template: LabelledPage, site: str, title: str, shown: Sequence[str], style: int
) -> LabelledPage:
    blocks = segment_text("\n\n".join(shown)) if form == "text" else segment_html(_html(title, shown, style))
    codes = ("B",) * len(blocks.blocks)
    about = replace(template.origin, id=f"{site}-{style}", site=f"{site}.example")
    return replace(template, origin=about, blocks=blocks, codes=codes, parts=codes, synthetic=True)


def front_pages(pages: Sequence[LabelledPage], form: str, *, n_folds: int) -> list[LabelledPage]:
    """Return pages that show headlines and summaries of stories, each of the stories of the sites of one fold."""
    made = []
    for fold in range(n_folds):
        rng = np.random.default_rng(fold)
        own = [
            page for page in pages if page.gold and not page.synthetic and fold_of(page.origin.site, n_folds) == fold
        ]
        stories = [[text for text, _, _ in found] for page in own if (found := story(lines_of(page), rng))]
        for number in range(FRONT_PAGES if stories else 0):
            chosen = [stories[int(i)] for i in rng.integers(0, len(stories), int(rng.integers(5, 30)))]
            shown = [(headline, summary.rstrip(".…") + "." * int(rng.integers(3))) for headline, summary in chosen]
            blocks = _front_text(shown, rng) if form == "text" else segment_html(_front_html(shown, rng))
            codes = ("T",) * len(blocks.blocks)
            about = replace(own[0].origin, id=f"front-{fold}-{number}")
            made.append(replace(own[0], origin=about, blocks=blocks, codes=codes, parts=codes, synthetic=True))
    return made


def _front_text(stories: Sequence[tuple[str, str]], rng: np.random.Generator) -> Blocks:
    between = ("\n\n", "\n")[int(rng.integers(2))]
    chrome = rng.permutation(CHROME).tolist()
    with_summary = rng.random() < 0.8
    lines = [line for headline, summary in stories for line in ((headline, summary) if with_summary else (headline,))]
    return segment_text(between.join([*chrome[:4], *rng.permutation(SECTIONS)[:1].tolist(), *lines, *chrome[4:]]))


def _front_html(stories: Sequence[tuple[str, str]], rng: np.random.Generator) -> str:
    """Set stories as cards, in one of many ways: with links or without, in lists, articles or plain boxes."""
    box, heading, extra, title = (
        choices[int(rng.integers(len(choices)))] for choices in (BOXES, HEADINGS, EXTRAS, TITLES)
    )
    linked = rng.random() < 0.8
    parts = []
    for number, (headline, summary) in enumerate(stories):
        if number % 6 == 0:
            parts.append(f"<h2>{SECTIONS[int(rng.integers(len(SECTIONS)))]}</h2>")
        shown = f"<{heading}>{escape(headline)}</{heading.split()[0]}>"
        shown = f"<a href=/s{number}>{shown}</a>" if linked else shown
        parts.append(box.format(f"<img src=x.jpg>{shown}<p>{escape(summary)}</p>{extra}"))
    links = "".join(f"<a href=/{number}>{line}</a><hr>" for number, line in enumerate(rng.permutation(CHROME).tolist()))
    return f"<title>{title}</title><nav>{links}</nav><main>{''.join(parts)}</main><footer><p>© Gazette</p></footer>"


def _html(title: str, lines: Sequence[str], style: int) -> str:
    tags: Callable[[str], str] = (
        lambda line: (
            f"<h1>{line}</h1>" if line == title else f"<p>{line}</p>" if len(line) > 30 else f"<i>{line}</i><hr>"
        ),
        lambda line: f"<div class='row'>{line}</div>",
        lambda line: f"<li><span>{line}</span></li>",
    )[style % 3]
    return f"<html><head><title>{title}</title></head><body><main>{''.join(map(tags, lines))}</main></body></html>"


def _short_head(page: LabelledPage) -> Head:
    """Return a head whose title is only the part behind the last separator, which seldom names the article."""
    head = page.blocks.head
    return Head(title=head.title.rpartition("|")[2].strip()[-40:], language=head.language)
