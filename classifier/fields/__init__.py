"""What a page says about its article: authors, dates, site, language and the like."""

from copydesk.classifier.fields.addresses import MAX_ADDRESS, resolve
from copydesk.classifier.fields.bylines import MAX_LINE, is_byline, is_date
from copydesk.classifier.fields.date_words import MONTHS, ZONES
from copydesk.classifier.fields.dates import cut_dates
from copydesk.classifier.fields.json_ld import JsonLd, StatedArticle, read_json_ld
from copydesk.classifier.fields.reading import read_canonical_url, read_fields
from copydesk.classifier.fields.sources import keep_sources

__all__ = [
    "MAX_ADDRESS",
    "MAX_LINE",
    "MONTHS",
    "ZONES",
    "JsonLd",
    "StatedArticle",
    "cut_dates",
    "is_byline",
    "is_date",
    "keep_sources",
    "read_canonical_url",
    "read_fields",
    "read_json_ld",
    "resolve",
]
