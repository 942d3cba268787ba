"""Tests of `copydesk.classifier.rendering`."""
