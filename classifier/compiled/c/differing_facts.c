/* Measures how far two texts with one frame tell different facts: docs/how-it-works.md, "What differs counts". */
#include "overlap.h"

#define MAX_OCCURRENCES 16 /* of a shingle that are searched for the one that continues a text, so that time is linear */
#define MARKS (1 << MARK_BITS)

/* A set of marks, or of pairs of marks. */
typedef struct {
    uint64_t bits[MARKS / 64];
} MarkSet;

/* What has been counted so far. */
typedef struct {
    int64_t shared_facts, differing_facts; /* by weight */
    int64_t shared_words, replaced_words;  /* ordinary ones */
    int64_t n_places, n_facts;             /* places with differing facts, and those facts */
    MarkSet seen[MARKS];                   /* pairs of marks that differ, by the mark in the text */
} Facts;

/* What only one of two texts has in a gap. */
typedef struct {
    int64_t weight, n_facts, n_words;
    int first;
} Only;

INLINE int mark_of(uint32_t shingle) { return (int)(shingle >> 1) & (MARKS - 1); }
INLINE bool is_in(const MarkSet *set, int mark) { return set->bits[mark >> 6] >> (mark & 63) & 1; }
INLINE void put_in(MarkSet *set, int mark) { set->bits[mark >> 6] |= UINT64_C(1) << (mark & 63); }
INLINE int64_t weight_of(int kind) { return kind == ORDINARY ? 0 : kind == NUMBER ? FACTS_NUMBER_WEIGHT : 1; }

INLINE void count_shared(Facts *facts, uint32_t shingle) {
    int kind = mark_kind((uint8_t)mark_of(shingle));
    facts->shared_words += kind == ORDINARY;
    facts->shared_facts += weight_of(kind);
}

static MarkSet marks_of(Text gap) {
    MarkSet set = {{0}};
    for (int64_t j = 0; j < gap.n; j++) put_in(&set, mark_of(gap.values[j]));
    return set;
}

static Only only_in(Text gap, const MarkSet *other) {
    Only only = {0, 0, 0, 0};
    for (int64_t j = 0; j < gap.n; j++) {
        int mark = mark_of(gap.values[j]), kind = mark_kind((uint8_t)mark);
        if (is_in(other, mark)) continue;
        if (kind == ORDINARY) {
            only.n_words++;
            continue;
        }
        if (!only.n_facts++) only.first = mark;
        only.weight += weight_of(kind);
    }
    return only;
}

/* Counts what differs in a gap; of equal differences of facts, as where a name was corrected, the first counts. */
static void compare_gap(Facts *facts, Text text, Text other) {
    MarkSet text_marks = marks_of(text), other_marks = marks_of(other);
    Only one = only_in(text, &other_marks), two = only_in(other, &text_marks);
    for (int64_t j = 0; j < text.n; j++) {
        if (is_in(&other_marks, mark_of(text.values[j]))) count_shared(facts, text.values[j]);
    }
    if (!one.n_facts || !two.n_facts) {
        facts->replaced_words += min_i64(one.n_words, two.n_words);
    } else if (!is_in(&facts->seen[one.first], two.first)) {
        put_in(&facts->seen[one.first], two.first);
        facts->differing_facts += min_i64(one.weight, two.weight);
        facts->n_places++;
        facts->n_facts += min_i64(one.n_facts, two.n_facts);
    }
}

/* Finds the first of a shingle's places in the other that is after `last`; false, and the first of all, without one. */
INLINE bool continue_at(const Scratch *places, int64_t i, int64_t last, int64_t *place) {
    *place = places->first[i];
    for (int tries = 0; tries < MAX_OCCURRENCES && *place >= 0 && *place <= last; tries++) {
        *place = places->following[*place];
    }
    if (*place > last) return true;
    *place = places->first[i];
    return false;
}

/* Counts shared and differing words; returns the number of replaced shingles. */
static int64_t count_facts(Facts *facts, Text text, Text other, const Scratch *places, RunSizes sizes) {
    bool same_start = text.n && other.n && mark_of(text.values[0]) == mark_of(other.values[0]);
    int64_t counted = 0, replaced = 0, end = same_start, other_end = same_start, last = -1;
    for (int64_t i = 0; i < text.n; i++) {
        if (places->first[i] < 0) continue;
        int64_t place;
        bool forward = continue_at(places, i, last, &place);
        int64_t most = text.values[i] & 1 ? FACTS_MAX_GAP_CHARACTERS : FACTS_MAX_GAP_WORDS;
        int64_t gap = i - end, other_gap = place - other_end;
        if (forward && end && gap > 0 && gap <= most && other_gap > 0 && other_gap <= most) {
            compare_gap(facts, (Text){text.values + end, gap}, (Text){other.values + other_end, other_gap});
            bool phrase = gap >= FACTS_MIN_PHRASE_WORDS && other_gap >= FACTS_MIN_PHRASE_WORDS;
            if (phrase && gap <= COMPARISON_MAX_GAP_WORDS) replaced += gap;
        }
        int64_t size = run_size(text.values[i], sizes);
        for (int64_t j = max_i64(counted, i); j < min_i64(i + size, text.n); j++) count_shared(facts, text.values[j]);
        counted = max_i64(counted, i + size);
        end = i + size;
        other_end = place + size;
        last = place;
    }
    return replaced;
}

static int64_t weight_of_text(Text text) {
    int64_t weight = 0;
    for (int64_t j = 0; j < text.n; j++) weight += weight_of(mark_kind((uint8_t)mark_of(text.values[j])));
    return weight;
}

double differing_facts(Text text, Text other, const Scratch *places, RunSizes sizes, int64_t *replaced) {
    Facts facts;
    memset(&facts, 0, sizeof facts);
    *replaced = count_facts(&facts, text, other, places, sizes);
    int64_t weight = min_i64(weight_of_text(text), weight_of_text(other));
    double shared = (double)facts.shared_facts;
    if (weight >= FACTS_MIN_WEIGHT && shared < FACTS_MIN_SHARED * (double)weight) return 1.0 - shared / (double)weight;
    double share = (double)facts.differing_facts / (double)max_i64(1, facts.shared_facts + facts.differing_facts);
    double noise = (double)facts.replaced_words / (double)max_i64(1, facts.shared_words + facts.replaced_words);
    bool few_facts = facts.n_facts < FACTS_MIN_FACTS || share < FACTS_MAX_CORRECTION;
    bool few = facts.n_places < FACTS_MIN_PLACES && few_facts && text.n >= FACTS_SHORT_TEXT_WORDS;
    return few || share < FACTS_NOISE_FACTOR * noise ? 0.0 : share;
}
