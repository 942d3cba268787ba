"""Bodies to shingles, signatures, candidate pairs, matches and clusters."""
