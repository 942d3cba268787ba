"""Tests of `copydesk.classifier.compiled`."""
