/* Scores ROWS blocks by trees, with vectors of WIDTH numbers. trees.c includes this once for each width, with names for
   the types and functions in macros, and TARGET for the processor. No guard for that reason. */

typedef float FLOATS __attribute__((vector_size(4 * WIDTH), aligned(4)));
typedef int32_t INTS __attribute__((vector_size(4 * WIDTH), aligned(4)));

/* Returns the number of the lowest bit that is not set: the exponent of that bit's value as a float. */
TARGET INLINE INTS LOWEST_UNSET(INTS set) {
    INTS lowest = ~set & (set + 1);
    return ((INTS)__builtin_convertvector(lowest, FLOATS) >> 23 & 255) - 127;
}

/* Finds the leaf of each block in one tree, the tests `first` to `last`, for four vectors of blocks. */
TARGET INLINE void FIND_LEAVES(const Ensembles *trees, int64_t first, int64_t last, const float *table, int64_t stride,
                               int32_t *found) {
    INTS a = {0}, b = {0}, c = {0}, d = {0}; /* a bit for each leaf that is ruled out */
    for (int64_t k = first; k < last; k++) {
        const FLOATS *values = (const FLOATS *)(table + trees->columns[k] * stride);
        float threshold = trees->thresholds[k];
        int32_t leaves = (int32_t)trees->masks[k];
        a |= (values[0] > threshold) & leaves;
        b |= (values[1] > threshold) & leaves;
        c |= (values[2] > threshold) & leaves;
        d |= (values[3] > threshold) & leaves;
    }
    INTS *out = (INTS *)found;
    out[0] = LOWEST_UNSET(a);
    out[1] = LOWEST_UNSET(b);
    out[2] = LOWEST_UNSET(c);
    out[3] = LOWEST_UNSET(d);
}

TARGET static void SCORE_ROWS(const Ensembles *trees, const float *table, int64_t stride, int64_t first, double *sums) {
    int32_t found[ROWS];
    int64_t tree = 0;
    table += first;
    for (int64_t e = 0; e < trees->n_ensembles; e++, sums += ROWS) {
        for (int64_t r = 0; r < ROWS; r++) sums[r] = trees->baselines[e];
        for (; tree < trees->ends[e]; tree++) {
            int64_t begin = trees->firsts[tree], end = trees->firsts[tree + 1];
            for (int64_t r = 0; r < ROWS; r += 4 * WIDTH) FIND_LEAVES(trees, begin, end, table + r, stride, found + r);
            const double *leaves = trees->leaves + begin + tree;
            for (int64_t r = 0; r < ROWS; r++) sums[r] += leaves[found[r]];
        }
    }
}

#undef WIDTH
#undef TARGET
#undef FLOATS
#undef INTS
#undef LOWEST_UNSET
#undef FIND_LEAVES
#undef SCORE_ROWS
