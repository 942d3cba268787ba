/* Scores ROWS blocks by trees, with vectors of WIDTH numbers. trees.c includes this once for each width, with names for
   the types and functions in macros, and TARGET for the processor. No guard for that reason. */

typedef float FLOATS __attribute__((vector_size(4 * WIDTH), aligned(4)));
typedef int32_t INTS __attribute__((vector_size(4 * WIDTH), aligned(4)));

/* Returns the number of the lowest bit that is not set: the exponent of that bit's value as a float. */
TARGET INLINE INTS LOWEST_UNSET(INTS set) {
    INTS lowest = ~set & (set + 1);
    return ((INTS)__builtin_convertvector(lowest, FLOATS) >> 23 & 255) - 127;
}

/* Finds the leaf of each block in one tree, with the n tests from `first` on, for four vectors of blocks. */
TARGET INLINE void FIND_LEAVES(int64_t n, const Ensembles *trees, int64_t first, const float *rows, int32_t *found) {
    INTS ruled_out[ROWS / WIDTH] = {{0}}; /* a bit for each leaf */
    UNROLLED for (int64_t k = first; k < first + n; k++) {
        const FLOATS *values = (const FLOATS *)(rows + trees->columns[k] * ROWS);
        float threshold = trees->thresholds[k];
        int32_t leaves = (int32_t)trees->masks[k];
        for (int64_t v = 0; v < ROWS / WIDTH; v++) ruled_out[v] |= (values[v] > threshold) & leaves;
    }
    for (int64_t v = 0; v < ROWS / WIDTH; v++) ((INTS *)found)[v] = LOWEST_UNSET(ruled_out[v]);
}

TARGET static void SCORE_ROWS(const Ensembles *trees, const float *rows, uint32_t wanted, double *sums) {
    int32_t found[TREES_AT_ONCE * ROWS];
    int64_t tree = 0;
    for (int64_t e = 0; e < trees->n_ensembles; e++, sums += ROWS) {
        for (int64_t r = 0; r < ROWS; r++) sums[r] = trees->baselines[e];
        while (tree < trees->ends[e]) {
            int64_t count = min_i64(TREES_AT_ONCE, trees->ends[e] - tree);
            for (int64_t t = 0; t < count; t++) {
                int64_t begin = trees->firsts[tree + t], end = trees->firsts[tree + t + 1];
                for (int64_t k = begin; k <= end; k += 8) __builtin_prefetch(trees->leaves + tree + t + k);
                CALL_WITH_N_TESTS(end - begin, FIND_LEAVES, trees, begin, rows, found + t * ROWS)
            }
            add_leaves(trees, tree, count, found, wanted, sums);
            tree += count;
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
