/* Linear models over hashed TF-IDF, see hashed_linear.py. */
#include "model.h"

/* Tokens ahead of the one that is added whose row is fetched into the cache: rows lie anywhere in 17 MB. */
#define AHEAD 128

/* Counts above it weigh the same. */
#define MOST_COUNTED 256

/* Rows are read four numbers at a time. */
typedef float Quad __attribute__((vector_size(16), aligned(4)));

EXPORT int64_t cd_linear_size(void) { return sizeof(Linear); }

EXPORT void cd_set_linear(uint8_t *out, const float *rows, const float *intercepts, const double *dampened,
                          int64_t n_rows, int64_t lanes, int64_t n_classes) {
    *(Linear *)out = (Linear){rows, intercepts, dampened, n_rows, lanes, n_classes};
}

/* Returns the value of a number of 16 bits: its exponent and fraction are shifted to their places in one of 32. */
INLINE float half_value(uint16_t half) {
    uint32_t bits = (uint32_t)(half & 0x7FFF) << 13, scale = UINT32_C(0x77800000); /* 2^112 */
    float value, factor;
    if ((half & 0x7C00) == 0x7C00) bits |= UINT32_C(0x7F800000); /* infinity, or no number */
    memcpy(&value, &bits, sizeof value);
    memcpy(&factor, &scale, sizeof factor);
    return half & 0x8000 ? -(value * factor) : value * factor;
}

/* Fills the rows of a model whose weights and idf are numbers of 16 bits; the lanes between are 0 before. */
EXPORT void cd_fill_rows(const uint16_t *idf, const uint16_t *weights, int64_t n_rows, int64_t n_classes, int64_t lanes,
                         float *rows) {
    for (int64_t r = 0; r < n_rows; r++, rows += lanes) {
        float by = half_value(idf[r]);
        for (int64_t k = 0; k < n_classes; k++) rows[k] = half_value(weights[r * n_classes + k]) * by;
        rows[lanes - 1] = by * by;
    }
}

/* Writes the page's columns block by block, and where each field of a block ends, (n, N_FIELDS). */
EXPORT void cd_hashed_rows(const uint32_t *tokens, const int64_t *ends, int64_t n, uint64_t mask,
                           int32_t *columns, int64_t *field_ends) {
    int64_t at = 0;
    for (int64_t b = 0; b < n; b++) {
        for (int64_t part = 0; part < N_FIELDS; part++) {
            int64_t begin = part + b > 0 ? ends[part * n + b - 1] : 0;
            for (int64_t t = begin; t < ends[part * n + b]; t++) columns[at++] = (int32_t)(tokens[t] & mask);
            field_ends[b * N_FIELDS + part] = at;
        }
    }
}

/* Writes the TF-IDF value of each entry of `cd_hashed_rows`; each field of a block has unit length. */
EXPORT void cd_tfidf_values(const int32_t *columns, const int64_t *field_ends, int64_t n_ends, const float *idf,
                            float *values) {
    int64_t first = 0;
    for (int64_t i = 0; i < n_ends; i++) {
        double square = 0.0;
        for (int64_t k = first; k < field_ends[i]; k++) square += (double)idf[columns[k]] * (double)idf[columns[k]];
        double norm = square > 0.0 ? sqrt(square) : 1.0;
        for (int64_t k = first; k < field_ends[i]; k++) values[k] = (float)(idf[columns[k]] / norm);
        first = field_ends[i];
    }
}

/* Sums up the rows of some tokens, one after the other in each lane. */
INLINE void sum_rows(const Linear *linear, const uint32_t *tokens, int64_t n, int64_t n_left, Quad *sums, int64_t quads) {
    const float *rows = linear->rows;
    uint32_t mask = (uint32_t)(linear->n_rows - 1);
    for (int64_t q = 0; q < quads; q++) sums[q] = (Quad){0};
    for (int64_t t = 0; t < n; t++) {
        if (t + AHEAD < n_left) __builtin_prefetch(rows + (int64_t)(tokens[t + AHEAD] & mask) * 4 * quads);
        const Quad *row = (const Quad *)(rows + (int64_t)(tokens[t] & mask) * 4 * quads);
        for (int64_t q = 0; q < quads; q++) sums[q] += row[q];
    }
}

/* Adds one field of a block to the block's scores; returns the share of each group in `by_field`. */
INLINE void add_field(const Linear *linear, const float *sums, double *total, float *by_field, int64_t n_groups) {
    float square = sums[linear->lanes - 1];
    if (!(square > 0.0F)) return;
    double norm = sqrt((double)square);
    for (int64_t k = 0; k < linear->n_classes; k++) {
        double share = sums[k] / norm;
        total[k] += share;
        if (k < n_groups) by_field[k] = (float)share;
    }
}

