"""Tests of `copydesk.service.commands`."""
