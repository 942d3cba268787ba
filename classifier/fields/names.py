"""Makes clean names of authors from what a page says: bylines, lists of names, roles, agencies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from copydesk.classifier.fields.date_words import LED_TO_DATES
from copydesk.classifier.fields.elements import text_lines
from copydesk.classifier.fields.glued_words import without_glued_weekday
from copydesk.classifier.fields.incomplete_dates import is_incomplete_date, is_weekday, without_incomplete_date
from copydesk.classifier.fields.introductions import (
    begins_byline,
    without_cased_introduction,
    without_introduction,
    without_shown_introduction,
)
from copydesk.classifier.letter_case import fold_case
from copydesk.classifier.types import clean

MAX_AUTHORS = 50
"""Names of one page that are kept."""

MAX_WORDS = 6
"""Words of a name; more are a sentence or a biography."""

MAX_LETTERS = 80
"""Characters of a name."""

MAX_SMALL = 3
"""Letters of a small word that is cut off behind a name, where it led to a date or a place: a choice."""

MAX_TEXTS, MAX_CHARACTERS = 200, 1_000
"""Texts with names that are looked at, and characters of each."""

_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that override the direction of text, by which a name would turn what is written after it."""
_LISTED = re.compile(
    r"\s*(?:[;|•·⋅、，\n]|\s[/–—-]\s|\s(?:(?:实习|見習|见习)?(?:记者|記者)|通讯员|通訊員)|\s(?:and|und|og|och|oraz|samt|ve|và|és|&|\+|dan|agus|и|та|και|और|و)\s)\s*"
)
_DASH = re.compile(r"\s[–—-]\s")
_LISTED_NAMES = re.compile(r"\s+(?:y|e|i|et|en|ja|na|ak|și|în|a)\s+")
"""Words that mean "and" and may also be within a name; they part two names of two words or more."""

_IN_BRACKETS = re.compile(r"\s*[(\[<（【][^)\]>）】]*[)\]>）】]?")
_ADDRESS = re.compile(r"(?<!\S)\S+@\S+|(?:https?:)?//\S+|www\.\S+|(?<!\w)@\w+", re.IGNORECASE)
_IN_ADDRESSES = ("@", "//", "ww.", "WW.", "wW.", "Ww.")
"""What every such address has."""
_HOST_AND_PLACE = re.compile(r"\s*(?:https?://)?(?:[\w-]{2,63}\.){1,4}[a-z]{2,24}/?\s*,")
"""A host's name before a comma, as in "pier.example, Kiel, Germany": what follows is where the site is from."""

