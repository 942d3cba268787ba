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

/* Fills the share of the blocks on one side that end a sentence, or are cut off, and the longest's length. */
static void fill_endings(const Context *c, float *out, int64_t span, bool after) {
    const float *lengths = dense_column(c, LOG_CHARS), *ends = dense_column(c, ENDS_SENTENCE);
    const float *cuts = dense_column(c, ELLIPSIS);
    for (int64_t b = 0; b < c->n; b++) {
        int64_t first = after ? b + 1 : max_i64(0, b - span), last = after ? min_i64(c->n, b + 1 + span) : b;
        int64_t sentences = 0, cut_off = 0;
        float longest = -1.0F;
        for (int64_t o = first; o < last; o++) {
            sentences += ends[o] == 1.0F;
            cut_off += cuts[o] > 0.0F;
            longest = lengths[o] > longest ? lengths[o] : longest;
        }
        double size = (double)(last - first);
        out[b] = last > first ? (float)((double)sentences / size) : -1.0F;
        out[c->n + b] = last > first ? (float)((double)cut_off / size) : -1.0F;
        out[2 * c->n + b] = longest;
    }
}

void fill_rhythm(const Context *c, float *out) {
    for (int64_t period = 1; period <= PERIODS; period++, out += c->n) fill_changes(c, out, period);
    static const int64_t spans[] = {4, 12};
    for (int64_t k = 0; k < 2; k++) {
        for (int64_t after = 0; after < 2; after++, out += 3 * c->n) fill_endings(c, out, spans[k], after);
    }
}
