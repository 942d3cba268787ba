/* Counts what two texts share and derives their relation, for overlap.py. */
#include "overlap.h"

enum { IN_TEXT = 1, IN_OTHER = 2, IS_COMMON = 4, SEEN = 8 }; /* bits of an entry's kind */

#define PROBES 8      /* Slots tried beside the first, for each shingle, before the table is made larger. */
#define FEWEST_BITS 4 /* of a table */

/* How many distinct shingles are in both texts, in the text and in the other. */
typedef struct {
    int64_t shared, text, other;
} Sizes;

static int table_bits(int64_t n) {
    int bits = FEWEST_BITS;
    while (bits < SET_BITS && ((int64_t)1 << bits) < 2 * n) bits++;
    return bits;
}

bool reserve_scratch(Scratch *scratch, int64_t longest_text, int64_t longest_other) {
    size_t text = (size_t)longest_text + 1, other = (size_t)longest_other + 1;
    int bits = table_bits(longest_text + longest_other);
    *scratch = (Scratch){.slots = malloc(((size_t)1 << bits) * sizeof(int32_t)),
                         .entries = malloc((text + other) * sizeof(Entry)),
                         .marks = malloc(text),
                         .first = malloc(text * sizeof(int32_t)),
                         .following = malloc(other * sizeof(int32_t))};
    return scratch->slots && scratch->entries && scratch->marks && scratch->first && scratch->following;
}

void free_scratch(Scratch *scratch) {
    free(scratch->slots);
    free(scratch->entries);
    free(scratch->marks);
    free(scratch->first);
    free(scratch->following);
}

/* Finds or adds the entry of a shingle; counts the slots tried beside the first. */
INLINE Entry *entry_of(Scratch *scratch, uint32_t shingle, int64_t *probes) {
    uint32_t value = shorten(shingle), mask = (UINT32_C(1) << scratch->bits) - 1;
    /* Multiplying is one to one, so that no two values have one slot where there is a slot for each. */
    uint32_t at = ((value << (32 - SET_BITS)) * UINT32_C(0x9E3779B1)) >> (32 - scratch->bits);
    while (scratch->slots[at] && scratch->entries[scratch->slots[at] - 1].value != value) {
        at = (at + 1) & mask;
        (*probes)++;
    }
    if (!scratch->slots[at]) {
        scratch->entries[scratch->n_entries] = (Entry){value, -1, -1, 0};
        scratch->slots[at] = ++scratch->n_entries;
    }
    return &scratch->entries[scratch->slots[at] - 1];
}

/* Lists the distinct shingles of two texts, with their places in the other; false where too many have one slot. */
static bool list_shingles(Scratch *scratch, Text text, Text other) {
    int64_t probes = 0, most = PROBES * (text.n + other.n);
    memset(scratch->slots, 0, ((size_t)1 << scratch->bits) * sizeof *scratch->slots);
    scratch->n_entries = 0;
    for (int64_t i = 0; i < text.n; i++) {
        if (probes > most) return false;
        Entry *entry = entry_of(scratch, text.values[i], &probes);
        entry->kind = IN_TEXT;
        scratch->first[i] = (int32_t)(entry - scratch->entries); /* until all places are known */
    }
    for (int64_t place = 0; place < other.n; place++) {
        if (probes > most) return false;
        Entry *entry = entry_of(scratch, other.values[place], &probes);
        if (entry->kind & IN_OTHER) {
            scratch->following[entry->last] = (int32_t)place;
        } else {
            entry->first = (int32_t)place;
            entry->kind |= IN_OTHER;
        }
        entry->last = (int32_t)place;
        scratch->following[place] = -1;
    }
    return true;
}

static bool has(Text sorted, uint32_t value) {
    int64_t low = 0, high = sorted.n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sorted.values[middle] < value) low = middle + 1;
        else high = middle;
    }
    return low < sorted.n && sorted.values[low] == value;
}

