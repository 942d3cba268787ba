"""Tests of `copydesk.service`."""
