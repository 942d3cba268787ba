"""A page's bytes → text → blocks, with the element tree around them."""

from copydesk.classifier.segmentation.charset import decode, decode_html
from copydesk.classifier.segmentation.html import HIDDEN, can_walk_in_c, segment_html
from copydesk.classifier.segmentation.plain_text import segment_text
from copydesk.classifier.segmentation.utf8 import count_utf8, to_utf8

__all__ = ["HIDDEN", "can_walk_in_c", "count_utf8", "decode", "decode_html", "segment_html", "segment_text", "to_utf8"]
