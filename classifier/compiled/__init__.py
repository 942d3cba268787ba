"""What compiled loops share: the compiler, the hash functions, the classes of code points."""

from copydesk.classifier.compiled.code_points import DIGIT, IDEOGRAPH, LETTER, SPACE, character_tables, code_points
from copydesk.classifier.compiled.hashing import hash_code_points, hash_ignoring_case, mix, mix32, scatter
from copydesk.classifier.compiled.jit import jit

__all__ = [
    "DIGIT",
    "IDEOGRAPH",
    "LETTER",
    "SPACE",
    "character_tables",
    "code_points",
    "hash_code_points",
    "hash_ignoring_case",
    "jit",
    "mix",
    "mix32",
    "scatter",
]
