/* Fills columns that tell parts of an article apart: the first stage's scores of them, and the likeliest headline. A
   standfirst follows the headline, a caption stands by a picture, a byline between headline and text. */
#include "model.h"

enum { N_SHAPE = 4, FAR = 60 /* blocks; a headline further away counts as this far */ };
#define SOME_MATCH 0.5 /* share of common words (Dice) from which a block counts as a match of a title */
static const int64_t SHAPE[N_SHAPE] = {TITLE_MATCH, HEADING, IMAGES, IN_FIGURE};

/* Copies columns from the block before, then from the block after. */
static float *fill_neighbours(const Context *c, float *out, const float *columns, const int64_t *chosen, int64_t count,
                              float beyond) {
    size_t size = (size_t)(c->n - 1) * sizeof *out;
    for (int64_t side = 0; side < 2; side++) {
        for (int64_t k = 0; k < count; k++, out += c->n) {
            const float *column = columns + chosen[k] * c->n;
            memcpy(out + !side, column + side, size);
            out[side ? c->n - 1 : 0] = beyond;
        }
    }
    return out;
}

/* Fills where the likeliest headline is: blocks and text since it, and by how much it is the likeliest. */
static float *fill_since_headline(const Context *c, float *out, const float *odds) {
    const double *text_before = sum_of(c, SUM_TEXT_CHARS);
    int64_t headline = 0;
    for (int64_t b = 1; b < c->n; b++)
        if (odds[b] > odds[headline]) headline = b;
    for (int64_t b = 0; b < c->n; b++) {
        double between =
            b > headline ? text_before[b] - text_before[headline + 1] : text_before[headline] - text_before[b];
        double length = cd_log1p(between > 0.0 ? between : 0.0);
        out[b] = (float)max_i64(-FAR, min_i64(FAR, b - headline));
        out[c->n + b] = (float)(b > headline ? length : -length);
        out[2 * c->n + b] = odds[b] - odds[headline];
    }
    return out + 3 * c->n;
}

/* Fills matches of the page's titles at and before a block, and how likely the heading above is a standfirst. */
static void fill_matches(const Context *c, float *out, const float *standfirst) {
    const float *matches = dense_column(c, TITLE_MATCH), *headings = dense_column(c, HEADING);
    float best = matches[0], best_before = 0.0F, heading = -9.0F;
    int64_t before = 0;
    for (int64_t b = 1; b < c->n; b++) best = matches[b] > best ? matches[b] : best;
    for (int64_t b = 0; b < c->n; b++) {
        out[b] = (float)before;
        out[c->n + b] = matches[b] - best_before;
        out[2 * c->n + b] = matches[b] - best;
        out[3 * c->n + b] = heading;
        before = min_i64(before + (matches[b] > SOME_MATCH), 9);
        best_before = matches[b] > best_before ? matches[b] : best_before;
        if (headings[b] > 0.0F) heading = standfirst[b];
    }
}

/* The blocks' own scores of each part are in `out` before. */
void fill_parts(const Context *c, float *out) {
    static const int64_t all[N_PARTS] = {0, 1, 2, 3, 4, 5, 6, 7};
    const float *parts = out;
    out = fill_neighbours(c, out + N_PARTS * c->n, parts, all, N_PARTS, -9.0F);
    out = fill_neighbours(c, out, c->dense, SHAPE, N_SHAPE, -1.0F);
    out = fill_since_headline(c, out, parts + PART_HEADLINE * c->n);
    fill_matches(c, out, parts + PART_STANDFIRST * c->n);
}
