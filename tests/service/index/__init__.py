"""Tests of `copydesk.service.index`."""