_ROLE = re.compile(
    r"\b(?:editors?|reporters?|correspondents?|columnists?|contributors?|writers?|journalists?|producers?|presenters?|"
    r"photographers?|analysts?|director|founder|ceo|cto|president|chief|officer|head of|professor|lecturer|fellow|"
    r"researcher|manager|specialist|expert|physicians?|veterinarian|horticulturist|"
    r"\w*redakt(?:eur|or|ør|ör)\w*|\w*korrespondent\w*|\w*reporter\w*|volontär\w*|ressortleiter\w*|leiter(?:in)?|autor(?:in)?|"
    r"chefredakteur\w*|freier?|journalist\w*|mitarbeiter\w*|kolumnist\w*|"
    r"journaliste|rédact\w+|correspondant\w*|envoyée? spéciale?|"
    r"redactor\w*|corresponsal|enviado|periodista|giornalista|inviat[oa]|dziennikar\w+|muhabir\w*|"
    r"universit\w+|institut\w*|college|school|desk|ministry|department|ltd|inc|llc|gmbh|newspaper)\b"
)
"""What a person is, by folded text."""
_BEFORE_ROLE = re.compile(
    r"((?:\S+\s){1,3}?\S+)\s(?:local|regional|national|international|world|foreign|political|politics|parliamentary|business|economics|"
    r"finance|financial|money|consumer|sports?|football|cricket|crime|court|legal|health|medical|science|environment|climate|energy|"
    r"education|technology|tech|culture|arts|entertainment|music|film|food|travel|property|transport|rural|farming|religion|"
    r"defen[cs]e|security|diplomatic|royal|social|digital|video|data|investigative|special|news|lead|trainee|(?:\w*politische|leitende|stellvertretende|ständige)[rn]?)\b"
)
"""A name and the first word of the subject of its bearer's role, as in "Ada Quill Local Democracy Reporter", folded."""
_AGENCIES = frozenset(
    "afp ap dpa apa sda reuters ansa efe ntb tt ritzau pap ctk čtk sid kna epd pti ians ani bloomberg xinhua tass "
    "belga anp lusa aap cp ats dts keystone-sda aa iha dha kyodo yonhap".split()
)
_SIGN = re.compile(r"[a-zß-ÿ]{1,6}")
"""The sign of an author or a desk, as in "kesm", "srf/hosb" and "sak/Reuters"; six letters are a choice."""
_ENDINGS = re.compile(
    r"(?:(?<=[a-zà-ÿ])(?:Korrespondent|Redakteur|Reporter|Autor|Volontär|Editor|Writer|Contributor|Founder|Journalist)\w*"
    r"|(?<=[a-zà-ÿ])(?:Published|Updated|Posted)\b.*|(?<=[a-zà-ÿ]{3})The\s[A-Z].*|\s(?:Published|Updated|Posted)\s\d.*"
    r"|\s\d+ Comments?|\son behalf of\s.*"
    r"|\s(?:Senior|Contributing|Staff|Chief|Deputy|Executive|Former|Associate|Assistant|Managing|For|The)\s.*|\s+\d+\*?"
    r"|\s기자.*|\s(?:특파원|앵커|記者|特派員|외 \d+명|摄影?|攝影?|文|报道|報導|報道)"
    r"|(?<=[\u4e00-\u9fff]{2})(?:摄|攝|报道|報導|報道)"
    r"|\s(?:责任|責任)?(?:编辑|編輯|责编|責編)\s?[:：].*"
    r"|(?<=[\u4e00-\u9fff])(?:記者|特派員|[／/]\S{0,12}(?:報導|报道|報道))"
    r"|\s(?:입력|الأحد|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت)"
    r"|\s(?:on|at|am|um|le|[Ii]n|for|from|to|the|a|[Ff]ollow|Author|[Pp]ubli\w{1,9}"
    r"|(?:on|am|le|el|den|op|di)\s\w{2,3}))$"
)
"""What follows a name: roles, numbers, words that led to a date."""
_OTHER_LABEL = re.compile(r"(\S+(?:\s\S+){1,2}?)\s(?:\w+\s(?:by|von|par|por|av|af)|[^\W\d_]\S{2,20})\s?:\s.*")
"""A name of two or three words, and a label with what it is of: "Ada Quill Photos: Ben Reed"."""
_GLUED_NUMBER = re.compile(r"(?<=\D)\d+\*?$")
"""A note or a count after a name of several words; in a single word it is part of a login."""
_OUTLET = re.compile(r"(?<=[a-zà-ÿ])\s(?!(?:DE|DA|DO|DOS|DU|LE|LA|EL|AL|BIN|VAN|VON)\s)[A-Z]{2,}(?:\s[A-Z]{2,})+$")
"""A newspaper in capitals after a name that is not."""
_TEMPLATE = re.compile(r"[{}%$]|(?:page|site|post|article|author|user)\.[\w.]*(?:author|name)\w*", re.IGNORECASE)
"""What a template writes where nobody filled it in."""
_NO_PERSON = re.compile(r"[\w ]{1,20}(?::\s|：)|\d+\+?\s+(?:years|mins?|minutes|views|comments|posts)\b", re.IGNORECASE)
"""A label and what it is of, such as "design: Ada Quill", or a number of things."""
_PROFESSION = re.compile(
    r"(?:(\S+\s\S+)\s)?(?:gardener|astrologer|nutritionist|dieti[ct]ian|therapist|attorney|lawyer|engineer|developer|consultant|"
    r"strategist|psychologist|pharmacist|trainer|scientist|economist|historian|marketer|advis[eo]r|freelancer?|critic)\b.*",
    re.IGNORECASE,
)
"""What a person does, and maybe a name of two words before it."""
_ORGANISATION = re.compile(
    r"(?:the\s)?(?:[A-ZÀ-Þ]\w+\s){0,2}(?:Cent(?:er|re)s?|Institutes?|Department|Office|Ministry|Bureau|Association|Council|Society|"
    r"Academy|Foundation|Administration|Division)\s(?:for|of|on)\s[^,;|•\n]+",
)
"""An office whose name may have "and" within."""
_INITIALS = re.compile(r"[A-ZÀ-Þ]{1,3}")
"""What an avatar shows without a picture; also abbreviations of departments."""

