"""The types of single values in the contract, with their bounds, formats and descriptions."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from copydesk.classifier.duplicates import types as duplicates
from copydesk.service.rows.times import EXPECTED, ISO_TIME

MAX_NAME_CHARACTERS = 2000
NO_NULL_CHARACTER = r"^[^\u0000]*$"
"""A database cannot keep null characters."""

Count = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Offset = Annotated[int, Meta(ge=0, description="In characters of the page's text.", extra={"arrow": "int32"})]
Time = Annotated[str | None, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Published = Annotated[
    Any,
    Meta(
        description=f"When it was published: {EXPECTED}; without an offset it is UTC. A value that is no time counts "
        "as unknown: the answer has a remark, and the time that is used."
    ),
]
Source = Annotated[
    Any,
    Meta(description="Who published it: a text or a number; anything else counts as unknown: the answer has a remark."),
]
Keep = Annotated[bool, Meta(description="Whether it is the one to keep of its cluster.")]
KeptBecause = Annotated[
    duplicates.KeptBecause | None,
    Meta(
        description="How it differs from the second best document of its cluster; `no_body` if its body is "
        "empty or has no words, so that it cannot be compared; null for one that is not kept."
    ),
]
Title = Annotated[str, Meta(description="The headline; empty where the page has none.")]
StoredTitle = Annotated[str | None, Meta(description="The headline; null where none is stored.")]
FoundTime = Annotated[
    str, Meta(description="ISO 8601: a day or a time; null if unknown.", extra_json_schema={"pattern": ISO_TIME})
]
Confidence = Annotated[Share, Meta(description="The word F1 that is expected of the body.")]
Digest = Annotated[str, Meta(description="The digest of the model that was used.")]
