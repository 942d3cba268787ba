"""Tests of `copydesk.classifier`."""
