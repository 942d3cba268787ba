"""The shapes of requests and answers as JSON Schema, for the OpenAPI description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copydesk.classifier.duplicates.types import Relation
from copydesk.classifier.types import KINDS, LABELS
from copydesk.service.api.problems import KINDS as PROBLEMS
from copydesk.service.index import SIZES

Schema = dict[str, Any]

LONGEST_NAME = 2000
WHOLE = r"^[^\u0000]*$"
"""No null characters, which a database cannot keep."""
ISO_TIME = (
    "^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$"
)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _said(schema: Schema, words: str) -> Schema:
    return schema | {"description": words}


TEXT: Schema = {"type": "string"}
NULL: Schema = {"type": "null"}
TRUTH: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
NUMBER: Schema = {"type": "number"}
ID: Schema = {"type": ["string", "number", "null"]}
TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
LABEL: Schema = {"type": "string", "enum": [label.value for label in LABELS]}
KIND: Schema = {"type": "string", "enum": [kind.value for kind in KINDS]}
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": WHOLE}

_PAGE_FIELDS: dict[str, Schema] = {
    "id": _said(ID, "The page's name; it comes back in the answer."),
    "text": _said(MAYBE_TEXT, "The page as plain text; this or html is given."),
    "html": _said(MAYBE_TEXT, "The page as HTML."),
    "url": _said(MAYBE_TEXT, "A name only: nothing is fetched."),
    "explain": _said({"type": ["boolean", "null"]}, "Whether each block's reasons are given."),
    "include_text": _said(
        {"type": ["boolean", "null"]}, "Whether a page of text gets its text back; HTML always does."
    ),
}
_ONE_FORM: list[Schema] = [
    {"properties": {"text": TEXT, "html": NULL}, "required": ["text"]},
    {"properties": {"html": TEXT, "text": NULL}, "required": ["html"]},
]


def _page(more: Mapping[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    page: Schema = {"type": "object", "properties": _PAGE_FIELDS | dict(more), "oneOf": _ONE_FORM}
    return page | ({"required": list(required)} if required else {})


_ARTICLE_FIELDS: dict[str, Schema] = {
    "published": _said(MAYBE_TEXT | {"pattern": ISO_TIME}, "When it was published; without an offset it is UTC."),
    "source": _said(MAYBE_TEXT | {"maxLength": LONGEST_NAME, "pattern": WHOLE}, "Who published it."),
}

SCHEMAS: dict[str, Schema] = {
    "Page": _page({}),
    "Article": _page(_ARTICLE_FIELDS),
    "NamedArticle": _said(
        _page(_ARTICLE_FIELDS | {"id": {}}), "As an article; the path names it, and an id has to say the same."
    ),
    "Feedback": _page(
        {
            "blocks": {
                "type": "array",
                "minItems": 1,
                "items": _object({"start": COUNT, "end": COUNT, "label": LABEL, "kind": KIND}, optional=("kind",)),
                "description": "The blocks that are corrected, with start and end as /v1/classify answers them; "
                "a kind has to fall under its label.",
            }
        },
        ("blocks",),
    ),
    "Block": _object(
        {
            "start": _said(COUNT, "Where it begins in the text, in characters."),
            "end": COUNT,
            "label": LABEL,
            "kind": KIND,
            "confidence": SHARE,
            "probabilities": _object({label.value: SHARE for label in LABELS}),
            "explanation": _object(
                {
                    "runner_up": LABEL,
                    "log_odds": NUMBER,
                    "reasons": _list(_object({"words": TEXT, "contribution": NUMBER})),
                }
            ),
        },
        optional=("explanation",),
    ),
    "Labelled": _object(
        {
            "id": ID,
            "text": _said(TEXT, "What the blocks' offsets index."),
            "blocks": _list(_ref("Block")),
            "body": TEXT,
            "title": TEXT,
            "confidence": SHARE,
            "model": TEXT,
        },
        optional=("text",),
    ),
    "Match": _object(
        {
            "id": TEXT,
            "relation": {"type": "string", "enum": [relation.value for relation in Relation]},
            "similarity": SHARE,
            "contains": SHARE,
            "contained": SHARE,
            "ranges": _said(_list(_list(COUNT)), "Shared passages, in characters of the asked article's body."),
        }
    ),
    "Seen": _object(
        {
            "id": MAYBE_TEXT,
            "cluster": _said(MAYBE_TEXT, "The oldest document that tells the story; null for a new one without an id."),
            "keep": _said(TRUTH, "Whether it is the one to keep of its cluster."),
            "seen": _said(TRUTH, "Whether the index holds another version of the story."),
            "added": _said(TRUTH, "Whether it is in the index now."),
            "matches": _list(_ref("Match")),
            "labels": _said(_object({label.value: COUNT for label in LABELS}), "How many blocks have each label."),
            "title": TEXT,
            "confidence": SHARE,
            "model": TEXT,
        }
    ),
    "Entry": _object(
        {"id": TEXT, "cluster": TEXT, "length": COUNT, "published": TIME, "added": TIME, "source": MAYBE_TEXT}
    ),
    "Cluster": _object(
        {
            "id": TEXT,
            "documents": _list(
                _object(
                    {"id": TEXT, "keep": TRUTH, "length": COUNT, "published": TIME, "added": TIME, "source": MAYBE_TEXT}
                )
            ),
        }
    ),
    "Index": _object(
        {
            "documents": COUNT,
            "clusters": COUNT,
            "same_story_pairs": COUNT,
            "n_bytes": COUNT,
            "schema": COUNT,
            "first_added": TIME,
            "last_added": TIME,
            "first_published": TIME,
            "last_published": TIME,
            "latest": _said(
                _list(_object({"id": TEXT, "documents": COUNT, "added": TIME})),
                "Clusters added to last, the last first.",
            ),
            "growth": _said(
                _list(
                    _object(
                        {
                            "day": {"type": "string", "format": "date"},
                            "documents": COUNT,
                            "clusters": COUNT,
                            "sizes": _said(_object(dict.fromkeys(SIZES, COUNT)), "Clusters, by their documents."),
                        }
                    )
                ),
                "How much was there at the end of each day in UTC on which something was added.",
            ),
        }
    ),
    "Model": _object({"manifest": {"type": "object"}, "card": _said(MAYBE_TEXT, "Markdown.")}),
    "Kept": _object({"id": TEXT}),
    "Status": _object({"status": TEXT, "model": TEXT}, optional=("model",)),
    "Problem": _object(
        {
            "type": _said(TEXT, "Where /docs explains it."),
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _said(TEXT, "What was found, what was expected, what to do."),
            "instance": TEXT,
            "code": {"type": "string", "enum": sorted(PROBLEMS)},
        }
    ),
}
