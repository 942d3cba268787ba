"""Tests of `copydesk.training`."""
