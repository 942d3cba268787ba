"""Takes out of an article's body what sites put between its paragraphs: marks of advertisements, prose on cookies."""

from __future__ import annotations

import re

import numpy as np

from copydesk.classifier.arrays import Doubles, spans_of
from copydesk.classifier.captions import STORY, marks
from copydesk.classifier.types import KINDS, Blocks, Kind

MAX_MARK, SURE_BODY = 20, 0.9
"""Most characters of a line that only says that an advertisement follows, and probability of body below which it may
be one: choices."""

AD_MARKS = frozenset(
    (
        "advertisement, advertising, advert, ad, ads, anzeige, werbung, publicité, annonce, publicidad, anuncio, "
        "publicidade, anúncio, pubblicità, advertentie, annons, reklam, annonse, mainos, mainokset, auglýsing, "
        "reklaam, reklāma, reklama, reklamos, inzerce, inzercia, hirdetés, publicitate, oglas, oglasi, διαφήμιση, "
        "reclamă, реклама, оголошення, إعلان, اعلان, تبلیغات, פרסומת, विज्ञापन, বিজ্ঞাপন, விளம்பரம், iklan, "
        "quảng cáo, โฆษณา, 広告, 广告, 廣告, 광고"
    ).split(", ")
)
"""What such a line says, case-folded. On the labelled pages one block of a body is, and it is an advertisement's."""

MAX_LOOKED_AT, MIN_PROSE = 400, 60
"""Most characters of a block in which a word for cookies is looked for, and fewest of prose on them: choices. No body
of the labelled pages has such prose; of 330 made pages 5 have."""

COOKIES_IN_ASCII = ("cookie", "ciasteczk", "informasjonskaps", "kakor", "slapuk")
COOKIES = (
    *COOKIES_IN_ASCII,
    *("evästei", "çerez", "küpsis", "süti", "sīkdat", "куки", "бисквитк", "ملفات تعريف الارتباط", "クッキー", "쿠키"),
)
"""Words for cookies, in lower case, as consent prose names them."""

DEVICES = re.compile(
    r"\bweb|browser|device|consent|privacy|\bsites?\b|hjemmeside|samtykke|computer|przeglądar|serwis|\bstron|zgod|"
    r"\bgeräte?\b|einwilligung|navigateur|appareil|consentement|navegador|dispositiv|consentimiento|consentimento|"
    r"prohlížeč|zařízení|selain|laitte|evästeasetu|\benhet|toestemming|böngésző|сайт|браузер|согласи|ブラウザ|サイト|"
    r"브라우저|사이트",
    re.IGNORECASE,
)
"""Words for what cookies are stored in, of and for; prose on biscuits has none."""

_AROUND_MARKS = " -–—*:.[]()|"
_FURNITURE = KINDS.index(Kind.FURNITURE)
_IS_STORY = marks(STORY)


def leave_out_interruptions(page: Blocks, kinds: bytearray, title: range, in_body: Doubles) -> None:
    """Make furniture of what sites put between the paragraphs of an article.

    Marks of advertisements are whole blocks. Prose on cookies follows a block on them that is no part of the body; a
    page whose title names cookies is about them.

    Args:
        page: A segmented page.
        kinds: A number in `KINDS` for each block, which is changed.
        title: The numbers of the blocks that the title stands in.
        in_body: The probability of each block to be body.
    """
    spans = spans_of(page.blocks)
    sizes = spans[:, 1] - spans[:, 0]
    is_story = np.frombuffer(kinds.translate(_IS_STORY), np.bool_)
    for number in (is_story & (sizes <= MAX_MARK) & (in_body < SURE_BODY)).nonzero()[0].tolist():
        start, end = page.blocks[number]
        if page.text[start:end].strip(_AROUND_MARKS).casefold() in AD_MARKS:
            kinds[number] = _FURNITURE
    above = (~is_story[:-1] & is_story[1:] & (sizes[1:] >= MIN_PROSE)).nonzero()[0]
    for place, (start, end) in zip(above.tolist(), spans[above].tolist(), strict=True):
        if _names_cookies(page.text[start : min(end, start + MAX_LOOKED_AT)]):
            if any(_names_cookies(page.text[slice(*page.blocks[number])]) for number in title):
                return
            _leave_out_prose(page, kinds, place + 1)


def _names_cookies(text: str) -> bool:
    text = text.lower()
    return any(word in text for word in (COOKIES_IN_ASCII if text.isascii() else COOKIES))


def _leave_out_prose(page: Blocks, kinds: bytearray, number: int) -> None:
    """Make furniture of a block on cookies and what they are stored in, and of the blocks below it on cookies."""
    if DEVICES.search(page.text, *page.blocks[number]) is None:
        return
    while number < len(kinds) and kinds[number] in STORY:
        start, end = page.blocks[number]
        if not _names_cookies(page.text[start : min(end, start + MAX_LOOKED_AT)]):
            return
        kinds[number] = _FURNITURE
        number += 1
