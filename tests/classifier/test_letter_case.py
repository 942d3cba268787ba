"""Tests of `letter_case`: folded letters are equal where `re.IGNORECASE` takes them for equal."""

from __future__ import annotations

import re
import string
import sys

from copydesk.classifier.letter_case import fold_case


def test_all_letters_are_folded_as_ignorecase_does() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    folded = fold_case(everything)
    assert len(folded) == len(everything)
    for letter in string.ascii_lowercase + "äöüéèçàñøåřżšбдяλ":
        found = {match.start() for match in re.finditer(letter, everything, re.IGNORECASE)}
        own = {place for place, each in enumerate(folded) if each == letter}
        assert own == found - set(map(ord, "ᲀᲁ")), letter
