/* Finds bytes in a page; see streamed.py. */
#include "core.h"

enum { BLOCK = 64 };

/* Whether the two last bytes that are wanted are at one of BLOCK places. */
INLINE bool has_pair(const uint8_t *at, uint8_t first, uint8_t second) {
    uint8_t found = 0;
    for (int64_t k = 0; k < BLOCK; k++) found |= (at[k] == first) & (at[k + 1] == second);
    return found;
}

INLINE int64_t has_bytes_of(const uint8_t *in, int64_t n, const uint8_t *wanted, int64_t size) {
    for (int64_t first = 0; first + size <= n; first += BLOCK) {
        int64_t stop = min_i64(first + BLOCK, n - size + 1);
        bool is_whole = stop == first + BLOCK;
        if (is_whole && !has_pair(in + first + size - 2, wanted[size - 2], wanted[size - 1])) continue;
        for (int64_t at = first; at < stop; at++)
            if (memcmp(in + at, wanted, (size_t)size) == 0) return 1;
    }
    return 0;
}

WITH_VECTORS(int64_t, has_bytes, (const uint8_t *in, int64_t n, const uint8_t *wanted, int64_t size),
             (in, n, wanted, size))

/* Returns whether bytes contain others, which are at least two. */
EXPORT int64_t cd_has_bytes(const uint8_t *in, int64_t n, const uint8_t *wanted, int64_t size) {
    return has_bytes(in, n, wanted, size);
}
