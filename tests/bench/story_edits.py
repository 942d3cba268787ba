"""Edits templated news as newsrooms do, so that the result is still the same story."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence

from tests.bench.templates import Template

_NUMBER = re.compile(r"(?<![\d.,:-])\d{2,4}(?![\d.,:-]*\d)")
_NUMERALS = re.compile("[二三四五六七八九]十[一二三四五六七八九]")
_SENTENCE_END = re.compile(r"(?<=[.!?。])\s*(?=\S)")
_UNSPACED = ("zh", "ja")

_NOTES = {
    "en": "Correction: An earlier version of this report gave a wrong figure. We regret the error.",
    "de": "Anmerkung der Redaktion: In einer früheren Fassung stand eine falsche Angabe. Wir bitten um Entschuldigung.",
    "fr": "Rectificatif : une version précédente de cet article comportait une erreur. Nous nous en excusons.",
    "es": "Fe de errores: en una versión anterior figuraba un dato equivocado. Lamentamos el error.",
    "zh": "更正：本文此前版本中的数字有误，谨此致歉。",
    "ru": "Исправление: в прежней редакции была допущена ошибка. Приносим извинения.",
    "ja": "訂正：以前の記事に誤りがありました。お詫びします。",
    "ar": "تصحيح: ورد في نسخة سابقة من هذا الخبر رقم غير صحيح، ونعتذر عن الخطأ.",
}
_DATELINES = {
    "zh": "【本网讯】",
    "ja": "【共信】",
    "ar": "وكالات - ",
    "ru": "СЕВЕРНОЕ АГЕНТСТВО - ",
    "de": "Nordmeldung - ",
    "fr": "Agence du Nord - ",
    "es": "Agencia Norte - ",
    "en": "NORTHGATE, June 3 (Wire) - ",
}
_SYNONYMS: Mapping[str, Sequence[tuple[str, str]]] = {
    "en": (
        ("said", "stated"),
        ("about", "around"),
        ("percent", "per cent"),
        ("after", "following"),
        ("known", "recorded"),
    ),
    "de": (("sagte", "erklärte"), ("gegen", "um etwa"), ("liegen", "betragen"), ("rund", "etwa"), ("nach", "laut")),
    "fr": (("a déclaré", "a dit"), ("toute la", "l'ensemble de la"), ("jusqu'à", "près de"), ("avant", "d'abord")),
    "es": (("aseguró", "dijo"), ("afirmó", "declaró"), ("próximo", "siguiente"), ("durante", "a lo largo de")),
    "zh": (("表示", "称"), ("预计", "估计"), ("已经", "已"), ("约", "大约"), ("公布", "发布")),
    "ru": (("сказал", "заявил"), ("ожидается", "прогнозируется"), ("просят", "призывают")),
    "ja": (("話した", "語った"), ("およそ", "約"), ("見込み", "予想")),
    "ar": (("وقال", "وذكر"), ("وينصح", "ويوصى"), ("المقبلة", "القادمة")),
}


def correct_number(text: str, template: Template, chance: random.Random) -> str:
    """Change one number in one place, in half of the cases with a note."""
    places = [*_NUMBER.finditer(text), *_NUMERALS.finditer(text)]
    if not places:
        return ""
    place = chance.choice(places)
    if place[0].isdecimal():
        number = str(max(10, int(place[0]) + chance.choice((-3, -2, -1, 1, 2, 3, 7))))
    else:
        number = place[0][:2] + chance.choice("一二三四五六七八九".replace(place[0][2], ""))
    return _with_note(text[: place.start()] + number + text[place.end() :], template, chance)


def correct_name(text: str, template: Template, chance: random.Random) -> str:
    """Change one name wherever it stands."""
    names = [*template.lists.get("last", ()), *template.lists.get("name", ())]
    present = [name for name in names if name in text]
    if not present:
        return ""
    right = chance.choice([name for name in names if name not in text])
    return _with_note(text.replace(chance.choice(present), right), template, chance)


def _with_note(text: str, template: Template, chance: random.Random) -> str:
    return f"{text}\n\n{_NOTES[template.language]}" if chance.random() < 0.5 else text


def cut(text: str, template: Template, chance: random.Random) -> str:
    """Keep the first two to four fifths of the sentences."""
    sentences = _SENTENCE_END.split(text)
    return _join(sentences[: max(2, round(len(sentences) * chance.uniform(0.4, 0.8)))], template)


def flash(text: str, template: Template, chance: random.Random) -> str:
    """Keep whole sentences up to about 45 words, or 90 characters in a script without spaces."""
    kept: list[str] = []
    for sentence in _SENTENCE_END.split(text):
        kept.append(sentence)
        if length(" ".join(kept), template) >= 38:
            break
    return _join(kept, template)


def copyedit(text: str, template: Template, chance: random.Random) -> str:
    """Put other words for some, drop one sentence of many, and set other quotation marks."""
    for old, new in _SYNONYMS[template.language]:
        text = text.replace(old, new)
    sentences = _SENTENCE_END.split(text)
    if len(sentences) > 5:
        del sentences[chance.randrange(2, len(sentences))]
    return _join(sentences, template).translate(str.maketrans("„“«»“”", '""""""'))


def house_style(text: str, template: Template, chance: random.Random) -> str:
    """Put a dateline before the text, write small numbers as words, and end without the last sentence's mark."""
    words = {"2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven", "8": "eight", "9": "nine"}
    if template.language == "en":
        text = re.sub(r"(?<= )[2-9](?= )", lambda found: words[found[0]], text)
    return _DATELINES[template.language] + text.replace("’", "'").rstrip(".")


def _join(sentences: Sequence[str], template: Template) -> str:
    return ("" if template.language in _UNSPACED else " ").join(sentences)


def length(text: str, template: Template) -> int:
    """Count a text's words, in a script without spaces half of its characters."""
    return len(text) // 2 if template.language in _UNSPACED else len(text.split())


EDITS: Mapping[str, Callable[[str, Template, random.Random], str]] = {
    "number corrected": correct_number,
    "name corrected": correct_name,
    "cut": cut,
    "flash": flash,
    "copyedit": copyedit,
    "house style": house_style,
}
"""By name; an edit that finds nothing to change returns an empty text."""
