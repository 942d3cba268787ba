/* Hashes what a block looks like, beside its neighbours and in the element tree, into tokens; see tokens.py. */
#include "features.h"

#define REACH 3 /* neighbours on each side that are looked at */
#define OWN_VALUES 33 /* values of a block by itself and of its place */
#define N_SHAPE 8
#define FAR_SECTIONS 3 /* as in tokens.py */
/* CRC-32 of the tags of elements that divide a page. */
enum {
    TAG_NAV = 2022224343, TAG_HEADER = 1853008065, TAG_FOOTER = 3794863443u, TAG_ASIDE = 1622502729, TAG_MAIN = 3207122276u,
    TAG_ARTICLE = 37359206
};

enum { LENGTH, LAST, OF_ELLIPSIS, OF_LINKS, FIRST, OF_CAPITALS, OF_DIGITS, OF_SENTENCES };

INLINE int64_t bin(double value, double scale, int64_t top) { return min_i64(top, (int64_t)(value * scale)); }

/* Bins a block's shape. */
INLINE void bin_shape(const int64_t *row, const float *c, bool has_tree, int64_t *shape) {
    int64_t last = row[LAST_CHAR];
    bool is_mark = last < '0' || (last > '9' && last < 'A') || (last > 'Z' && last < 'a') || last > 0x2000;
    shape[LENGTH] = 1 + bin(c[LOG_CHARS], 2.0, 18);
    shape[LAST] = is_mark ? last : (last > '9' ? 1 : 2);
    shape[OF_ELLIPSIS] = row[IS_ELLIPSIS];
    shape[OF_LINKS] = has_tree ? 1 + bin(c[LINK_SHARE], 4.0, 4) : 0;
    shape[FIRST] = row[FIRST_WORD];
    shape[OF_CAPITALS] = bin(c[CAPITALS], 5.0, 5);
    shape[OF_DIGITS] = bin(c[DIGITS], 5.0, 5);
    shape[OF_SENTENCES] = min_i64(row[N_SENTENCES], 4);
}

/* Fills what is hashed of a block by itself. */
INLINE int64_t *put_own(int64_t *to, const int64_t *shape, const int64_t *row, const float *c) {
    int64_t first = row[FIRST_CHAR], length = shape[LENGTH];
    bool is_mark = first < '0' || (first > '9' && first < 'A') || first > 'z';
    int64_t title_case = bin(c[TITLE_CASE], 5.0, 5);
    for (int k = 0; k < N_SHAPE; k++) *to++ = shape[k];
    *to++ = min_i64(row[N_WORDS], 12);
    *to++ = row[LAST_WORD];
    *to++ = min_i64(row[N_COMMAS], 4);
    *to++ = is_mark ? first : (first >= 'a' ? 1 : 2);
    *to++ = title_case;
    *to++ = min_i64(row[N_QUOTES], 3);
    *to++ = min_i64(row[N_BARS], 4);
    *to++ = bin(c[LONGEST_WORD], 0.34, 8);
    *to++ = min_i64((int64_t)c[REPEATS], 4);
    *to++ = bin(c[TITLE_SHARE], 4.0, 4);
    *to++ = min_i64((int64_t)c[TITLE_FOUND], 8);
    *to++ = length * 64 + shape[LAST] % 64;
    *to++ = length * 8 + shape[OF_CAPITALS];
    *to++ = length * 8 + shape[OF_SENTENCES];
    *to++ = length * 8 + title_case;
    *to++ = length * 8 + shape[OF_LINKS];
    *to++ = shape[FIRST] * 8 + min_i64(row[N_WORDS], 7);
    return to;
}

/* Fills what is hashed of a block's place, and of the page as a whole. */
INLINE int64_t *put_place(int64_t *to, int64_t length, const float *c, int64_t b, int64_t n) {
    *to++ = length * 8 + bin(c[PLACE_BY_BLOCKS], 5.0, 4);
    *to++ = bin(c[PLACE_BY_BLOCKS], 20.0, 19);
    *to++ = bin(c[PLACE_BY_WORDS], 20.0, 19);
    *to++ = min_i64(b, 20);
    *to++ = min_i64(n - 1 - b, 20);
    *to++ = bin(c[LOG_PAGE_BLOCKS], 2.0, 20);
    *to++ = bin(c[LOG_PAGE_WORDS], 2.0, 24);
    *to++ = bin(c[PAGE_LINK_SHARE], 10.0, 10);
    return to;
}

