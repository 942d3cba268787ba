"""The groups of kinds that the first stage and the label trees tell apart, and their numbers.

`groups.TEXT` is the column of text in every table with a column for each group.
"""

from __future__ import annotations

GROUPS = ("text", "metadata", "comment", "furniture", "teaser", "teaser_heading")
LINEAR_PARTS = ("headline", "standfirst", "subheading", "caption", "list_item", "quote", "byline", "date")
"""Kinds that the first stage scores beside the groups, for telling apart the kinds of one group."""

TEXT, METADATA, COMMENT, FURNITURE, TEASER, TEASER_HEADING = range(len(GROUPS))
