/* Fills columns that tell lists by their rhythm: lengths that return after a few blocks, and endings of sentences. A list
   of teasers repeats headline, summary and date; this holds in every language and without markup. */
#include "model.h"

enum { PERIODS = 4, REACH = 8 /* blocks on each side of a block that are compared */ };

/* Averages the change of length from each block around to the one a period later; -1 without a pair. */
static void fill_changes(const Context *c, float *out, int64_t period) {
    const float *lengths = dense_column(c, LOG_CHARS);
    double *sums = c->spare;
    sums[0] = 0.0;
    for (int64_t b = 0; b < c->n; b++) {
        double later = lengths[min_i64(b + period, c->n - 1)];
        sums[b + 1] = sums[b] + fabs(later - (double)lengths[b]);
    }
    for (int64_t b = 0; b < c->n; b++) {
        int64_t first = max_i64(0, b - REACH), last = min_i64(c->n, b + REACH + 1) - period;
        out[b] = last > first ? (float)((sums[last] - sums[first]) / (double)(last - first)) : -1.0F;
    }
}

/* Counts, for each block from the first or to the last, what the block `away` blocks further on is. */
INLINE void add_block(const Context *c, int64_t away, float *restrict sentences, float *restrict cut_off,
                      float *restrict longest) {
    const float *lengths = dense_column(c, LOG_CHARS), *ends = dense_column(c, ENDS_SENTENCE);
    const float *cuts = dense_column(c, ELLIPSIS);
    for (int64_t b = max_i64(0, -away); b < min_i64(c->n, c->n - away); b++) {
        sentences[b] += ends[b + away] == 1.0F ? 1.0F : 0.0F;
        cut_off[b] += cuts[b + away] > 0.0F ? 1.0F : 0.0F;
        longest[b] = lengths[b + away] > longest[b] ? lengths[b + away] : longest[b];
    }
}

/* Fills the share of the blocks on one side that end a sentence, or are cut off, and the longest's length. */
INLINE void fill_endings(const Context *c, float *out, int64_t span, bool after) {
    int64_t n = c->n;
    for (int64_t b = 0; b < n; b++) out[b] = out[n + b] = 0.0F, out[2 * n + b] = -1.0F;
    for (int64_t away = 1; away <= span; away++) add_block(c, after ? away : -away, out, out + n, out + 2 * n);
    for (int64_t b = 0; b < n; b++) {
        double size = (double)min_i64(span, after ? n - 1 - b : b);
        out[b] = size > 0.0 ? (float)((double)out[b] / size) : -1.0F;
        out[n + b] = size > 0.0 ? (float)((double)out[n + b] / size) : -1.0F;
    }
}

INLINE void fill_rhythm_of(const Context *c, float *out) {
    for (int64_t period = 1; period <= PERIODS; period++, out += c->n) fill_changes(c, out, period);
    static const int64_t spans[] = {4, 12};
    for (int64_t k = 0; k < 2; k++) {
        for (int64_t after = 0; after < 2; after++, out += 3 * c->n) fill_endings(c, out, spans[k], after);
    }
}

WITH_VECTORS(void, fill_rhythm, (const Context *c, float *out), (c, out))
