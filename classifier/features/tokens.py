"""How many tokens a block has: hashes of what it looks like, beside its neighbours and in the element tree."""

from __future__ import annotations

SHAPE_TOKENS = 58
"""Shape tokens of each block: 33 of its own, 25 of its neighbours."""

LEAD_TOKENS = 2
"""Further ones of each block of plain text: words at its start such as "Read also:". In HTML links tell more."""

ANCESTORS = 8
"""Elements around a block whose tags and names are hashed."""

FAR_SECTIONS = 3
"""Further elements around it, such as `nav`, whose tags and names are hashed, see `compiled/c/tokens.c`."""

MAX_MARKUP_TOKENS = 199
"""Most tokens of a block: 132 of elements around it, 39 of far ones, 12 of inline names, 9 of its link, 7 of how dense
links are."""