/* Fills what is hashed of the neighbours, one by one, then of runs of two and three blocks; shapes: the block's own. */
INLINE int64_t *put_neighbours(int64_t *to, const int64_t *shapes) {
    const int64_t *before = shapes - N_SHAPE, *second = before - N_SHAPE;
    const int64_t *after = shapes + N_SHAPE, *next_but_one = after + N_SHAPE;
    for (int k = -REACH; k <= REACH; k++) {
        if (k == 0) continue;
        const int64_t *other = shapes + k * N_SHAPE;
        *to++ = other[LENGTH];
        *to++ = other[LAST] * 8 + other[OF_ELLIPSIS];
        *to++ = other[LENGTH] * 8 + other[OF_LINKS];
    }
    *to++ = before[FIRST];
    *to++ = after[FIRST];
    *to++ = (before[LENGTH] * 32 + shapes[LENGTH]) * 32 + after[LENGTH];
    *to++ = (before[OF_SENTENCES] * 8 + shapes[OF_SENTENCES]) * 8 + after[OF_SENTENCES];
    *to++ = (second[LENGTH] * 32 + before[LENGTH]) * 32 + shapes[LENGTH];
    *to++ = (shapes[LENGTH] * 32 + after[LENGTH]) * 32 + next_but_one[LENGTH];
    return to;
}

/* The salt of each value. */
static void fill_salts(uint64_t *salts) {
    uint64_t at = 0;
    for (; at < OWN_VALUES; at++) salts[at] = 100 + at;
    for (; at < OWN_VALUES + 6 * REACH; at += 3) {
        salts[at] = salts[at + 1] = 200 + at;
        salts[at + 2] = 250 + at;
    }
    for (; at < SHAPE_TOKENS + LEAD_TOKENS; at++) salts[at] = 249 + at;
}

int64_t n_shape_tokens(bool has_tree) { return has_tree ? SHAPE_TOKENS : SHAPE_TOKENS + LEAD_TOKENS; }

INLINE void shape_tokens_of(const int64_t *counts, const float *columns, int64_t n, bool has_tree, uint32_t *out) {
    uint64_t salts[SHAPE_TOKENS + LEAD_TOKENS];
    int64_t n_tokens = n_shape_tokens(has_tree), values[SHAPE_TOKENS + LEAD_TOKENS], window[(2 * REACH + 1) * N_SHAPE] = {0};
    fill_salts(salts);
    for (int64_t b = 0; b < min_i64(n, REACH); b++) {
        bin_shape(counts + b * N_COUNTS, columns + b * N_COLUMNS, has_tree, window + (REACH + 1 + b) * N_SHAPE);
    }
    for (int64_t b = 0; b < n; b++) {
        int64_t *own = window + REACH * N_SHAPE, *last = own + REACH * N_SHAPE;
        memmove(window, window + N_SHAPE, (2 * REACH) * N_SHAPE * sizeof *window);
        if (b + REACH < n) {
            bin_shape(counts + (b + REACH) * N_COUNTS, columns + (b + REACH) * N_COLUMNS, has_tree, last);
        } else {
            memset(last, 0, N_SHAPE * sizeof *last);
        }
        const float *c = columns + b * N_COLUMNS;
        int64_t *to = put_own(values, own, counts + b * N_COUNTS, c);
        to = put_neighbours(put_place(to, own[LENGTH], c, b, n), own);
        *to++ = min_i64(b, 3) * 4 + min_i64(n - 1 - b, 3);
        *to++ = counts[b * N_COUNTS + FIRST_PAIR];
        *to = counts[b * N_COUNTS + LEAD];
        for (int64_t k = 0; k < n_tokens; k++) out[b * n_tokens + k] = (uint32_t)mix((uint64_t)values[k], salts[k]);
    }
}

/* Hashes each block's shape, its neighbours' shapes and its place: `n_shape_tokens` for each block. */
WITH_VECTORS(void, shape_tokens, (const int64_t *counts, const float *columns, int64_t n, bool has_tree, uint32_t *out),
             (counts, columns, n, has_tree, out))

INLINE uint64_t *put(uint64_t *to, uint64_t value, uint64_t salt) {
    *to = salted(value, salt);
    return to + 1;
}

