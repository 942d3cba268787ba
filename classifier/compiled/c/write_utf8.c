/* Encodes in UTF-8, see utf8.py. */
#include "core.h"

enum { AT_ONCE = 32 };
typedef uint16_t Pairs __attribute__((vector_size(2 * AT_ONCE), aligned(1)));
typedef uint8_t Bytes __attribute__((vector_size(AT_ONCE), aligned(1)));

INLINE bool are_ascii(const uint8_t *from) {
    uint64_t all = 0, four;
    for (int k = 0; k < 2 * AT_ONCE; k += 8) {
        memcpy(&four, from + k, sizeof four);
        all |= four;
    }
    return (all & UINT64_C(0xFF80FF80FF80FF80)) == 0;
}

/* Writes characters one by one; returns where they end, or NULL at a lone surrogate. */
INLINE uint8_t *put_each(uint8_t *out, const uint8_t *from, int64_t n) {
    for (int64_t k = 0; k < n; k++) {
        uint16_t p;
        memcpy(&p, from + 2 * k, sizeof p);
        if (p < 0x80) {
            *out++ = (uint8_t)p;
        } else if (p < 0x800) {
            *out++ = (uint8_t)(0xC0 | p >> 6);
            *out++ = (uint8_t)(0x80 | (p & 0x3F));
        } else if (p >= 0xD800 && p < 0xE000) {
            return NULL;
        } else {
            *out++ = (uint8_t)(0xE0 | p >> 12);
            *out++ = (uint8_t)(0x80 | (p >> 6 & 0x3F));
            *out++ = (uint8_t)(0x80 | (p & 0x3F));
        }
    }
    return out;
}

INLINE int64_t write_utf8_of(const uint8_t *from, int64_t n, uint8_t *out) {
    uint8_t *to = out;
    int64_t k = 0;
    while (k < n && to != NULL) {
        int64_t count = min_i64(AT_ONCE, n - k);
        if (count == AT_ONCE && are_ascii(from + 2 * k)) {
            Pairs pairs;
            memcpy(&pairs, from + 2 * k, sizeof pairs);
            Bytes bytes = __builtin_convertvector(pairs, Bytes);
            memcpy(to, &bytes, sizeof bytes);
            to += AT_ONCE;
        } else {
            to = put_each(to, from + 2 * k, count);
        }
        k += count;
    }
    return to == NULL ? -1 : to - out;
}

WITH_VECTORS(int64_t, write_utf8, (const uint8_t *from, int64_t n, uint8_t *out), (from, n, out))

/* Encodes n characters of two bytes each, which are at `address`; `out` has room for 3 * n bytes. Returns how many were
   written, or -1 where there are surrogates. */
EXPORT int64_t cd_write_utf8(uint64_t address, int64_t n, uint8_t *out) {
    return write_utf8((const uint8_t *)(uintptr_t)address, n, out);
}
