"""The plain values of duplicate detection: documents, matches, clusters, and the rules that decide. No numeric library.

docs/duplicates.md explains the rules and docs/how-it-works.md the steps that apply them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag, StrEnum

from copydesk.classifier.duplicates.times import published_seconds

MAX_NAME_CHARACTERS = 2000
"""Characters of an id or a source, at most; a longer one is refused."""
MAX_TITLE_CHARACTERS = 300
"""Characters of a title that an index stores; a longer one is cut."""


DocumentId = str | int | float
"""An id; two ids with the same text, such as 1 and "1", are one id. Answers have it as it was given."""


@dataclass(frozen=True, slots=True, init=False)
class Document:
    """An article's body under an id of its own; `published` is in seconds since 1970 UTC, None where unknown.

    The title is not compared: an index stores it, so that people recognise the document.
    """

    id: DocumentId
    text: str
    published: float | None
    source: str | None
    title: str | None

    def __init__(
        self,
        id: DocumentId,
        text: str,
        published: float | str | None = None,
        source: str | None = None,
        title: str | None = None,
    ) -> None:
        """Check the values.

        Args:
            id: Two ids with the same text are one id.
            text: The article's body.
            published: Seconds since 1970, or a time in ISO 8601 such as `Article.published`; without an offset it is
                in UTC, and a day counts from its beginning.
            source: Where the article is from.
            title: Its title.

        Raises:
            TypeError: `published` is neither a number nor a string, or the source is no string.
            ValueError: `published` is no time, the id is empty or no finite number, or the id or the source is too long
                or has characters that a database cannot store.
        """
        if source is not None and not isinstance(source, str):
            raise TypeError(f"source is of type {type(source).__name__}, expected a string; leave it out if unknown")
        values = (id, text, published_seconds(published), source, title)
        for name, value in zip(Document.__slots__, values, strict=True):
            object.__setattr__(self, name, value)
        self._check()

    def _check(self) -> None:
        if self.id == "":
            raise ValueError("the id is empty; give each document an id of its own")
        if isinstance(self.id, bool) or (not isinstance(self.id, str) and not math.isfinite(self.id)):
            raise ValueError(f"the id is {self.id}, expected a string or a number")
        for name, value in (("id", self.key), ("source", self.source or "")):
            if len(value) > MAX_NAME_CHARACTERS:
                raise ValueError(
                    f"the {name} has {len(value)} characters, expected at most {MAX_NAME_CHARACTERS}; shorten it"
                )
            if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise ValueError(f"the {name} has a null character or a lone surrogate; write it in whole characters")
        if self.published is not None and not math.isfinite(self.published):
            raise ValueError(f"published is {self.published}, expected a number of seconds; leave it out if unknown")

    @property
    def key(self) -> str:
        """The text of the id, by which ids are compared."""
        return str(self.id)


class Relation(StrEnum):
    """How a document relates to another; `CONTAINS` and `CONTAINED` also name a shared part of each."""

    IDENTICAL = "identical"
    NEAR_DUPLICATE = "near_duplicate"
    CONTAINS = "contains"
    CONTAINED = "contained"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a text shares with another, counted in distinct shingles (runs of three words).

    A common shingle is a stock phrase that many stories contain. A distinctive one is any other.

    Attributes:
        similarity: Jaccard similarity: shared shingles by the shingles of both, in [0, 1].
        contains: Share of the other's shingles that the text contains.
        contained: Share of the text's shingles that the other contains.
        distinctive_similarity: Jaccard similarity of the distinctive shingles alone.
        distinctive_shared: Number of shared distinctive shingles.
        longest_run: Words of the text's longest run of shared distinctive shingles.
        passage: Words of its best passage: the run with the most shared distinctive shingles less others.
        coverage: Share of the shorter text inside shared runs, which short gaps do not interrupt; at most 1.
        differing_facts: Share of the shorter text's facts for which the other has others in the same place.
        ranges: Those runs as `(start, end)` in characters of the text.
    """

    similarity: float
    contains: float
    contained: float
    distinctive_similarity: float
    distinctive_shared: int
    longest_run: int
    passage: int
    coverage: float
    differing_facts: float
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """Another document, how a document relates to it, and whether the two are versions of one story."""

    id: DocumentId
    relation: Relation
    same_story: bool
    overlap: Overlap


class Keep(StrEnum):
    """Which document of a cluster to keep. A document without a time comes after all with one."""

    EARLIEST = "earliest"
    LATEST = "latest"
    LONGEST = "longest"


class KeptBecause(StrEnum):
    """Why a document is the one to keep: how it differs from the one that would be kept without it."""

    ONLY_ONE = "only_one"
    PREFERRED_SOURCE = "preferred_source"
    EARLIEST = "earliest"
    LATEST = "latest"
    LONGEST = "longest"
    SMALLEST_ID = "smallest_id"


