"""Decodes a page's bytes into text."""

from copydesk.classifier.segmentation.charset.decoding import decode, decode_html

__all__ = ["decode", "decode_html"]
