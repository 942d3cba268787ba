"""Attacks on the whole: machines without room, killed writers, forbidden places, and inputs made to be slow."""
