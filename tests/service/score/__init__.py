"""Tests of `copydesk.service.score`."""
