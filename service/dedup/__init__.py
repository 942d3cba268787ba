"""Duplicates of a closed set on one machine."""