@dataclass(frozen=True, slots=True)
class DuplicateOptions:
    """What a user decides about duplicates; docs/duplicates.md explains it.

    Attributes:
        min_similarity: Least Jaccard similarity of a match, in [0, 1]; 0 sets no limit.
        min_contained: Least share of the one text that the other contains, in [0, 1]; 0 sets no limit.
        keep: Which document of a cluster to keep.
        prefer: Sources whose documents are kept before all others, the most preferred first.

    Raises:
        ValueError: A share is not in [0, 1], or there is no such rule.
    """

    min_similarity: float = 0.0
    min_contained: float = 0.0
    keep: Keep = Keep.EARLIEST
    prefer: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in ("min_similarity", "min_contained"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}, expected a share from 0 to 1")
        if self.keep not in tuple(Keep):
            raise ValueError(f"keep is {str(self.keep)[:40]!r}, expected one of {', '.join(Keep)}")
        object.__setattr__(self, "keep", Keep(self.keep))
        object.__setattr__(self, "prefer", tuple(self.prefer))


DEFAULT_OPTIONS = DuplicateOptions()


@dataclass(frozen=True, slots=True)
class Cluster:
    """The documents of one story: its id is the smallest of theirs, `keep` the one to keep, and why."""

    id: DocumentId
    members: tuple[DocumentId, ...]
    keep: DocumentId
    kept_because: KeptBecause


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """All clusters, sorted by id, and each pair that matches once: the smaller id, and its match with the other."""

    clusters: tuple[Cluster, ...]
    matches: tuple[tuple[DocumentId, Match], ...]


@dataclass(frozen=True, slots=True)
class SigningScheme:
    """All that a text's shingles and signature depend on; only texts signed under one scheme can be compared.

    Any change of the hashes raises `version`. `shingle_characters` is the size of shingles in scripts without spaces.
    """

    name: str = "copydesk"
    version: int = 3
    shingle_words: int = 3
    shingle_characters: int = 5
    num_perm: int = 128
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Banding:
    """How a signature is cut into keys: into `bands`, each a hash of `rows` values."""

    bands: int
    rows: int


DEFAULT_BANDING = Banding(16, 2)
"""Finds pairs at Jaccard similarity 0.42 with probability 0.95, at 0.5 with 0.99. Together with the keys of passages it
raised recall from 0.998 (11 bands) to all similar pairs (syndication set, seeds 7 and 11, OCR copies included)."""


@dataclass(frozen=True, slots=True)
class KeyScheme:
    """How texts are cut into keys; two documents that share a key become candidates."""

    banding: Banding = DEFAULT_BANDING
    """How the whole text's signature becomes keys."""

    passage_words: int = 5
    """Words in a hashed run. Fewer survive OCR errors better (recall 0.998, 0.992 for 6, 0.979 for 8), more make fewer
    candidates of different stories (290 in a million pairs, half of them real insertions; 1,660 for 4)."""

    passage_characters: int = 10
    """Characters in a hashed run that begins in a script without spaces."""

    passage_window: int = 40
    """Every shared passage of `passage_window + passage_words - 1` words, 44 by default, shares a key."""


DEFAULT_SCHEME = SigningScheme()
DEFAULT_KEYS = KeyScheme()


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """What makes two texts match, judging by them alone. An index stores the values that it was made with."""

    min_similarity: float = 0.2
    """Distinctive Jaccard similarity from which two texts are similar as wholes. Copies with 5 % of their characters
    misread have 0.2 to 0.4, two stories with one inserted paragraph at most 0.19 (syndication set, seeds 7 and 11)."""

    ocr_copy_min_similarity: float = 0.1
    """The same bound where coverage is at least `copy_min_coverage`, as in a copy with OCR errors all over."""

    copy_min_coverage: float = 0.7
    """Coverage from which a pair may be one story by itself; below it, it shares a passage or furniture only. This rule
    alone has precision 0.984 and recall 0.846 on syndicated pages; `StoryRules` do better."""

    min_size_ratio: float = 0.5
    """A version has more than this share of the longer one's shingles; a digest is a version of one story at most."""

    min_containment: float = 0.8
    """Share of a text's shingles that another needs to contain it, as cuts leave; both ways: a near duplicate."""

    min_passage_words: int = 40
    """Words of a shared passage that make a match. At 40 all passages of 60 words were found and 0.1 % of the matches
    were wrong; unrelated articles shared at most 37 words (articles with inserts, digests)."""

    min_excerpt_words: int = 20
    """The same bound where one text contains the other."""

    min_shared_shingles: int = 6
    """Shared distinctive shingles below which two texts are never similar, so that no stock phrase makes a match."""

    max_gap_words: int = 12
    """Shared runs with at most this many words between them count as one."""

    max_documents_per_key: int = 100
    """Documents of a key that are all paired; of more, each is paired with the first and the one before alone."""

    max_stories_per_key: int = 10
    """Stories that share a key and still give evidence of a copied passage; notices and furniture are in more."""

    max_stories_per_shingle: int = 10
    """Stories that may contain a shingle without making it common; in an index, beside the document's own."""

    max_story_share_per_shingle: float = 0.02
    """The same as a share of a closed set's stories; a common shingle exceeds both. In 700 stories of the syndication
    set about 110 are common, all stock phrases; a notice in 15 % of another set's texts made no match."""


