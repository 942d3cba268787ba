"""Tests of `copydesk.service.client`."""
