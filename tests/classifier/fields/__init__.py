"""Tests of `copydesk.classifier.fields`."""
