/* Computes MinHash signatures, for minhash.py. */
#include "duplicates.h"

#define LANES 32 /* Permutations that stay in registers: four registers of AVX2 each for factors, summands, minima. */

INLINE void least_in_lanes(const uint32_t *restrict shingles, int64_t n, const Permutations *permutations,
                           uint32_t *restrict least) {
    for (int64_t first = 0; first < permutations->n; first += LANES) {
        int64_t used = min_i64(LANES, permutations->n - first);
        uint32_t factors[LANES] = {0}, summands[LANES] = {0}, lanes[LANES];
        memcpy(factors, permutations->factors + first, (size_t)used * sizeof *factors);
        memcpy(summands, permutations->summands + first, (size_t)used * sizeof *summands);
        for (int k = 0; k < LANES; k++) lanes[k] = EMPTY;
        for (int64_t i = 0; i < n; i++) {
            uint32_t h = mix32(shorten(shingles[i]));
            for (int k = 0; k < LANES; k++) {
                uint32_t value = factors[k] * h + summands[k];
                lanes[k] = value < lanes[k] ? value : lanes[k];
            }
        }
        memcpy(least + first, lanes, (size_t)used * sizeof *lanes);
    }
}

static void least_plain(const uint32_t *shingles, int64_t n, const Permutations *permutations, uint32_t *least) {
    least_in_lanes(shingles, n, permutations, least);
}

#if HAS_WIDE_VECTORS
WIDE_VECTORS static void least_wide(const uint32_t *shingles, int64_t n, const Permutations *permutations,
                                    uint32_t *least) {
    least_in_lanes(shingles, n, permutations, least);
}
#endif

LeastValues *least_values(void) {
#if HAS_WIDE_VECTORS
    if (CAN_WIDE_VECTORS()) return least_wide;
#endif
    return least_plain;
}

EXPORT void cd_minhash(const uint32_t *shingles, const int64_t *bounds, int64_t n_texts, const uint32_t *factors,
                       const uint32_t *summands, int64_t n_values, uint32_t *signatures) {
    Permutations permutations = {factors, summands, n_values};
    LeastValues *sign = least_values();
    for (int64_t t = 0; t < n_texts; t++) {
        sign(shingles + bounds[t], bounds[t + 1] - bounds[t], &permutations, signatures + t * n_values);
    }
}
