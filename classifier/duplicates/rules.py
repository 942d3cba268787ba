"""The rules that decide which texts match and which matches are one story. No numeric library.

docs/duplicates.md explains them and docs/how-it-works.md the steps that apply them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """What makes two texts match, judging by them alone. An index stores the values that it was made with."""

    min_similarity: float = 0.2
    """Distinctive Jaccard similarity from which two texts are similar as wholes. Copies with 5 % of their characters
    misread have 0.2 to 0.4, two stories with one inserted paragraph at most 0.19 (syndication set, seeds 7 and 11)."""

    ocr_copy_min_containment: float = 0.2
    """Share of a text's shingles that another contains from which they are similar as well, where coverage is at least
    `copy_min_coverage`: a copy with OCR errors all over, perhaps in a page with other text. 0.15 to 0.25 give the
    same answers."""

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

    min_coverage: float = 0.65
    """Coverage that a pair of one story needs if what is shared begins neither text, as furniture of a site. On 12 sets
    of syndicated pages precision and recall are the same at 0.6; with four tenths of the documents, so that most rivals
    are unknown, precision is 0.989 at 0.6, 0.990 at 0.65."""

    min_coverage_in_index: float = 0.85
    """The same in an index, where most rivals are yet to come. In those sets, by models that never saw their sites,
    added in two random orders, precision and recall are 0.991 and 0.962 at 0.7, 0.995 and 0.962 at 0.8, 0.997 and 0.962
    at 0.85 and at 0.9."""

    min_lead_coverage: float = 0.55
    """The same, in an index too, where it begins one of them. In those sets precision and recall are 0.997 and 0.972
    at 0.45, 0.999 and 0.971 at 0.5, 0.999 and 0.968 at 0.55, 0.999 and 0.962 at 0.6. A lower bound joins columns whose
    standing beginning is half of the text."""

    max_words_before: int = 70
    """Words, such as headline, dateline and menus, that may stand before what is shared where it begins a text, beside
    other shared words. In those sets precision and recall are 0.996 and 0.957 at 40, 0.997 and 0.961 at 60, 0.997 and
    0.962 at 70 and 80."""

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
    BEGINS_TEXT = 16
    """What they share begins one of them, as a story does. Furniture stands below a story or between stories."""
    FACTS_DIFFER = 32
    """They tell different facts in one frame, so they are two stories however much of it they share. A pair that only
    `FactRules.min_shared` separates does not have this flag: pages of one story with long lists are among them."""
