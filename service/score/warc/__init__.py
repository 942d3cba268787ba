"""Reads pages out of WARC files, and tells every record that is damaged or passed over."""

from copydesk.service.score.warc.members import is_packed
from copydesk.service.score.warc.reader import WarcSpan, is_one_stream, read_records, read_span

__all__ = ["WarcSpan", "is_one_stream", "is_packed", "read_records", "read_span"]
