"""Benchmarks, one module each, run as `python -m tests.bench NAME`."""
