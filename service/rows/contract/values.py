"""The types of single values in the contract, with their bounds, formats and descriptions."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

MAX_NAME_CHARACTERS = 2000
NO_NULL_CHARACTER = r"^[^\u0000]*$"
"""A database cannot keep null characters."""
ISO_TIME = (
    "^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$"
)
"""Times that a request may have; years below 1000 and above 2999 are mistakes."""

Count = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Offset = Annotated[int, Meta(ge=0, description="In characters of the page's text.", extra={"arrow": "int32"})]
Time = Annotated[str | None, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Published = Annotated[str, Meta(pattern=ISO_TIME, description="When it was published; without an offset it is UTC.")]
Source = Annotated[
    str, Meta(max_length=MAX_NAME_CHARACTERS, pattern=NO_NULL_CHARACTER, description="Who published it.")
]
Keep = Annotated[bool, Meta(description="Whether it is the one to keep of its cluster.")]
Title = Annotated[str, Meta(description="The headline; empty where the page has none.")]
FoundTime = Annotated[
    str, Meta(description="ISO 8601: a day or a time; null if unknown.", extra_json_schema={"pattern": ISO_TIME})
]
Confidence = Annotated[Share, Meta(description="The word F1 that is expected of the body.")]
Digest = Annotated[str, Meta(description="The digest of the model that was used.")]
