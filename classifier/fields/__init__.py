"""What a page says about its article: authors, dates, site, language and the like."""

from copydesk.classifier.fields.addresses import resolve
from copydesk.classifier.fields.json_ld import JsonLd, read_json_ld
from copydesk.classifier.fields.reading import read_fields

__all__ = ["JsonLd", "read_fields", "read_json_ld", "resolve"]