_PLAIN = re.compile(r"[A-ZÀ-Þ][a-zà-ÿ]+(?: [A-ZÀ-Þ]\.)?(?: [A-ZÀ-Þ][a-zà-ÿ]+(?:-[A-ZÀ-Þ][a-zà-ÿ]+)?){1,2}")
"""A name that needs no cleaning, as most do."""
_GLUED_WORD = re.compile(r"(?<=[a-zà-ÿ]{4})(?=[A-ZÀ-Þ][a-zà-ÿ]+(?:\s|$))")
"""Where a word begins that stood in an element of its own; four letters, as in names such as MacFarlane."""

_CONTROL = re.compile(
    r"(?:view|read|see|show|more|all|about|learn|meet|contact|talk to|previous|next post|follow|share|comments?|posts?|"
    r"categor\w+|tags?|updated|edited|reviewed|fact.checked|last|mehr|alle|zum|zur|voir|ver|leer)\b",
    re.IGNORECASE,
)
"""How a link or a label begins that is no name."""
_PARTICLES = frozenset(
    "de del della di da do dos das du la le les el al von vom van der den ter zu zum zur af av bin ibn bint y e i und "
    "and of the for ap ten op 't lo san".split()
)
"""Words that are written small within names."""
_CREDENTIAL = re.compile(r"(?:[A-Z][A-Za-z]?[A-Z]*\.?){1,5}\*?")
_OTHER_PART = re.compile(r"(?:de|da|do|from|in|aus|à|em)\s[A-ZÀ-Þ]|\S*\d\S*\s|\S+\s\d+\S*$")
"""What is a place, an address or an outlet after a comma: "Ada Quill, de Kiel", "Ada Quill, g1 Kiel"."""
_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv)\.?", re.IGNORECASE)
_FROM_PLACE = re.compile(
    r"([A-ZÀ-Þ]\S*(?:\s[A-ZÀ-Þ]\S*)+)\s(?:in|from|at|aus|em|à)\s(?:the\s)?[A-ZÀ-Þ]\S*(?:\s\S+){0,3}"
)
"""A name and the place that a byline names after it."""
_NO_NAME = frozenset(
    "by von par por di admin administrator editor author autor staff redaktion red guest unknown anonymous none null "
    "published updated posted publié undefined n/a na at on user webmaster root autor/in writer contributor "
    "reporter about mehr more read follow この記事を書いた人 "
    "the our as of in an ai large last authors writers editors journalist journalists founder co-founder corresponding "
    "written reviewed sponsored expert content senior marketing director events article comments table contents quick "
    "summary journal list blog filed under insights product products topic top offline premium note warning quantity "
    "hi hello labels accessibility startseite weiter hinweis pinned source date datum fecha "
    "haber haberler nachrichten noticias notícias notizie actualités wiadomości новости новини "
    "เวลา 발행 편집인 입력 수정".split()
).union(LED_TO_DATES)
"""Words of labels, roles and signs: a text that has no others is no name."""


