"""Tests of `copydesk.service.dedup`."""
