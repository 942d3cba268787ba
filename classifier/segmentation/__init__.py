"""A page's bytes to text, blocks and the element tree."""
