/* Linear models over hashed TF-IDF, see hashed_linear.py. */
#include "model.h"

/* Tokens ahead of the one that is added whose row is fetched into the cache: rows lie anywhere in 17 MB. */
#define AHEAD 128

/* Counts above it weigh the same. */
#define MOST_COUNTED 256

EXPORT int64_t cd_linear_size(void) { return sizeof(Linear); }

EXPORT void cd_set_linear(uint8_t *out, const float *rows, const float *intercepts, const double *dampened,
                          int64_t n_rows, int64_t lanes, int64_t n_classes) {
    *(Linear *)out = (Linear){rows, intercepts, dampened, n_rows, lanes, n_classes};
}

/* Returns the value of a finite number of 16 bits: exponent and fraction are shifted to their places in one of 32. */
INLINE float half_value(uint16_t half) {
    uint32_t bits = (uint32_t)(half & 0x7FFF) << 13, sign = (uint32_t)(half & 0x8000) << 16, scale = UINT32_C(0x77800000);
    float value, factor; /* the factor is 2^112 */
    memcpy(&value, &bits, sizeof value);
    memcpy(&factor, &scale, sizeof factor);
    value *= factor;
    memcpy(&bits, &value, sizeof bits);
    bits |= sign;
    memcpy(&value, &bits, sizeof value);
    return value;
}

INLINE void fill_lanes(const uint16_t *idf, const uint16_t *weights, int64_t n_rows, int64_t n_classes, int64_t lanes,
                       float *rows) {
    uint16_t row[MOST_LANES] = {0};
    for (int64_t r = 0; r < n_rows; r++, rows += lanes) {
        float by = half_value(idf[r]);
        memcpy(row, weights + r * n_classes, (size_t)n_classes * sizeof *row);
        for (int64_t k = 0; k < lanes; k++) rows[k] = half_value(row[k]) * by;
        rows[lanes - 1] = by * by;
    }
}

INLINE void fill_rows_of(const uint16_t *idf, const uint16_t *weights, int64_t n_rows, int64_t n_classes, int64_t lanes,
                         float *rows) {
    if (lanes == MOST_LANES) /* constants, for vectors */
        fill_lanes(idf, weights, n_rows, n_classes, MOST_LANES, rows);
    else
        fill_lanes(idf, weights, n_rows, n_classes, PAGE_LANES, rows);
}

WITH_VECTORS(void, fill_rows,
             (const uint16_t *idf, const uint16_t *weights, int64_t n_rows, int64_t n_classes, int64_t lanes, float *rows),
             (idf, weights, n_rows, n_classes, lanes, rows))

/* Fills the rows of a model whose weights and idf are finite numbers of 16 bits. */
EXPORT void cd_fill_rows(const uint16_t *idf, const uint16_t *weights, int64_t n_rows, int64_t n_classes, int64_t lanes,
                         float *rows) {
    fill_rows(idf, weights, n_rows, n_classes, lanes, rows);
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

/* Adds one field of a block to the block's scores; returns the share of each group in `by_field`. */
INLINE void add_field(const float *sums, int64_t lanes, double *total, float *by_field, int64_t n_groups) {
    float square = sums[lanes - 1];
    double norm = sqrt((double)square), shares[MOST_LANES];
    bool there = square > 0.0F;
    for (int64_t k = 0; k < lanes; k++) shares[k] = sums[k] / norm;
    for (int64_t k = 0; k < lanes && there; k++) total[k] += shares[k];
    for (int64_t k = 0; k < n_groups; k++) by_field[k] = there ? (float)shares[k] : 0.0F;
}

#define WIDTH 4
#define TARGET
#define FLOATS Floats4
#define HALVES Floats2
#define DOUBLES Doubles2
#define SCORE score_by4
#define SCORE_BLOCKS score_blocks4
#define ADD_TERMS add_terms4
#include "hashed_linear_rows.h"

#if HAS_WIDE_VECTORS
#define WIDTH 8
#define TARGET WIDE_VECTORS
#define FLOATS Floats8
#define HALVES Floats4Of8
#define DOUBLES Doubles4
#define SCORE score_by8
#define SCORE_BLOCKS score_blocks8
#define ADD_TERMS add_terms8
#include "hashed_linear_rows.h"

#define WIDTH 16
#define TARGET WIDER_VECTORS
#define FLOATS Floats16
#define HALVES Floats8Of16
#define DOUBLES Doubles8
#define SCORE score_by16
#define SCORE_BLOCKS score_blocks16
#define ADD_TERMS add_terms16
#include "hashed_linear_rows.h"
#endif

void score_blocks(const Linear *linear, const Page *page, float *own, float *by_field) {
#if HAS_WIDE_VECTORS
    if (vector_width() == BITS_512 && linear->lanes == MOST_LANES) {
        score_blocks16(linear, page, own, by_field);
        return;
    }
    if (vector_width() >= BITS_256) {
        score_blocks8(linear, page, own, by_field);
        return;
    }
#endif
    score_blocks4(linear, page, own, by_field);
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

static void add_terms(const Linear *linear, const int32_t *columns, const int32_t *counts, int64_t n, double *odds) {
#if HAS_WIDE_VECTORS
    if (vector_width() == BITS_512) {
        add_terms16(linear, columns, counts, n, odds);
        return;
    }
    if (vector_width() == BITS_256) {
        add_terms8(linear, columns, counts, n, odds);
        return;
    }
#endif
    add_terms4(linear, columns, counts, n, odds);
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

/* Adds a page's fields to the odds, one after the other, so that little memory is touched. */
static bool add_fields(const Linear *linear, const Page *page, double *odds) {
    int64_t n = page->n_blocks, most = 0, first = 0;
    for (int64_t part = 0; part < N_FIELDS && n > 0; part++) {
        int64_t last = page->ends[(part + 1) * n - 1];
        most = max_i64(most, last - first);
        first = last;
    }
    int32_t *columns = malloc((2 * (size_t)most + 1) * sizeof *columns), *counts = columns + most + 1;
    uint16_t *table = calloc((size_t)linear->n_rows, sizeof *table);
    first = 0;
    for (int64_t part = 0; part < N_FIELDS && n > 0 && columns && table; part++) {
        int64_t last = page->ends[(part + 1) * n - 1];
        int64_t found = count_field(page->tokens + first, last - first, linear->n_rows, table, columns, counts);
        add_terms(linear, columns, counts, found, odds);
        first = last;
    }
    bool done = columns && table;
    free(columns);
    free(table);
    return done;
}

int64_t score_page(const Linear *linear, const Page *page, float *log_types) {
    double odds[N_PAGE_TYPES], total = 0.0;
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) odds[k] = linear->intercepts[k];
    if (!add_fields(linear, page, odds)) return OUT_OF_MEMORY;
    double most = odds[0];
    for (int64_t k = 1; k < N_PAGE_TYPES; k++) most = odds[k] > most ? odds[k] : most;
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) total += cd_exp(odds[k] -= most);
    double log_total = cd_log(total);
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) log_types[k] = (float)(odds[k] - log_total);
    return 0;
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