/* Marks the shingles that two texts share, and counts the distinct ones; false where memory runs out. */
static bool mark_shared(Scratch *scratch, Text text, Text other, Text common, Sizes *every, Sizes *distinctive) {
    scratch->bits = table_bits(text.n + other.n);
    if (!list_shingles(scratch, text, other)) { /* texts that were made to be slow: a table with a slot for each value */
        int32_t *slots = realloc(scratch->slots, ((size_t)1 << SET_BITS) * sizeof *slots);
        if (!slots) return false;
        scratch->slots = slots;
        scratch->bits = SET_BITS;
        list_shingles(scratch, text, other);
    }
    int64_t counts[8] = {0};
    for (int32_t e = 0; e < scratch->n_entries; e++) {
        Entry *entry = &scratch->entries[e];
        if (common.n && has(common, entry->value)) entry->kind |= IS_COMMON;
        counts[entry->kind]++;
    }
    for (int64_t i = 0; i < text.n; i++) {
        Entry *entry = &scratch->entries[scratch->first[i]];
        scratch->first[i] = entry->first;
        scratch->marks[i] = 0;
        if (!(entry->kind & IN_OTHER)) continue;
        scratch->marks[i] = (uint8_t)((entry->kind & IS_COMMON ? 2 : 1) | (entry->kind & SEEN));
        entry->kind |= SEEN;
    }
    *distinctive = (Sizes){counts[3], counts[1] + counts[3], counts[2] + counts[3]};
    *every = (Sizes){counts[3] + counts[7], distinctive->text + counts[5] + counts[7],
                     distinctive->other + counts[6] + counts[7]};
    return true;
}

/* What runs of marks amount to: the longest run, the best passage, the shingles inside ranges, the number of ranges. */
typedef struct {
    int64_t longest, best, covered, n_ranges;
    int64_t main_range;    /* where the range with the most shared shingles begins */
    int64_t shared_before; /* the words in the ranges before it */
} Passages;

/* Measures the passages; writes their ranges in words, a pair of numbers each, unless `ranges` is NULL. */
static Passages measure_passages(const uint8_t *marks, Text text, RunSizes sizes, int64_t *ranges) {
    Passages found = {0, 0, 0, 0, 0, 0};
    int64_t run = 0, score = 0, last = 0, range_start = 0, range_end = 0, range_covered = 0, most_covered = 0;
    int64_t earlier = 0; /* words in the ranges before this one */
    for (int64_t i = 0; i < text.n; i++) {
        if (marks[i] == 0) {
            run = 0;
            score = max_i64(0, score - 1);
            continue;
        }
        int64_t size = run_size(text.values[i], sizes), added = 1;
        if (found.n_ranges && i <= range_end + COMPARISON_MAX_GAP_WORDS) {
            range_end = max_i64(range_end, i + size);
            added = i - last;
        } else {
            earlier += range_end - range_start;
            range_start = i;
            range_end = i + size;
            range_covered = 0;
            if (ranges) ranges[2 * found.n_ranges] = i;
            found.n_ranges++;
        }
        if (ranges) ranges[2 * found.n_ranges - 1] = range_end;
        last = i;
        if (!(marks[i] & SEEN)) { /* a repetition covers no more of the other */
            found.covered += added;
            range_covered += added;
            if (range_covered > most_covered) {
                most_covered = range_covered;
                found.main_range = range_start;
                found.shared_before = earlier;
            }
        }
        if (marks[i] & 1) {
            run++;
            score++;
            found.longest = max_i64(found.longest, run + size - 1);
            found.best = max_i64(found.best, score + size - 1);
        }
    }
    return found;
}

/* Tells whether a text is the shorter one; of two of one length, the one with the first lesser shingle is. */
static bool comes_first(Text text, Text other) {
    if (text.n != other.n) return text.n < other.n;
    for (int64_t i = 0; i < text.n; i++) {
        uint32_t one = shorten(text.values[i]), two = shorten(other.values[i]);
        if (one != two) return one < two;
    }
    return false;
}

INLINE double ratio(int64_t part, int64_t whole) { return (double)part / (double)max_i64(1, whole); }

