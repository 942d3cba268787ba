"""The groups of kinds that the first stage and the label trees tell apart, and their numbers.

`groups.TEXT` is the column of text in every table with a column for each group.
"""

from __future__ import annotations

GROUPS = ("text", "metadata", "comment", "furniture", "teaser", "teaser_heading")
TEXT, METADATA, COMMENT, FURNITURE, TEASER, TEASER_HEADING = range(len(GROUPS))