void score_blocks(const Linear *linear, const Page *page, float *own, float *by_field) {
    int64_t n = page->n_blocks, n_classes = linear->n_classes, n_groups = min_i64(n_classes, N_GROUPS);
    int64_t begins[N_FIELDS] = {0};
    for (int64_t part = 1; part < (n > 0 ? N_FIELDS : 0); part++) begins[part] = page->ends[part * n - 1];
    for (int64_t b = 0; b < n; b++) {
        double total[MOST_LANES] = {0.0};
        Quad sums[MOST_LANES / 4];
        for (int64_t part = 0; part < N_FIELDS; part++) {
            int64_t begin = begins[part], end = page->ends[part * n + b];
            const uint32_t *tokens = page->tokens + begin;
            int64_t left = page->ends[(part + 1) * n - 1] - begin;
            if (linear->lanes == MOST_LANES)
                sum_rows(linear, tokens, end - begin, left, sums, MOST_LANES / 4);
            else
                sum_rows(linear, tokens, end - begin, left, sums, linear->lanes / 4);
            float *shares = by_field + (b * N_FIELDS + part) * n_groups;
            for (int64_t k = 0; k < n_groups; k++) shares[k] = 0.0F;
            add_field(linear, (const float *)sums, total, shares, n_groups);
            begins[part] = end;
        }
        for (int64_t k = 0; k < n_classes; k++) own[b * n_classes + k] = (float)(total[k] + linear->intercepts[k]);
    }
}

static int64_t count_field(const uint32_t *tokens, int64_t n, int64_t n_columns, uint16_t *table, int32_t *columns,
                    int32_t *counts) {
    uint32_t mask = (uint32_t)(n_columns - 1);
    int64_t found = 0;
    for (int64_t t = 0; t < n; t++) {
        uint32_t column = tokens[t] & mask;
        columns[found] = (int32_t)column; /* overwritten by the next token if this column is not new */
        found += table[column] == 0;
        table[column] = (uint16_t)(table[column] + (table[column] < MOST_COUNTED));
    }
    for (int64_t k = 0; k < found; k++) {
        counts[k] = table[columns[k]];
        table[columns[k]] = 0;
    }
    return found;
}

/* Adds one field's weights, each times its dampened count, scaled to unit length. */
static void add_terms(const Linear *linear, const int32_t *columns, const int32_t *counts, int64_t n,
                      double *odds) {
    double sums[PAGE_LANES] = {0.0};
    for (int64_t k = 0; k < n; k++) {
        if (k + AHEAD < n) __builtin_prefetch(linear->rows + (int64_t)columns[k + AHEAD] * PAGE_LANES);
        const float *row = linear->rows + (int64_t)columns[k] * PAGE_LANES;
        double term = linear->dampened[counts[k] - 1];
        for (int64_t lane = 0; lane < PAGE_LANES - 1; lane++) sums[lane] += term * row[lane];
        sums[PAGE_LANES - 1] += term * term * row[PAGE_LANES - 1];
    }
    double square = sums[PAGE_LANES - 1];
    double norm = square > 0.0 ? sqrt(square) : 1.0;
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) odds[k] += sums[k] / norm;
}

/* Counts how often each column occurs on a page, field by field; returns how many columns there are. */
static int64_t count_terms(const uint32_t *tokens, const int64_t *ends, int64_t n, int64_t n_columns, int32_t *columns,
                           int32_t *counts, int64_t *field_ends) {
    uint16_t *table = calloc((size_t)n_columns, sizeof *table);
    if (!table) return OUT_OF_MEMORY;
    int64_t first = 0, found = 0;
    for (int64_t part = 0; part < N_FIELDS; part++) {
        int64_t last = n > 0 ? ends[(part + 1) * n - 1] : 0;
        found += count_field(tokens + first, last - first, n_columns, table, columns + found, counts + found);
        field_ends[part] = found;
        first = last;
    }
    free(table);
    return found;
}

/* There is room for one column more than there are tokens. */
EXPORT int64_t cd_count_terms(const uint32_t *tokens, const int64_t *ends, int64_t n, int64_t n_columns,
                              int32_t *columns, int32_t *counts, int64_t *field_ends) {
    return count_terms(tokens, ends, n, n_columns, columns, counts, field_ends);
}

int64_t score_page(const Linear *linear, const Page *page, float *log_types) {
    int64_t n = page->n_blocks, n_tokens = n > 0 ? page->ends[N_FIELDS * n - 1] : 0, field_ends[N_FIELDS];
    int32_t *columns = malloc((2 * (size_t)n_tokens + 1) * sizeof *columns);
    if (!columns) return OUT_OF_MEMORY;
    int32_t *counts = columns + n_tokens + 1;
    int64_t found = count_terms(page->tokens, page->ends, n, linear->n_rows, columns, counts, field_ends);
    double odds[N_PAGE_TYPES], total = 0.0;
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) odds[k] = linear->intercepts[k];
    for (int64_t part = 0; part < N_FIELDS && found >= 0; part++) {
        int64_t first = part > 0 ? field_ends[part - 1] : 0;
        add_terms(linear, columns + first, counts + first, field_ends[part] - first, odds);
    }
    free(columns);
    double most = odds[0];
    for (int64_t k = 1; k < N_PAGE_TYPES; k++) most = odds[k] > most ? odds[k] : most;
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) total += cd_exp(odds[k] -= most);
    double log_total = cd_log(total);
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) log_types[k] = (float)(odds[k] - log_total);
    return found < 0 ? OUT_OF_MEMORY : 0;
}

EXPORT void cd_score_blocks(const uint8_t *linear, const uint32_t *tokens, const int64_t *ends, int64_t n, float *own,
                            float *by_field) {
    Page page = {.n_blocks = n, .tokens = tokens, .ends = ends};
    score_blocks((const Linear *)linear, &page, own, by_field);
}

EXPORT int64_t cd_score_page(const uint8_t *linear, const uint32_t *tokens, const int64_t *ends, int64_t n,
                             float *log_types) {
    Page page = {.n_blocks = n, .tokens = tokens, .ends = ends};
    return score_page((const Linear *)linear, &page, log_types);
}
