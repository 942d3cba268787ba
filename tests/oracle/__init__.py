"""The numeric code in plain Python, as numba compiles it: what the C core is compared with."""
