/* Scores ROWS blocks by trees with vectors of 16 numbers, as trees_rows.h does with shorter ones. A tree's leaves fit into
   four vectors, so that picking them reads no memory. */
#include "model.h"

#if HAS_WIDE_VECTORS
#include <immintrin.h>

enum { WIDTH = 16, N_VECTORS = ROWS / WIDTH, PARTS = ROWS / 8 /* vectors of doubles */ };

/* Finds the leaf of each block in one tree, with the n tests from `first` on. */
WIDER_VECTORS INLINE void find_leaves16(int64_t n, const Ensembles *trees, int64_t first, const float *rows,
                                        __m512i *found) {
    __m512i ruled_out[N_VECTORS]; /* a bit for each leaf */
    for (int64_t v = 0; v < N_VECTORS; v++) ruled_out[v] = _mm512_setzero_si512();
    UNROLLED for (int64_t k = first; k < first + n; k++) {
        const float *values = rows + (int64_t)trees->columns[k] * ROWS;
        __m512 threshold = _mm512_set1_ps(trees->thresholds[k]);
        __m512i leaves = _mm512_set1_epi32((int)trees->masks[k]);
        for (int64_t v = 0; v < N_VECTORS; v++) {
            __mmask16 above = _mm512_cmp_ps_mask(_mm512_loadu_ps(values + WIDTH * v), threshold, _CMP_GT_OQ);
            ruled_out[v] = _mm512_mask_or_epi32(ruled_out[v], above, ruled_out[v], leaves);
        }
    }
    for (int64_t v = 0; v < N_VECTORS; v++) {
        __m512i above = _mm512_add_epi32(ruled_out[v], _mm512_set1_epi32(1));
        __m512i lowest = _mm512_andnot_si512(ruled_out[v], above);
        found[v] = _mm512_sub_epi32(_mm512_set1_epi32(31), _mm512_lzcnt_epi32(lowest));
    }
}

/* Adds one tree's n leaves, as found, to the sums. */
WIDER_VECTORS INLINE void add_leaves16(const double *from, int64_t n, const __m512i *found, __m512d *sums) {
    uint32_t there = n < 32 ? (1u << n) - 1 : UINT32_MAX;
    __m512d leaves[4];
    for (int k = 0; k < 4; k++) leaves[k] = _mm512_maskz_loadu_pd((__mmask8)(there >> 8 * k), from + 8 * k);
    for (int k = 0; k < PARTS; k++) {
        __m256i half = k & 1 ? _mm512_extracti64x4_epi64(found[k / 2], 1) : _mm512_castsi512_si256(found[k / 2]);
        __m512i leaf = _mm512_cvtepi32_epi64(half);
        __m512d value = _mm512_permutex2var_pd(leaves[0], leaf, leaves[1]);
        if (n > 16) {
            __mmask8 high = _mm512_test_epi64_mask(leaf, _mm512_set1_epi64(16));
            value = _mm512_mask_blend_pd(high, value, _mm512_permutex2var_pd(leaves[2], leaf, leaves[3]));
        }
        sums[k] = _mm512_add_pd(sums[k], value);
    }
}

WIDER_VECTORS void score_rows16(const Ensembles *trees, const float *packed, double *sums) {
    int64_t tree = 0;
    for (int64_t e = 0; e < trees->n_ensembles; e++, sums += ROWS) {
        __m512d totals[PARTS];
        for (int k = 0; k < PARTS; k++) totals[k] = _mm512_set1_pd(trees->baselines[e]);
        for (; tree < trees->ends[e]; tree++) {
            __m512i found[N_VECTORS];
            int64_t first = trees->firsts[tree], n_tests = trees->firsts[tree + 1] - first;
            CALL_WITH_N_TESTS(n_tests, find_leaves16, trees, first, packed, found)
            add_leaves16(trees->leaves + first + tree, n_tests + 1, found, totals);
        }
        for (int k = 0; k < PARTS; k++) _mm512_storeu_pd(sums + 8 * k, totals[k]);
    }
}
#endif
