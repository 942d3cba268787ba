"""Writes teasers for other stories as sites set them between paragraphs: one line or a few, and no list around them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from copydesk.classifier import Kind
from copydesk.training.align import LabelledPage
from copydesk.training.corpora import CODE_OF_KIND
from copydesk.training.dataset import fold_of

HEADS: dict[str, tuple[str, ...]] = {
    "en": (
        "Read more",
        "Read also",
        "READ MORE",
        "READ ALSO",
        "See also",
        "Related",
        "RELATED",
        "Related articles",
        "Read next",
        "You may also like",
        "You might be interested in",
        "Don't miss",
        "More on this",
        "More from us",
        "Also read",
        "In case you missed it",
        "Recommended for you",
        "Watch",
        "Listen",
        "Video",
        "Further reading",
        "👉 Learn more",
        "➡ Next",
    ),
    "de": (
        "Lesen Sie auch",
        "Mehr zum Thema",
        "Auch interessant",
        "Das könnte Sie auch interessieren",
        "Mehr dazu",
        "Lesetipp",
        "Video",
        "Podcast",
        "Weiterlesen",
        "Zum Thema",
    ),
    "fr": ("À lire aussi", "Lire aussi", "À lire", "Sur le même sujet", "À voir aussi", "En savoir plus"),
    "es": ("Lee también", "Te puede interesar", "Más información", "Noticias relacionadas", "Ver también"),
    "it": ("Leggi anche", "Approfondisci", "Potrebbe interessarti", "Articoli correlati"),
    "nl": ("Lees ook", "Meer over dit onderwerp", "Lees verder"),
    "pt": ("Leia também", "Veja também", "Saiba mais"),
    "sv": ("Läs också", "Läs mer", "Mer i ämnet"),
    "no": ("Les også", "Les mer", "Mer om saken"),
    "da": ("Læs også", "Læs mere"),
    "fi": ("Lue myös", "Lue lisää"),
    "pl": ("Czytaj też", "Zobacz także", "Więcej na ten temat"),
    "cs": ("Čtěte také", "Přečtěte si"),
    "hu": ("Olvassa el ezt is", "Kapcsolódó cikkek"),
    "ro": ("Citește și", "Pe aceeași temă"),
    "tr": ("Ayrıca okuyun", "İlgili haberler"),
    "el": ("Διαβάστε επίσης", "Σχετικά άρθρα"),
    "ru": ("Читайте также", "По теме", "Подробнее"),
    "uk": ("Читайте також", "За темою"),
    "ar": ("اقرأ أيضا", "مواضيع ذات صلة"),
    "fa": ("بیشتر بخوانید", "مطالب مرتبط"),
    "he": ("קראו גם", "כתבות נוספות"),
    "hi": ("यह भी पढ़ें", "संबंधित ख़बरें"),
    "bn": ("আরও পড়ুন", "সম্পর্কিত খবর"),
    "ta": ("மேலும் படிக்க", "தொடர்புடைய செய்திகள்"),
    "id": ("Baca juga", "Berita terkait"),
    "vi": ("Đọc thêm", "Tin liên quan"),
    "zh": ("延伸阅读", "相关新闻", "延伸閱讀"),
    "ja": ("関連記事", "あわせて読みたい"),
    "ko": ("관련기사", "함께 읽기"),
}
"""Words before the headline of another story, or above a few of them, by language."""

CALLS: dict[str, tuple[str, ...]] = {
    "en": (
        "Read our full review of {} here.",
        "Read my review of {} for more details.",
        "Check out our guide to {}.",
        "For more on {}, have a look at our in-depth guide.",
        "Learn more about {} in our explainer.",
        "Find out more about {}",
        "Find out why {} matters and how it works.",
        "Want to know more about {}? We have written a whole article about it.",
        "If you are new to {}, start with our introduction.",
        "You can take a closer look at {} in this post.",
        "See everything that we have written about {}",
        "Click here to read about {}.",
        "We tested {} for a month. This is what we found.",
        "Need help with {}? Try our checklist.",
        "Looking for more ideas? Browse our tips on {}.",
        "Explore {}",
        "Discover {}",
        "Read the full review of {}",
        "Shop {}",
        "Get started with {}",
        "Listen to our podcast about {}.",
        "Watch our video on {}",
    ),
    "de": (
        "Mehr über {} lesen Sie hier.",
        "Alles Wichtige über {} finden Sie in unserem Überblick.",
        "Wie es mit {} weitergeht, lesen Sie in unserem Liveblog.",
        "Hier geht es zu unserem Test: {}",
        "Sie interessieren sich für {}? Dann lesen Sie auch unsere Reportage.",
        "Hören Sie dazu unseren Podcast über {}.",
    ),
    "fr": ("Tout savoir sur {}", "Retrouvez notre dossier sur {}."),
    "es": ("Todo sobre {}", "Consulta nuestra guía sobre {}."),
}
"""Sentences that lead elsewhere; `{}` is something that the article speaks of."""

OFFERS = (
    "${} at {}",
    "${} from {}",
    "Check price at {1}",
    "Buy now at {1}",
    "View on {1}",
    "From ${}",
    "Shop at {1}",
    "{}€ bei {}",
)
SHOPS = ("Buywell", "Hallmart", "Brightcart", "Otters", "Marketplace", "Toolbarn")
"""Lines that lead to a product, and the shops in them."""

SUBJECT = re.compile(r"(?<=[a-zäöüß,] )[A-ZÄÖÜ][\w'-]{2,}(?: [A-Z\d][\w'-]*){0,3}")
"""A name inside a sentence."""

MOST_HEADLINE_CHARS = 160
MOST_LISTED = 4
"""Most characters of a headline that is used; most headlines below a heading."""

COMPARED = 6
"""Headlines of which the one with most words in common with the page is taken, as sites do."""

LINKED_SHARE = 0.85
"""Share of the teasers that are links, from HTML."""

_CHANCES = (0.35, 0.2, 0.2, 0.15, 0.1)
"""How often a teaser is a headline with words before it, a headline, a call, a heading and headlines, an offer."""

_WORD = re.compile(r"\w+")
_HEADLINE = CODE_OF_KIND[Kind.HEADLINE]


class Line(NamedTuple):
    """A block to be set into a page: its text, its code, and how many of its characters are a link."""

    text: str
    code: str
    link_chars: int = 0

    def target(self) -> str:
        """Return where the link leads; empty without one."""
        return "/" + "-".join(_WORD.findall(self.text.lower())) if self.link_chars else ""


Headlines = Mapping[tuple[int, str], Sequence[str]]
"""Headlines of pages by fold and language."""


def collect_headlines(pages: Sequence[LabelledPage], *, n_folds: int) -> dict[tuple[int, str], list[str]]:
    """Return the headlines of all pages by fold, so that no fold sees words of the sites it is tested on."""
    found: dict[tuple[int, str], list[str]] = {}
    for page in pages:
        if page.synthetic or _HEADLINE not in page.parts:
            continue
        block = page.blocks.blocks[page.parts.index(_HEADLINE)]
        text = " ".join(page.blocks.text[block.start : block.end].split())
        if len(text) <= MOST_HEADLINE_CHARS:
            found.setdefault((fold_of(page.origin.site, n_folds), page.origin.language), []).append(text)
    return found


def write_teaser(page: LabelledPage, headlines: Sequence[str], rng: np.random.Generator, language: str) -> list[Line]:
    """Return the lines of one teaser; `headlines` of other stories must not be empty.

    Args:
        language: Of the words that are not the headline's.
    """
    way = int(rng.choice(len(_CHANCES), p=_CHANCES))
    heads = HEADS.get(language, HEADS["en"])
    head = heads[int(rng.integers(len(heads)))]
    linked = rng.random() < LINKED_SHARE
    if way == 4:
        return [_link(OFFERS[int(rng.integers(len(OFFERS)))].format(_price(rng), _draw(SHOPS, rng)), linked)]
    if way == 2:
        calls, subjects = CALLS.get(language, CALLS["en"]), SUBJECT.findall(page.blocks.text)
        return [_link(_draw(calls, rng).format(_draw(subjects or headlines, rng)), linked)]
    if way == 3:
        chosen = [_headline(page, headlines, rng) for _ in range(int(rng.integers(1, MOST_LISTED + 1)))]
        mark = _draw(("", "", "", "• ", "👉 "), rng)
        return [Line(head + _draw(("", ":"), rng), "H"), *(_link(mark + text, linked) for text in chosen)]
    headline = _headline(page, headlines, rng)
    if way == 1:
        return [_link(headline, linked)]
    return [Line(f"{head}{_draw((': ', ': ', ' | ', ' – '), rng)}{headline}", "T", len(headline) * linked)]


def _link(text: str, linked: bool) -> Line:
    return Line(text, "T", len(text) * linked)


def _headline(page: LabelledPage, headlines: Sequence[str], rng: np.random.Generator) -> str:
    own = set(_WORD.findall(page.blocks.text.lower()))
    drawn = [headlines[int(i)] for i in rng.integers(0, len(headlines), COMPARED)]
    words = [{word for word in _WORD.findall(text.lower()) if len(word) > 4} for text in drawn]
    alike = [len(each & own) if text not in page.blocks.text else -1 for each, text in zip(words, drawn, strict=True)]
    return drawn[int(np.argmax(alike))]


def _price(rng: np.random.Generator) -> str:
    return f"{int(rng.integers(5, 1500))}{_draw(('', '.99', '.00', '.49'), rng)}"


def _draw(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