def clean_names(texts: Iterable[str], *, shown: bool = False) -> tuple[str, ...]:
    """Return the names in some texts, in order, each once: without "By", roles, addresses, brackets.

    A text is one name, or a list such as "By Ada Quill, Harbour Editor, and Ben Reed". If it is `shown` on the page,
    and not stated for programs, only what is written as a name counts.
    """
    names: dict[str, str] = {}
    for text in islice(texts, MAX_TEXTS):
        text = _DIRECTION.sub("", clean(text_lines(text[:MAX_CHARACTERS])))
        for name in _split(without_shown_introduction(text) if shown else text):
            if len(names) >= MAX_AUTHORS:
                break
            person = _without_role(name, is_first=not names) if shown else name
            if not shown or _is_written_as_name(person):
                names.setdefault(person.casefold(), person)
    return tuple(names.values())


@lru_cache(maxsize=64)  # the lines below a headline are looked at for their kind, then for authors
def names_author(text: str) -> bool:
    """Return whether a text begins as a byline does: "By Ada Quill", "Autor: Ada Quill"."""
    return begins_byline(text)


def is_agency(name: str) -> bool:
    """Return whether a name is the abbreviation of a news agency."""
    return name.lower() in _AGENCIES


def is_initials(name: str) -> bool:
    """Return whether a name is but one to three capitals, which are no agency's."""
    return _INITIALS.fullmatch(name) is not None and not is_agency(name)


def without_place(name: str) -> str:
    """Return a name of two words or more without the place that its bearer writes from: "Ada Quill in New York"."""
    found = _FROM_PLACE.fullmatch(name.strip())
    if found is None or _ROLE.search(fold_case(found[1])) is not None or _PROFESSION.search(found[1]) is not None:
        return name
    return found[1]


def without_outlet(text: str) -> str:
    """Return a byline without the outlet or place behind a name of two words and a dash: "Ada Quill - The Pier"."""
    name, *others = _DASH.split(text, 1)
    return name if others and " " in without_introduction(name) and not begins_byline(others[0]) else text


def _is_sign(name: str) -> bool:
    """Return whether a text is an author's sign, alone or beside other signs and agencies."""
    signs = [part for part in name.split("/") if not is_agency(part)]
    return bool(signs) and all(map(_SIGN.fullmatch, signs))


def _is_written_as_name(name: str) -> bool:
    words = name.split()
    *before, last = words or [""]
    capital = not before or (
        not last[0].islower() and all(not word[0].islower() or word in _PARTICLES for word in before)
    )
    return (bool(words) and capital and not name[0].isdigit() and _CONTROL.match(name) is None) or is_agency(name)


def _without_role(name: str, *, is_first: bool) -> str:
    """Return a name of two words without the role after it, which may be glued to it: "Ada QuillNews Reporter".

    What has a role and is not the first in a list is taken for the role of the first.
    """
    if (found := _PROFESSION.fullmatch(name)) is not None and (found[1] or (" " not in name and not is_first)):
        return found[1] or ""
    role = _ROLE.search(fold_case(name))
    if role is None:
        return name
    person = _GLUED_WORD.split(name[: role.start()].strip(), 1)[0]
    if not is_first:
        return ""
    if person.count(" ") > 1 and (subject := _BEFORE_ROLE.match(fold_case(person))) is not None:
        return person[: subject.end(1)]
    return person if person.count(" ") == 1 and not _NO_NAME.issuperset(person.lower().split()) else name


@lru_cache(maxsize=64)  # a line is looked at for its kind, then for authors
def _split(text: str) -> tuple[str, ...]:
    if (
        _PLAIN.fullmatch(text) is not None
        and without_introduction(without_cased_introduction(text)) == text
        and _ENDINGS.search(text) is None
        and not _is_tail(text.rpartition(" ")[2])
    ):
        return () if _NO_NAME.issuperset(text.lower().split()) else (text,)
    if _HOST_AND_PLACE.match(text) is not None:
        return ()
    if any(map(text.__contains__, _IN_ADDRESSES)):
        text = _ADDRESS.sub(" ", text)
    text = _IN_BRACKETS.sub("", text)
    text = " ".join(text.split()) if "\n" not in text else text.strip()
    introduced, text = text, without_introduction(without_cased_introduction(text))
    if ": " in text and (labelled := _OTHER_LABEL.fullmatch(text)) is not None:
        text = labelled[1]
    if _ORGANISATION.fullmatch(text) is not None:
        return (name,) if (name := _clean(text)) else ()
    found: list[str] = []
    for part in _LISTED.split(text):
        if not is_incomplete_date(part):
            found += _split_commas(part)
    if text != introduced:
        found = [without_place(each) for each in found]
    names: list[str] = []
    for each in found:
        name = _clean(without_incomplete_date(each))
        if text != introduced:
            name = _without_small_words(name)
        if name and not (is_weekday(name) and any(" " in other for other in names)):
            names.append(name)
    return tuple(names)


