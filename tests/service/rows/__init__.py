"""Tests of `copydesk.service.rows`."""
