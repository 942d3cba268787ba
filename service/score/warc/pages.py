"""Turns WARC records into rows: pages, errors, and records that are passed over, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from copydesk.service.rows import jsonl
from copydesk.service.score.arrow_schema import InputRow
from copydesk.service.score.warc.http import BadBody, decode_body, parse_response
from copydesk.service.score.warc.records import Record

DAMAGED_RECORD = "damaged_record"
"""Error code of a record that cannot be read; those around it are."""
BAD_BODY = "bad_encoding"
"""Error code of a record whose body cannot be decoded."""
WITH_PAGES = ("response", "resource", "conversion")
"""Kinds of records that may contain a page."""
OTHER_KINDS = ("warcinfo", "request", "metadata", "revisit", "continuation")
OWN_TARGETS = ("metadata:", "dns:", "filedesc:")
"""Schemes of targets that are no addresses of pages: what a crawler says of its crawl (wget stores its log and its
arguments so), answers of name servers, and heads of files."""
SUCCESS = range(200, 300)
"""HTTP status codes of responses that contain the requested page."""
FORM_OF_TYPE = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}
MEDIA_TYPE = re.compile(r"\s*[\"']?([a-z0-9.+*-]+/[a-z0-9.+*-]+)", re.IGNORECASE)
CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;,\"']+)", re.IGNORECASE)
ODD_TYPES = ("application/octet-stream", "binary/octet-stream", "application/unknown", "unknown/unknown", "*/*")
XML_TYPES = ("application/xml", "text/xml")
"""Media types whose content is looked at, as it may be a page; so is that of other types of text and of none."""
NO_PAGES = (
    *("css", "csv", "javascript", "x-javascript", "ecmascript", "json", "calendar", "vcard", "x-vcard", "vtt", "dns"),
)
"""Subtypes of `text` that are no pages."""
COUNTED_TYPES = (
    *("application/pdf", "application/json", "application/javascript", "application/zip", "application/octet-stream"),
    *("application/xml", "application/rss+xml", "application/atom+xml", "application/x-javascript", "image/svg+xml"),
    *("image/jpeg", "image/png", "image/gif", "image/webp", "text/css", "text/javascript", "text/xml", "video/mp4"),
    *("text/csv", "text/dns", "font/woff2", "application/font-woff2", "application/http"),
)
"""Media types that the summary counts by name; others are counted by their first part."""
COUNTED_PARTS = ("application", "audio", "font", "image", "message", "model", "multipart", "text", "video")
SNIFFED_BYTES = 8192
"""Bytes by which HTML is recognized."""
BEFORE_TAG = rb"(?:\s++|<\?xml[^>]{0,400}+>|<!--.{0,4000}?-->){0,20}+"
TAGS = rb"html|head|body|meta|title|link|script|style|article|main|header|div|p|h1|table"
HTML_ROOT = re.compile(BEFORE_TAG + rb"<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE | re.DOTALL)
HTML_TAG = re.compile(BEFORE_TAG + rb"<(?:!doctype\s+html|" + TAGS + rb")[\s>/]", re.IGNORECASE | re.DOTALL)
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def row_of_record(record: Record, file: str, max_page_bytes: int) -> InputRow:
    """Return the row of a record: a page, an error, or the reason why it is passed over."""
    fields = record.fields
    row_id = fields.get("warc-record-id", "").strip("<> ") or f"{file}:{record.position}"
    row = InputRow(row_id, file=file, position=record.position)
    if record.fault is not None:
        message = f"the record at {record.position} cannot be read: {record.fault}; get it again"
        return replace(row, code=DAMAGED_RECORD, message=message)
    if record.empty:
        return replace(row, passed_over="empty gzip member")
    kind = fields.get("warc-type", "").lower()
    if kind not in WITH_PAGES:
        return replace(row, passed_over=f"{kind if kind in OTHER_KINDS else 'other'} record")
    url, date = fields.get("warc-target-uri", "").strip("<> "), fields.get("warc-date", "")
    if url.lower().startswith(OWN_TARGETS):
        return replace(row, passed_over=f"{kind} record")
    captured = _time(date)
    row = replace(row, url=url, host=_host(url), captured=captured, unused="published" if date and not captured else "")
    http = parse_response(record.content) if kind == "response" else None
    if http is not None:
        if http.status not in SUCCESS:
            return replace(row, passed_over=f"status {http.status}")
        return _page(row, record, http.fields, http.body, max_page_bytes)
    if kind == "response" and fields.get("content-type", "").lower().startswith("application/http"):
        message = f"the record at {record.position} has no HTTP status line; get it again"
        return replace(row, code=DAMAGED_RECORD, message=message)
    type_only = {"content-type": fields.get("content-type", "")}
    return _page(row, record, type_only, record.content, max_page_bytes)


def _page(row: InputRow, record: Record, fields: Mapping[str, str], body: bytes, max_page_bytes: int) -> InputRow:
    declared = fields.get("content-type", "")
    found = MEDIA_TYPE.match(declared)
    media = found[1].lower() if found else ""
    if not _may_be_page(media):
        return replace(row, passed_over=_type_reason(media))
    try:
        content = decode_body(body, fields, max_page_bytes + 1)
    except BadBody as error:
        return replace(row, code=BAD_BODY, message=f"the record at {record.position}: {error}; get it again")
    form = _form(media, content)
    if form is None:
        return replace(row, passed_over=_type_reason(media))
    if len(content) > max_page_bytes or record.length > len(record.content):
        return replace(row, code="too_large", message=jsonl.too_large_message(max_page_bytes))
    charset = CHARSET.search(declared)
    return replace(row, form=form, content=content, charset=charset[1] if charset else None)


def _may_be_page(media: str) -> bool:
    part, _, name = media.partition("/")
    return (
        not media
        or media in FORM_OF_TYPE
        or media in ODD_TYPES
        or media in XML_TYPES
        or (part == "text" and name not in NO_PAGES)
        or "html" in name
    )


def _form(media: str, content: bytes) -> str | None:
    """Return the form of a page by its type, or by its first bytes if the type does not say it; None if it is none."""
    if media in FORM_OF_TYPE:
        return FORM_OF_TYPE[media]
    head = content[:SNIFFED_BYTES]
    for mark in BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    plain = head.replace(b"\0", b"")  # UTF-16 has one next to each ASCII letter
    if (HTML_ROOT if media in XML_TYPES else HTML_TAG).match(plain):
        return "html"
    is_text = bool(head.strip()) and not CONTROL.search(head)
    return "text" if is_text and (not media or (media.startswith("text/") and media not in XML_TYPES)) else None


def _type_reason(media: str) -> str:
    if media in COUNTED_TYPES:
        return f"type {media}"
    part = media.partition("/")[0]
    return f"type {part}/*" if part in COUNTED_PARTS else "type unknown"


def _time(value: str) -> str | None:
    """Return a time of capture, None if it is none."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return None
    return value


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname or None
    except ValueError:
        return None
