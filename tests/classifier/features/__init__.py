"""Tests of `copydesk.classifier.features`."""
