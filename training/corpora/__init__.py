"""Reads pages to learn from: WCXB and Fundus with their hand labels, pages written for training, and a user's own."""

from copydesk.training.corpora.made_pages import MADE, is_made, read_made
from copydesk.training.corpora.pages import (
    CODE_OF_KIND,
    GOLD_CODES,
    GROUP_CODE,
    LANGUAGES_APART,
    ONE_STORY,
    PART_CODES,
    CorpusError,
    TrainingPage,
)
from copydesk.training.corpora.rows import is_feedback, read_feedback, read_jsonl
from copydesk.training.corpora.shared import fundus_record, load_linearise, read_shared

__all__ = [
    "CODE_OF_KIND",
    "GOLD_CODES",
    "GROUP_CODE",
    "LANGUAGES_APART",
    "MADE",
    "ONE_STORY",
    "PART_CODES",
    "CorpusError",
    "TrainingPage",
    "fundus_record",
    "is_feedback",
    "is_made",
    "load_linearise",
    "read_feedback",
    "read_jsonl",
    "read_made",
    "read_shared",
]
