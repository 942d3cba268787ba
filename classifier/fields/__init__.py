"""What a page says about its article: authors, dates, site, language and the like."""

from copydesk.classifier.fields.json_ld import JsonLd, read_json_ld

__all__ = ["JsonLd", "read_json_ld"]
