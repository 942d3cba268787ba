"""Corpora in, a model out."""
