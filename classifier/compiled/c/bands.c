/* Cuts signatures into keys, for bands.py. */
#include "duplicates.h"

void cut_bands(const uint32_t *signature, int64_t bands, int64_t rows, uint64_t *keys) {
    for (int64_t band = 0; band < bands; band++) {
        uint64_t h = (uint64_t)band + 1;
        for (int64_t k = band * rows; k < (band + 1) * rows; k++) h = scatter(h ^ signature[k]) + (uint64_t)band;
        keys[band] = key_of(h);
    }
}

EXPORT void cd_band_keys(const uint32_t *signatures, int64_t n_texts, int64_t n_values, int64_t bands, int64_t rows,
                         uint64_t *keys) {
    for (int64_t t = 0; t < n_texts; t++) cut_bands(signatures + t * n_values, bands, rows, keys + t * bands);
}
