"""Tests of `copydesk.service.api.page`."""
