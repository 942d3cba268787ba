/* Reduces the words of texts to digests and keys in one pass, for signing.py. */
#include "duplicates.h"

/* Some texts, and how their keys are made. */
typedef struct {
    const uint64_t *words;
    const int64_t *bounds;
    const uint32_t *shingles;
    const int64_t *shingle_bounds;
    Permutations permutations;
    int64_t bands, rows;
    RunSizes passages;
    int64_t window;
} Signing;

/* Writes the keys of text t: of its bands and passages, or of its digest if it has no shingles. */
static int64_t text_keys(const Signing *signing, int64_t t, uint64_t digest, LeastValues *sign, uint64_t *scratch,
                         uint64_t *keys) {
    const int64_t *bounds = signing->bounds, *shingle_bounds = signing->shingle_bounds;
    if (shingle_bounds[t] == shingle_bounds[t + 1]) {
        keys[0] = key_of(digest);
        return digest != 0;
    }
    uint32_t *signature = (uint32_t *)scratch;
    sign(signing->shingles + shingle_bounds[t], shingle_bounds[t + 1] - shingle_bounds[t], &signing->permutations,
         signature);
    cut_bands(signature, signing->bands, signing->rows, keys);
    int64_t found = choose_passages(signing->words + bounds[t], bounds[t + 1] - bounds[t], signing->passages,
                                    signing->window, scratch, keys + signing->bands);
    return found < 0 ? found : found + signing->bands;
}

/* Fills in digests and keys; returns the number of keys. */
EXPORT int64_t cd_sign_words(const uint64_t *words, const int64_t *bounds, const uint32_t *shingles,
                             const int64_t *shingle_bounds, int64_t n_texts, const uint32_t *factors,
                             const uint32_t *summands, int64_t n_values, int64_t bands, int64_t rows, int64_t length,
                             int64_t characters, int64_t window, uint64_t *digests, uint64_t *keys,
                             int64_t *key_bounds) {
    Signing signing = {words,         bounds, shingles, shingle_bounds, {factors, summands, n_values}, bands, rows,
                       {length, characters}, window};
    int64_t longest = 0, n = 0;
    for (int64_t t = 0; t < n_texts; t++) longest = max_i64(longest, bounds[t + 1] - bounds[t]);
    uint64_t *scratch = malloc((size_t)max_i64(longest + 1, n_values) * sizeof *scratch);
    if (!scratch) return OUT_OF_MEMORY;
    LeastValues *sign = least_values();
    key_bounds[0] = 0;
    for (int64_t t = 0; t < n_texts; t++) {
        digests[t] = text_digest(words + bounds[t], bounds[t + 1] - bounds[t]);
        int64_t found = text_keys(&signing, t, digests[t], sign, scratch, keys + n);
        if (found < 0) n = found;
        if (found < 0) break;
        key_bounds[t + 1] = n += found;
    }
    free(scratch);
    return n;
}
