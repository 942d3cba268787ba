/* Finds which part of an article an element is, by the words of its class names and ids; see part_names.py. */
#include "features.h"

/* Fills a bit for each of PART_NAMES, by element. */
void parts_by_name(const uint64_t *names, const int64_t *ends, int64_t n, const uint64_t *keys, const uint8_t *bits,
    uint8_t *out) {
    int64_t k = 0;
    for (int64_t element = 0; element < n; element++) {
        uint8_t found = 0;
        for (; k < ends[element]; k++) {
            uint64_t place = names[k] & (PART_PLACES - 1);
            while (keys[place] != names[k] && keys[place] != 0) place = (place + 1) & (PART_PLACES - 1);
            found |= bits[place];
        }
        out[element] = found;
    }
}

/* `keys` has at least one place without a word. Returns -2 where the ends do not rise to the number of names. */
EXPORT int64_t cd_parts_by_name(const uint64_t *names, int64_t n_names, const int64_t *ends, int64_t n,
    const uint64_t *keys, const uint8_t *bits, uint8_t *out) {
    int64_t before = 0;
    for (int64_t element = 0; element < n; element++) {
        if (ends[element] < before) return -2;
        before = ends[element];
    }
    if (before > n_names) return -2;
    parts_by_name(names, ends, n, keys, bits, out);
    return n;
}
