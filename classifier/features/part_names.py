"""Finds which part of an article an element is, by the words of its class names and ids."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.arrays import Hashes, Integers
from copydesk.classifier.compiled import jit
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

_PLACES = 1 << 12


@cache
def _table() -> tuple[Hashes, NDArray[np.uint8]]:
    """Return the words' hashes in a table by their lower bits, and the bits of their parts."""
    keys, parts = np.zeros(_PLACES, np.uint64), np.zeros(_PLACES, np.uint8)
    for part, words in enumerate(PART_NAMES.values()):
        for key in hash_names(words.split())[0].tolist():
            place = key % _PLACES
            while keys[place] not in (0, key):
                place = (place + 1) % _PLACES
            keys[place] = key
            parts[place] |= np.uint8(1 << part)
    return keys, parts


def parts_by_name(names: Hashes, ends: Integers) -> NDArray[np.uint8]:
    """Return for each element a bit for each of PART_NAMES, the first the lowest.

    Args:
        names: Hashes of the words of all elements' names, one after the other.
        ends: Shape (n_elements,): where each element's end.
    """
    return _look_up(names, ends, *_table())


@jit
def _look_up(names: Hashes, ends: Integers, keys: Hashes, parts: NDArray[np.uint8]) -> NDArray[np.uint8]:
    found = np.zeros(len(ends), np.uint8)
    start = 0
    for element in range(len(ends)):
        for k in range(start, ends[element]):
            place = names[k] & np.uint64(_PLACES - 1)
            while keys[place] != names[k] and keys[place] != 0:
                place = (place + np.uint64(1)) & np.uint64(_PLACES - 1)
            if keys[place] == names[k]:
                found[element] |= parts[place]
        start = ends[element]
    return found
