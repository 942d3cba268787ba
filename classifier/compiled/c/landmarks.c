/* Fills how far a block is from landmarks: the nearest of each kind, the heading above, the text before and after; how
   regularly the blocks around it repeat, as lists of teasers do; and how sure the first stage is of it. */
#include "model.h"

enum {
    FAR = 60,  /* blocks; a landmark further away counts as this far */
    REACH = 3, /* blocks before and after over which changes are averaged */
    N_CHANGES = 3
};
/* log1p(100), the characters that a text block needs to be a landmark; a block of any other kind is always one. */
#define LANDMARK_CHARS 4.61512051684126
/* log1p of 3.5 and of 80 characters and of 8 words: between them a line of plain text that ends no sentence counts as a
   heading. */
#define MIN_HEADING_CHARS 1.5040773967762742
#define HEADING_CHARS 4.394449154672439
#define MAX_HEADING_WORDS 2.1972245773362196

/* Finds the group with the highest score of each block. */
static void find_strongest(const Context *c, int64_t *strongest) {
    for (int64_t b = 0; b < c->n; b++) strongest[b] = 0;
    for (int64_t k = 1; k < N_GROUPS; k++)
        for (int64_t b = 0; b < c->n; b++)
            if (c->out[k * c->n + b] > c->out[strongest[b] * c->n + b]) strongest[b] = k;
}

/* Counts the blocks from a block on, in one direction, to the nearest landmark of each kind. */
static float *fill_nearest(const Context *c, float *out, const int64_t *strongest, bool backwards) {
    const float *lengths = dense_column(c, LOG_CHARS);
    int64_t distances[N_GROUPS];
    for (int64_t k = 0; k < N_GROUPS; k++) distances[k] = FAR;
    for (int64_t i = 0; i < c->n; i++) {
        int64_t b = backwards ? c->n - 1 - i : i;
        for (int64_t k = 0; k < N_GROUPS; k++) {
            out[k * c->n + b] = (float)distances[k];
            distances[k] = min_i64(distances[k] + 1, FAR);
        }
        if (strongest[b] != TEXT || lengths[b] > LANDMARK_CHARS) distances[strongest[b]] = 1;
    }
    return out + N_GROUPS * c->n;
}

/* Fills how far up the nearest heading is, and its scores and length; -9 where there is none. */
static float *fill_heading(const Context *c, float *out) {
    bool has_tree = c->page->n_elements > 0;
    const float *lengths = dense_column(c, LOG_CHARS), *words = dense_column(c, LOG_WORDS);
    int64_t above = -1;
    for (int64_t b = 0; b < c->n; b++) {
        out[b] = above < 0 ? -9.0F : (float)min_i64(b - above, FAR);
        for (int64_t k = 0; k < N_GROUPS; k++)
            out[(k + 1) * c->n + b] = above < 0 ? -9.0F : c->out[k * c->n + above];
        out[(N_GROUPS + 1) * c->n + b] = above < 0 ? -9.0F : lengths[above];
        bool is_short = MIN_HEADING_CHARS < lengths[b] && lengths[b] < HEADING_CHARS && words[b] < MAX_HEADING_WORDS;
        bool looks_so = !has_tree && is_short && dense_column(c, ENDS_SENTENCE)[b] == 0.0F;
        if (dense_column(c, HEADING)[b] > 0.0F || looks_so) above = b;
    }
    return out + (N_GROUPS + 2) * c->n;
}

/* Averages how much blocks around differ from those `lag` further on. */
static float *fill_changes(const Context *c, float *out, int64_t lag) {
    const float *lengths = dense_column(c, LOG_CHARS);
    const double *texts = share_of(c, TEXT), *teasers = share_of(c, TEASER);
    int64_t pairs = max_i64(0, c->n - lag), step = c->n + 1;
    double *sums = c->spare + c->n;
    for (int64_t k = 0; k < N_CHANGES; k++) sums[k * step] = 0.0;
    for (int64_t b = 0; b < pairs; b++) {
        sums[b + 1] = sums[b] + (double)fabsf(lengths[b] - lengths[b + lag]);
        sums[step + b + 1] = sums[step + b] + fabs(texts[b] - texts[b + lag]);
        sums[2 * step + b + 1] = sums[2 * step + b] + fabs(teasers[b] - teasers[b + lag]);
    }
    for (int64_t k = 0; k < N_CHANGES; k++, out += c->n, sums += step) {
        for (int64_t b = 0; b < c->n; b++) {
            int64_t first = min_i64(pairs, max_i64(0, b - REACH - lag)), last = min_i64(pairs, b + 1 + REACH);
            out[b] = (float)((sums[last] - sums[first]) / (double)max_i64(1, last - first));
        }
    }
    return out;
}

/* Fills how many characters of text are expected before and after. */
static float *fill_text_around(const Context *c, float *out) {
    double *sums = c->spare + c->n;
    sums[0] = 0.0;
    for (int64_t b = 0; b < c->n; b++) sums[b + 1] = sums[b] + (float)c->chars[b] * share_of(c, TEXT)[b];
    double all = sums[c->n];
    for (int64_t b = 0; b < c->n; b++) {
        double after = all - sums[b + 1];
        out[b] = (float)(sums[b] / (all > 1e-9 ? all : 1e-9));
        out[c->n + b] = (float)cd_log1p(sums[b]);
        out[2 * c->n + b] = (float)cd_log1p(after > 0.0 ? after : 0.0);
    }
    return out + 3 * c->n;
}

/* Fills how sure the first stage is of a block, and the strongest kind of it and of its neighbours. */
static void fill_margin(const Context *c, float *out, const int64_t *strongest) {
    const float *texts = c->out + TEXT * c->n;
    int64_t n = c->n;
    for (int64_t b = 0; b < n; b++) {
        double total = 0.0, second = -INFINITY;
        int64_t first = max_i64(0, b - 2), last = min_i64(n, b + 3);
        for (int64_t o = first; o < last; o++)
            if (o != b) total += texts[o];
        for (int64_t k = 0; k < N_GROUPS; k++) {
            double score = c->out[k * c->n + b];
            if (k != strongest[b] && score > second) second = score;
        }
        out[b] = last - first > 1 ? (float)(texts[b] - total / (double)(last - first - 1)) : 0.0F;
        out[c->n + b] = (float)(c->out[strongest[b] * c->n + b] - second);
        out[2 * c->n + b] = (float)strongest[b];
        out[3 * c->n + b] = b > 0 ? (float)strongest[b - 1] : -1.0F;
        out[4 * c->n + b] = b + 1 < n ? (float)strongest[b + 1] : -1.0F;
    }
}

void fill_landmarks(const Context *c, float *out) {
    int64_t *strongest = (int64_t *)c->spare;
    find_strongest(c, strongest);
    out = fill_nearest(c, out, strongest, false);
    out = fill_nearest(c, out, strongest, true);
    out = fill_heading(c, out);
    for (int64_t lag = 1; lag <= 4; lag++) out = fill_changes(c, out, lag);
    out = fill_text_around(c, out);
    fill_margin(c, out, strongest);
}
