"""The HTTP door: the same answers as the command line's, with keys, limits and metrics."""
