"""Tests of `copydesk.classifier.duplicates`."""
