"""What compiled loops share: the compiler, hashes, classes of code points."""
