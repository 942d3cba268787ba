"""Request bodies: read within limits, spooled, and parsed."""
