/* Reduces what pairs share, and finds the best rivals of both texts of a pair, for same_story.py. */
#include "overlap.h"

/* `PairFlag` */
enum {
    SHARES_PASSAGE = 1,
    NEEDS_RIVAL_CHECK = 2,
    SIMILAR_SIZE = 4,
    IS_IDENTICAL = 8,
    BEGINS_TEXT = 16,
    FACTS_DIFFER = 32
};

/* Coverage of a flash in its report, whose other versions may say it in other words. */
#define FULL_COVERAGE (1 - STORY_RIVAL_MARGIN)

static int8_t pair_flags(const double *counts, bool identical, double coverage) {
    bool contained = counts[CONTAINS] < counts[CONTAINED];
    double less = counts[contained ? CONTAINS : CONTAINED], more = counts[contained ? CONTAINED : CONTAINS];
    bool passage = counts[PASSAGE] >= COMPARISON_MIN_PASSAGE_WORDS, similar = is_similar(counts);
    bool same_facts = counts[DIFFERING_FACTS] < FACTS_MAX_DIFFERING;
    bool begins = counts[WORDS_BEFORE] <= STORY_MAX_WORDS_BEFORE;
    double least = begins ? STORY_MIN_LEAD_COVERAGE : STORY_MIN_COVERAGE;
    bool enough = coverage >= least && less >= STORY_MIN_SIZE_RATIO * more && (similar || passage);
    int flags = identical || (passage && same_facts) ? SHARES_PASSAGE : 0;
    flags |= !identical && enough && same_facts ? NEEDS_RIVAL_CHECK : 0;
    flags |= similar && less > COMPARISON_MIN_SIZE_RATIO * more ? SIMILAR_SIZE : 0;
    flags |= begins ? BEGINS_TEXT : 0;
    bool frame = counts[DIFFERING_FACTS] <= 1 - FACTS_MIN_SHARED;
    flags |= frame && !identical && !same_facts ? FACTS_DIFFER : 0;
    return (int8_t)(flags | (identical ? IS_IDENTICAL : 0));
}

EXPORT void cd_pair_evidence(const double *counts, const int8_t *relations, int64_t n_pairs, double *coverage,
                             int8_t *flags) {
    for (int64_t p = 0; p < n_pairs; p++) {
        const double *own = counts + p * N_COUNTS;
        bool identical = relations[p] == IDENTICAL_TEXTS;
        coverage[p] = identical ? 1.0 : own[COVERAGE];
        flags[p] = pair_flags(own, identical, coverage[p]);
    }
}

/* The pairs of a closed set, and for each document those that it has a pair with, the best covered first: `_Partners`. */
typedef struct {
    const bool *undecided, *incomplete;
    const double *coverage;
    const int8_t *flags;
    const int64_t *documents, *pairs, *bounds;
    bool streamed;
    double *shared; /* each document's coverage with `other`, -1 where they are no pair, 0 where their facts differ */
} Rivals;

/* Tells whether a rival, found in pair `between`, tells the same story as `other`, which forms a pair with its text. */
static bool is_related(const Rivals *rivals, int64_t rival, int64_t other, int64_t pair, int64_t between) {
    if (rival == other || rivals->shared[rival] >= STORY_UNRELATED_BELOW) return true;
    bool older = rivals->incomplete[min_i64(rival, other)] || rivals->streamed;
    bool unknown = rivals->shared[rival] < 0 && older && rivals->incomplete[max_i64(rival, other)];
    bool flash = rivals->coverage[pair] >= FULL_COVERAGE && rivals->flags[between] & SIMILAR_SIZE;
    int both = rivals->flags[pair] & rivals->flags[between]; /* two versions, both with errors, may share too little */
    return unknown || flash || (both & SIMILAR_SIZE && both & BEGINS_TEXT);
}

/* Returns the coverage of the best rival of `other` for a text that it forms a pair with, 0 without one, and 1 for a
   rival that shares the beginning of a text where the pair shares none. */
static double best_rival(const Rivals *rivals, int64_t text, int64_t other, int64_t pair) {
    bool begins = rivals->flags[pair] & BEGINS_TEXT;
    double best = 0;
    for (int64_t j = rivals->bounds[text]; j < rivals->bounds[text + 1]; j++) {
        int64_t between = rivals->pairs[j];
        double coverage = rivals->coverage[between];
        if (coverage < STORY_RIVAL_MIN_COVERAGE) break; /* too little to be an objection at all */
        bool passage = rivals->flags[between] & SHARES_PASSAGE, rival_begins = rivals->flags[between] & BEGINS_TEXT;
        if (!passage || (begins && !rival_begins)) continue;
        if (is_related(rivals, rivals->documents[j], other, pair, between)) continue;
        if (begins) return coverage;
        if (rival_begins) return 1;
        if (best == 0) best = coverage;
    }
    return best;
}

/* Fills in the coverage of the best rival of both texts of each undecided pair; `found` is zero. */
EXPORT int64_t cd_rival_coverage(const bool *undecided, const bool *incomplete, int64_t n_documents,
                                 const double *coverage, const int8_t *flags, const int64_t *documents,
                                 const int64_t *pairs, const int64_t *bounds, int64_t streamed, double *found) {
    double *shared = malloc(((size_t)n_documents + 1) * sizeof *shared);
    if (!shared) return OUT_OF_MEMORY;
    for (int64_t d = 0; d < n_documents; d++) shared[d] = -1;
    Rivals rivals = {undecided, incomplete, coverage, flags, documents, pairs, bounds, streamed != 0, shared};
    for (int64_t other = 0; other < n_documents; other++) {
        int64_t first = bounds[other], end = bounds[other + 1];
        for (int64_t i = first; i < end; i++) shared[documents[i]] = flags[pairs[i]] & FACTS_DIFFER ? 0 : coverage[pairs[i]];
        for (int64_t i = first; i < end; i++) {
            int64_t text = documents[i], pair = pairs[i];
            if (undecided[pair]) found[2 * pair + (text >= other)] = best_rival(&rivals, text, other, pair);
        }
        for (int64_t i = first; i < end; i++) shared[documents[i]] = -1;
    }
    free(shared);
    return 0;
}
