"""Tests of `copydesk.service.api`."""