def _split_commas(text: str) -> list[str]:
    """Split at commas; a single word after one is a place or a degree, unless all parts are single words."""
    parts = [part for each in text.split(",") if (part := each.strip())]
    if len(parts) < 2:
        return _split_names(text)
    single = all(" " not in part for part in parts)
    names: list[str] = []
    for part in parts:
        if names and _SUFFIX.fullmatch(part):
            names[-1] += f", {part}"
        elif (
            names
            and (_OTHER_PART.match(part) is not None or _CREDENTIAL.fullmatch(part) or (" " not in part and not single))
            and not is_agency(part)
        ):
            continue
        elif not (names and _ROLE.search(fold_case(part))):
            names += _split_names(part)
    return names


def _split_names(text: str) -> list[str]:
    parts = _LISTED_NAMES.split(text)
    return parts if len(parts) > 1 and all(" " in part.strip() for part in parts) else [text]


def _without_tail(name: str) -> str:
    """Return a name without weekdays and labels of dates after it: "Ada Quill updated"."""
    words = name.split()
    n_words = len(words)
    while n_words > 1 and _is_tail(words[n_words - 1]):
        n_words -= 1
    return name if n_words == len(words) else " ".join(words[:n_words])


def _is_tail(word: str) -> bool:
    """Return whether a word is a label of a date or a weekday; capitalised "Domingo" and its like are surnames, too."""
    may_be_weekday = not word[0].isupper() or word.lower().endswith("day")
    return word.lower() in LED_TO_DATES or (may_be_weekday and is_weekday(word))


def _without_small_words(name: str) -> str:
    """Return a name without small words after it, which led to a time or a place: "Ada Quill at"."""
    words = name.split()
    while len(words) > 1 and not name[0].islower() and _is_small(words[-1]):
        words.pop()
    return " ".join(words)


def _is_small(word: str) -> bool:
    return word.islower() and len(word) <= MAX_SMALL and word.isalpha() and _SUFFIX.fullmatch(word) is None


def _clean(text: str) -> str:
    """Return a name without what is around it; empty if it is none."""
    if len(text) > 2 * MAX_LETTERS:
        return ""
    name = without_introduction(text.strip())
    if " " in name:
        name = _OUTLET.sub("", _GLUED_NUMBER.sub("", name))
        name = without_glued_weekday(name.rstrip(" \t:,;|/–—-"))
    name = name.rstrip(" \t:,;|/–—-")
    shorter = _ENDINGS.sub("", name)
    name = _without_tail(shorter if shorter == name else _ENDINGS.sub("", shorter)).strip(
        " \t\n\r.,:;|/*–—-_\"'’‘“”«»•·&●"
    )
    if name and name[-1].isalpha() and text.strip().endswith(f"{name}.") and len(name.rpartition(" ")[2]) < 3:
        name += "."
    if "#" in name or _NO_PERSON.match(name) is not None or _TEMPLATE.match(name) is not None:
        return ""
    words = name.split()
    if len(words) % 2 == 0 and words[: len(words) // 2] == words[len(words) // 2 :]:
        words = words[: len(words) // 2]
    if not 0 < len(words) <= MAX_WORDS or len(name) > MAX_LETTERS or _NO_NAME.issuperset(name.lower().split()):
        return ""
    if _is_sign(name):
        return ""
    letters, digits = sum(map(str.isalpha, name)), sum(map(str.isdigit, name))
    is_login = len(words) == 1 and letters > 2 and name[0].isalpha()
    return " ".join(words) if is_login or (letters > digits and (letters > 1 or not name.isascii())) else ""
