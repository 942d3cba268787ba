"""Tests of `copydesk.classifier.model`."""
