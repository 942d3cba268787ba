"""Features to probabilities, labels and reasons."""