@dataclass(frozen=True, slots=True)
class StoryRules:
    """Which matches are versions of one story, given the other matches of both texts. The values are fixed."""

    min_coverage: float = 0.6
    """Coverage that a pair of one story needs. On 20 sets of syndicated pages precision and recall are 0.996 and 0.967
    at 0.5, 0.997 and 0.962 at 0.6, 0.998 and 0.946 at 0.7; with four tenths of the documents, so that most rivals are
    unknown, 0.975 and 0.959, 0.985 and 0.945, 0.990 and 0.925."""

    min_size_ratio: float = 0.1
    """The shorter text has at least this share of the longer one's shingles, so that no notice joins its pages."""

    rival_margin: float = 0.05
    """A rival whose coverage is lower by at least this is ignored; 0.02 to 0.1 give the same answers."""

    rival_min_coverage: float = 0.4
    """A pair whose texts each have a rival of at least this coverage is two stories; 0.3 to 0.6 give the same."""

    unrelated_below: float = 0.3
    """Two texts of lower coverage are of different stories. 0.2 gives the same answers; 0.5 costs 0.02 of recall, as
    texts that share furniture then count as one story."""

    certain_similarity: float = 0.6
    """Jaccard similarity from which a pair of one story joins two groups by itself. On 16 sets of syndicated pages
    precision and recall are 0.998 and 0.966 at 0.5, 0.998 and 0.963 at 0.6, 0.998 and 0.959 at 0.7."""

    min_agreement: float = 0.4
    """Share of the pairs between two groups that must be of one story to join them; 0.34 to 0.5 give the same. In those
    sets precision and recall are 0.998 and 0.963; by single pairs, of which 12 in 6,755 are wrong, 0.987 and 0.967."""

    min_chain_agreement: float = 0.7
    """The same share for documents that certain pairs connect, where not all pairs are one story: a chain of versions,
    each cut and continued a little more, splits where its ends would not be one story."""

    max_passes: int = 20
    """Passes over the pairs between groups; each follows a pass that joined some."""


@dataclass(frozen=True, slots=True)
class FactRules:
    """When texts of one frame tell different facts. The values were chosen on the half `tune` of the templates."""

    max_differing: float = 0.18
    """Share of the facts that differ, from which a pair is two stories. At 0.2 one of 182 pairs of texts of 200 words
    or more was taken for one story; no pair of one story in the syndication set (seeds 7, 11, 13) has 0.18 to 0.2."""

    number_weight: int = 3
    """A number counts as much as so many names: capitals are also common in frames, all German nouns have one."""

    noise_factor: float = 3.0
    """The share of the facts that differ is ignored if it is less than so many times that of ordinary words."""

    min_places: int = 2
    """Fewer places where facts differ are a correction, unless `min_facts` and `max_correction` of them do."""

    min_facts: int = 2
    """Fewer facts that differ in one place are a correction, in a text with few facts as well."""

    max_correction: float = 0.5
    """A lower share of facts that differ in one place is a correction."""

    min_phrase_words: int = 8
    """Where both texts have gaps of at least so many words, a phrase was replaced, and the gap is not covered."""

    short_text_words: int = 25
    """In a text of fewer shingles, every fact that differs counts: a notice of one sentence may have only one."""

    min_shared: float = 0.2
    """If the shared words contain less than this share of the facts of both texts, they are a frame, and all other
    facts differ. Of the pairs of one story in the syndication set 99.5 % share 0.45 or more, frames at most 0.1."""

    min_weight: int = 4
    """That share is only known of texts whose facts weigh at least this."""

    max_gap_words: int = 24
    """Facts in longer gaps are not compared."""

    max_gap_characters: int = 40
    """The same bound for gaps in scripts without spaces."""


COMPARISON = ComparisonRules()
STORY = StoryRules()
FACTS = FactRules()


class PairFlag(IntFlag):
    """What a pair's own counts say about its being one story; an index stores it for every pair."""

    SHARES_PASSAGE = 1
    """The two share a whole passage and its facts, so either can be a rival of a third text."""
    NEEDS_RIVAL_CHECK = 2
    """Enough is shared to be one story, unless another document explains it better."""
    SIMILAR_SIZE = 4
    """They are similar and of similar size, so a rival with as much coverage is ignored."""
    IDENTICAL = 8
    """All words are equal: one story without further checks."""
