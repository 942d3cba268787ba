"""The numbers of the kinds: `kinds.TEXT` is the column of text in every table with a column for each kind."""

from __future__ import annotations

from copydesk.classifier.types import KINDS

TEXT, METADATA, COMMENT, FURNITURE, TEASER, TEASER_HEADING = range(len(KINDS))
