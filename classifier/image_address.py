"""Chooses the address of an image among the attributes that pages keep addresses in."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_ADDRESS = 2_000
"""Characters of a link's or an image's address beyond which it is left out."""

MAX_WORDS = 100
"""Words of a `srcset` that are read."""

ATTRIBUTES = ("width", "height", "data-src", "data-original", "data-lazy-src", "src", "data-srcset", "srcset")
"""Attributes of an image that are read. Those before `src` have its address for a script that loads it late."""

N_STRINGS = len(ATTRIBUTES) + 2
"""Strings of one image: these attributes, the `srcset` of a `source` of its `picture`, its description."""

_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)[wx](?:,(.*))?")
"""Width or density of a candidate in a `srcset`, and what is written after it without white space."""

_DECORATION = re.compile(
    r"/(?:flags?|adverts?|advertisements?|display-ads?|sponsors?)/|(?<![a-z])(?:werbung|reklame|web-?banner)(?![a-z])",
    re.IGNORECASE,
)
"""What paths of advertisements and flags have. On the 1,694 pages of the corpora 10 have such images beside an article,
all of them advertisements, logos of sponsors and flags. "Banner" alone is also said of pictures above an article."""


def is_decoration(address: str) -> bool:
    """Return whether the path of an image says that it is an advertisement, or a flag as for a language."""
    return _DECORATION.search(address.partition("?")[0]) is not None


def read_image(strings: Sequence[str], first: int) -> tuple[str, str]:
    """Return the address and the description of the image whose strings begin at a place.

    The address is empty for an image of a single pixel and for one whose data are in the page.
    """
    width, height, *addresses, late_sources, sources, other_sources, alt = strings[first : first + N_STRINGS]
    if {width, height} & {"0", "1"}:
        return "", alt
    addresses += map(_largest, (late_sources, sources, other_sources))
    found = (address.strip() for address in addresses if address)
    allowed = (each for each in found if len(each) <= MAX_ADDRESS and not each.lower().startswith("data:"))
    return next(allowed, ""), alt


def _largest(srcset: str) -> str:
    """Return the address of the largest candidate of a `srcset`."""
    if not srcset:
        return ""
    candidates: list[tuple[float, str]] = [(-1.0, "")]
    address = ""
    for word in srcset.split()[:MAX_WORDS]:
        size = _SIZE.fullmatch(word)
        if size is None:
            candidates.append((0.0, address))
            address = word
        else:
            candidates.append((float(size[1]), address))
            address = size[2] or ""
    return max([*candidates, (0.0, address)], key=lambda each: (each[1] != "", each[0]))[1].rstrip(",")
