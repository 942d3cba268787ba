/* Sums up rows of a linear model with vectors of WIDTH numbers. hashed_linear.c includes this once for each width, with names
   for the types and functions in macros, and TARGET for the processor. No guard for that reason. */

typedef float FLOATS __attribute__((vector_size(4 * WIDTH), aligned(4)));
typedef float HALVES __attribute__((vector_size(2 * WIDTH), aligned(4)));
typedef double DOUBLES __attribute__((vector_size(4 * WIDTH), aligned(8)));

TARGET INLINE void SCORE(const Linear *linear, const Page *page, int64_t lanes, float *own, float *by_field) {
    int64_t n = page->n_blocks, n_classes = linear->n_classes, n_groups = min_i64(n_classes, N_GROUPS);
    uint32_t mask = (uint32_t)(linear->n_rows - 1);
    int64_t begins[N_FIELDS] = {0};
    for (int64_t part = 1; part < (n > 0 ? N_FIELDS : 0); part++) begins[part] = page->ends[part * n - 1];
    for (int64_t b = 0; b < n; b++) {
        double total[MOST_LANES] = {0.0};
        for (int64_t part = 0; part < N_FIELDS; part++) {
            const uint32_t *tokens = page->tokens + begins[part];
            int64_t count = page->ends[part * n + b] - begins[part];
            int64_t left = page->ends[(part + 1) * n - 1] - begins[part];
            FLOATS sums[MOST_LANES / WIDTH] = {{0}};
            for (int64_t t = 0; t < count; t++) {
                if (t + AHEAD < left) __builtin_prefetch(linear->rows + (int64_t)(tokens[t + AHEAD] & mask) * lanes);
                const FLOATS *row = (const FLOATS *)(linear->rows + (int64_t)(tokens[t] & mask) * lanes);
                for (int64_t q = 0; q < lanes / WIDTH; q++) sums[q] += row[q];
            }
            add_field((const float *)sums, lanes, total, by_field + (b * N_FIELDS + part) * n_groups, n_groups);
            begins[part] += count;
        }
        for (int64_t k = 0; k < n_classes; k++) own[b * n_classes + k] = (float)(total[k] + linear->intercepts[k]);
    }
}

TARGET static void SCORE_BLOCKS(const Linear *linear, const Page *page, float *own, float *by_field) {
    if (WIDTH > PAGE_LANES || linear->lanes == MOST_LANES) /* a model of few classes has shorter rows */
        SCORE(linear, page, MOST_LANES, own, by_field);
    else
        SCORE(linear, page, PAGE_LANES, own, by_field);
}

/* Adds one field's weights, each times its dampened count, scaled to unit length. */
TARGET static void ADD_TERMS(const Linear *linear, const int32_t *columns, const int32_t *counts, int64_t n,
                             double *odds) {
    enum { PARTS = 2 * PAGE_LANES / WIDTH, LAST = WIDTH / 2 - 1 };
    DOUBLES sums[PARTS];
    for (int64_t q = 0; q < PARTS; q++) sums[q] = (DOUBLES){0};
    for (int64_t k = 0; k < n; k++) {
        if (k + AHEAD < n) __builtin_prefetch(linear->rows + (int64_t)columns[k + AHEAD] * PAGE_LANES);
        const HALVES *row = (const HALVES *)(linear->rows + (int64_t)columns[k] * PAGE_LANES);
        double term = linear->dampened[counts[k] - 1];
        DOUBLES factors = (DOUBLES){0} + term;
        for (int64_t q = 0; q < PARTS; q++) {
            if (q == PARTS - 1) factors[LAST] = term * term;
            sums[q] += factors * __builtin_convertvector(row[q], DOUBLES);
        }
    }
    const double *lanes = (const double *)sums;
    double square = lanes[PAGE_LANES - 1];
    double norm = square > 0.0 ? sqrt(square) : 1.0;
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) odds[k] += lanes[k] / norm;
}

#undef WIDTH
#undef TARGET
#undef FLOATS
#undef HALVES
#undef DOUBLES
#undef SCORE
#undef SCORE_BLOCKS
#undef ADD_TERMS
