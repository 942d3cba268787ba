"""Finds which part of an article an element is, by the words of its class names and ids."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Hashes, Integers
from copydesk.classifier.compiled.library import core_function
from copydesk.classifier.features.markup_words import hash_names

PART_NAMES = {
    "headline": "headline title titel titre titulo titolo heading tittel rubrik otsikko naslov",
    "standfirst": "standfirst lead lede leadin deck dek intro introduction ingress chapo chapeau entradilla vorspann "
    "sottotitolo subtitle subtitulo summary abstract excerpt kicker overline strapline subheadline subhead takeaway "
    "takeaways highlights sapo preamble anriss",
    "caption": "caption captions figcaption legend legende bildunterschrift bildtext imgdesc pie leyenda didascalia",
    "byline": "byline bylines author authors autor autoren auteur autore writer writers contributor contributors "
    "reporter journalist signature signatur firma skribent forfatter kirjoittaja",
    "date": "date dates datetime timestamp published publish pubdate updated modified datum fecha dato paivays "
    "dateline time clock",
    "path": "breadcrumb breadcrumbs breadbar crumb crumbs pfad pfadnav pfadnavigation nav navigation",
}
"""Words of names that mark a part, or the path to the page, in the languages of the corpora."""

N_PARTS = len(PART_NAMES)

PLACES = 1 << 12
"""Places of the table of these words, a power of two."""

_look_up = core_function("cd_parts_by_name", "u64* i64 i64* i64 u64* u8* u8*", "i64")


@cache
def part_table() -> tuple[Hashes, NDArray[np.uint8]]:
    """Return the words' hashes in a table by their lower bits, and the bits of their parts."""
    keys, parts = np.zeros(PLACES, np.uint64), np.zeros(PLACES, np.uint8)
    for part, words in enumerate(PART_NAMES.values()):
        for key in hash_names(words.split())[0].tolist():
            place = key % PLACES
            while keys[place] not in (0, key):
                place = (place + 1) % PLACES
            keys[place] = key
            parts[place] |= np.uint8(1 << part)
    return keys, parts


def parts_by_name(names: Hashes, ends: Integers) -> NDArray[np.uint8]:
    """Return for each element a bit for each of PART_NAMES, the first the lowest.

    Args:
        names: Hashes of the words of all elements' names, one after the other.
        ends: Shape (n_elements,): where each element's end.
    """
    found = np.empty(len(ends), np.uint8)
    _look_up(names, len(names), ends, len(ends), *part_table(), found)
    return found
