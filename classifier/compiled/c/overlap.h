/* Compares two texts; see overlap.py. */
#ifndef COPYDESK_OVERLAP_H
#define COPYDESK_OVERLAP_H

#include "duplicate_rules.h"
#include "duplicates.h"

/* The columns of what two texts share: `OVERLAP_FIELDS`. */
enum {
    SIMILARITY,
    CONTAINS,
    CONTAINED,
    DISTINCTIVE_SIMILARITY,
    DISTINCTIVE_SHARED,
    LONGEST_RUN,
    PASSAGE,
    COVERAGE,
    DIFFERING_FACTS,
    WORDS_BEFORE,
    N_COUNTS
};

/* The relations as numbers. */
enum { NO_MATCH, IDENTICAL_TEXTS, NEAR_DUPLICATE, TEXT_CONTAINS, TEXT_CONTAINED };

/* The shingles of a text in their order, or shortened and sorted ones. */
typedef struct {
    const uint32_t *values;
    int64_t n;
} Text;

/* A distinct shingle of two texts: its bits, and its first and last place in the other. */
typedef struct {
    uint32_t value;
    int32_t first, last;
    uint8_t kind;
} Entry;

/* Memory for comparing texts up to some length, reserved once for many pairs. */
typedef struct {
    int32_t *slots; /* a hash table (open addressing): numbers of entries from 1 on, 0 for a free slot */
    int bits;       /* 1 << bits slots are in use */
    Entry *entries;
    int32_t n_entries;
    uint8_t *marks;            /* by place in the text: 0 the other has it not, 1 it has, 2 it has but common; 8 more
                                  for repetitions */
    int32_t *first, *following; /* first place in the other by place in the text, next place of the same shingle by
                                   place in the other; -1 without one */
} Scratch;

bool reserve_scratch(Scratch *scratch, int64_t longest_text, int64_t longest_other);
void free_scratch(Scratch *scratch);

/* Counts what a text shares with another, N_COUNTS numbers; false where memory runs out. */
bool count_overlap(Scratch *scratch, Text text, Text other, RunSizes sizes, Text common, bool identical,
                   double *counts);

/* Returns the number of the relation; tells whether both texts are one story, judging by this pair alone. */
int relation_number(const double *counts, bool identical, bool *same_story);

/* Returns the share of a text's facts, by weight, that differ from those of another. */
double differing_facts(Text text, Text other, const Scratch *places, RunSizes sizes, int64_t *replaced);

/* Tells whether two texts are similar as wholes; a copy with misread characters is. */
INLINE bool is_similar(const double *counts) {
    bool covered = counts[COVERAGE] >= COMPARISON_COPY_MIN_COVERAGE;
    double more = counts[CONTAINS] < counts[CONTAINED] ? counts[CONTAINED] : counts[CONTAINS];
    bool copy = covered && more >= COMPARISON_OCR_COPY_MIN_CONTAINMENT;
    bool similar = copy || counts[DISTINCTIVE_SIMILARITY] >= COMPARISON_MIN_SIMILARITY;
    return similar && counts[DISTINCTIVE_SHARED] >= COMPARISON_MIN_SHARED_SHINGLES;
}

INLINE int64_t run_size(uint32_t shingle, RunSizes sizes) { return shingle & 1 ? sizes.characters : sizes.words; }

#endif
