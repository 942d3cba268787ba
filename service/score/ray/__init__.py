"""Batch scoring on a Ray cluster."""