bool count_overlap(Scratch *scratch, Text text, Text other, RunSizes sizes, Text common, bool identical,
                   double *counts) {
    bool swapped = comes_first(other, text);
    Text one = swapped ? other : text, two = swapped ? text : other;
    Sizes every, distinctive;
    if (!mark_shared(scratch, one, two, common, &every, &distinctive)) return false;
    Passages found = measure_passages(scratch->marks, one, sizes, NULL);
    int64_t replaced = 0;
    counts[SIMILARITY] = ratio(every.shared, every.text + every.other - every.shared);
    counts[swapped ? CONTAINED : CONTAINS] = ratio(every.shared, every.other);
    counts[swapped ? CONTAINS : CONTAINED] = ratio(every.shared, every.text);
    counts[DISTINCTIVE_SIMILARITY] =
        ratio(distinctive.shared, distinctive.text + distinctive.other - distinctive.shared);
    counts[DISTINCTIVE_SHARED] = (double)distinctive.shared;
    counts[LONGEST_RUN] = (double)found.longest;
    counts[PASSAGE] = (double)found.best;
    counts[WORDS_BEFORE] = 0;
    if (found.n_ranges) {
        int64_t before = min_i64(found.main_range, scratch->first[found.main_range]);
        counts[WORDS_BEFORE] = (double)max_i64(0, before - found.shared_before);
    }
    counts[DIFFERING_FACTS] = 0;
    if (every.shared && !identical) counts[DIFFERING_FACTS] = differing_facts(one, two, scratch, sizes, &replaced);
    double coverage = ratio(found.covered - replaced, min_i64(every.text, every.other));
    counts[COVERAGE] = coverage <= 0 ? 0 : coverage >= 1 ? 1 : coverage;
    if (identical) {
        for (int column = SIMILARITY; column <= DISTINCTIVE_SIMILARITY; column++) counts[column] = 1;
        counts[COVERAGE] = 1;
    }
    return true;
}

int relation_number(const double *counts, bool identical, bool *same_story) {
    bool more_contained = counts[CONTAINS] < counts[CONTAINED];
    double less = counts[more_contained ? CONTAINS : CONTAINED], more = counts[more_contained ? CONTAINED : CONTAINS];
    *same_story = identical;
    if (identical) return IDENTICAL_TEXTS;
    bool similar = is_similar(counts);
    bool excerpt = more >= COMPARISON_MIN_CONTAINMENT && counts[PASSAGE] >= COMPARISON_MIN_EXCERPT_WORDS;
    if (!similar && !excerpt && counts[PASSAGE] < COMPARISON_MIN_PASSAGE_WORDS) return NO_MATCH;
    *same_story = similar && less > COMPARISON_MIN_SIZE_RATIO * more && counts[COVERAGE] >= COMPARISON_COPY_MIN_COVERAGE;
    if (less >= COMPARISON_MIN_CONTAINMENT || (more < COMPARISON_MIN_CONTAINMENT && *same_story)) return NEAR_DUPLICATE;
    return more_contained ? TEXT_CONTAINED : TEXT_CONTAINS;
}

EXPORT int64_t cd_relation(const double *counts, int64_t identical, bool *same_story) {
    return relation_number(counts, identical != 0, same_story);
}

/* Finds the ranges of a text's words that it shares with another; returns their number. */
EXPORT int64_t cd_shared_ranges(const uint32_t *text, int64_t n_text, const uint32_t *other, int64_t n_other,
                                int64_t words, int64_t characters, int64_t *ranges) {
    Scratch scratch;
    Sizes every, distinctive;
    Text one = {text, n_text}, two = {other, n_other}, none = {NULL, 0};
    int64_t n = OUT_OF_MEMORY;
    if (reserve_scratch(&scratch, n_text, n_other) && mark_shared(&scratch, one, two, none, &every, &distinctive)) {
        n = measure_passages(scratch.marks, one, (RunSizes){words, characters}, ranges).n_ranges;
    }
    free_scratch(&scratch);
    return n;
}