INLINE bool is_section(uint64_t tag) {
    switch (tag) {
    case TAG_NAV: case TAG_HEADER: case TAG_FOOTER: case TAG_ASIDE: case TAG_MAIN: case TAG_ARTICLE: return true;
    default: return false;
    }
}

/* Writes tags and names of the innermost sections that an element is in: the page's menu, head, foot. */
INLINE uint64_t *put_sections(uint64_t *to, int64_t e, const TreeArrays *tree) {
    for (int found = 0; e >= 0 && found < FAR_SECTIONS; e = tree->parents[e]) {
        if (!is_section(tree->tags[e])) continue;
        to = put(to, tree->tags[e], 400);
        for (int64_t k = e > 0 ? tree->name_ends[e - 1] : 0; k < tree->name_ends[e]; k++) to = put(to, tree->names[k], 420);
        found++;
    }
    return to;
}

/* Writes tags, paths and names of an element and those around it; of those far out only sections. */
INLINE uint64_t *put_ancestors(uint64_t *to, int64_t e, const TreeArrays *tree) {
    uint64_t path = 0;
    for (uint64_t level = 0; e >= 0 && level < ANCESTORS; level++, e = tree->parents[e]) {
        path = path * 31 + tree->tags[e];
        to = put(to, tree->tags[e], 400);
        if (level < 4) to = put(to, path, 410 + level);
        for (int64_t k = e > 0 ? tree->name_ends[e - 1] : 0; k < tree->name_ends[e]; k++) {
            to = put(to, tree->names[k], 420);
            if (level < 2) to = put(to, tree->names[k], 430 + level);
        }
    }
    return put_sections(to, e, tree);
}

INLINE uint64_t *put_all(uint64_t *to, const uint64_t *values, const int64_t *ends, int64_t b, uint64_t salt) {
    for (int64_t k = b > 0 ? ends[b - 1] : 0; k < ends[b]; k++) to = put(to, values[k], salt);
    return to;
}

/* Writes how dense a block's links are, beside its tag and length. */
INLINE uint64_t *put_density(uint64_t *to, uint64_t tag, int64_t n_inside, const int64_t *row, const double *logs) {
    double share = (double)row[LINK_CHARS] / (double)max_i64(1, row[N_CHARS]);
    uint64_t density = (uint64_t)bin(share, 10.0, 10);
    uint64_t length = (uint64_t)bin(log_of(logs, row[N_CHARS]), 2.0, 18);
    to = put(to, density, 460);
    to = put(to, density * 32 + length, 461);
    to = put(to, (uint64_t)min_i64(row[N_LINKS], 6), 462);
    to = put(to, (uint64_t)min_i64(row[N_IMAGES], 3), 463);
    to = put(to, (uint64_t)bin(log_of(logs, n_inside), 1.5, 6), 464);
    to = put(to, tag + density, 465);
    return put(to, tag + length, 466);
}

#define MOST_TOKENS 199 /* of a block: MAX_MARKUP_TOKENS */

INLINE int64_t markup_tokens_of(const TreeArrays *tree, const int64_t *counts, int64_t n, const double *logs, uint32_t *out,
    int64_t *out_ends) {
    uint64_t raw[MOST_TOKENS];
    int64_t at = 0;
    for (int64_t b = 0; b < n; b++) {
        int64_t e = tree->elements[b];
        if (e >= 0) {
            int64_t n_inside = tree->spans[2 * e + 1] - tree->spans[2 * e];
            uint64_t *to = put_ancestors(raw, e, tree);
            to = put_all(to, tree->inline_names, tree->inline_ends, b, 440);
            to = put_all(to, tree->hrefs, tree->href_ends, b, 450);
            to = put_density(to, tree->tags[e], n_inside, counts + b * N_COUNTS, logs);
            for (int64_t k = 0; k < to - raw; k++) out[at + k] = (uint32_t)mix_salted(raw[k]);
            at += to - raw;
        }
        out_ends[b] = at;
    }
    return at;
}

/* Hashes what the tree says of each block: tags and names of its ancestors, inline elements, its link. */
WITH_VECTORS(int64_t, markup_tokens,
    (const TreeArrays *tree, const int64_t *counts, int64_t n, const double *logs, uint32_t *out, int64_t *out_ends),
    (tree, counts, n, logs, out, out_ends))
