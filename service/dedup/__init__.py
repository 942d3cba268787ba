"""Finds the duplicates in a closed set of documents on one machine; a run that was killed can continue."""
