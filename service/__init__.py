"""The doors: the command line, and whatever else lets the world in."""
