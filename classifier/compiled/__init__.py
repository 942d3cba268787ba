"""The C core as Python sees it, its exponential and logarithm, and the classes of code points."""

from copydesk.classifier.compiled.code_points import DIGIT, IDEOGRAPH, LETTER, SPACE, character_tables, code_points
from copydesk.classifier.compiled.library import core_function

__all__ = ["DIGIT", "IDEOGRAPH", "LETTER", "SPACE", "character_tables", "code_points", "core_function"]
