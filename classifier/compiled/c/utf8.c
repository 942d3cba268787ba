/* Counts the characters of bytes in UTF-8, which saves to decode them. */
#include "core.h"

INLINE int is_ascii(const uint8_t *bytes) {
    uint64_t w[4];
    memcpy(w, bytes, 32);
    return ((w[0] | w[1] | w[2] | w[3]) & UINT64_C(0x8080808080808080)) == 0;
}

INLINE int follows(uint8_t byte) { return (byte & 0xC0) == 0x80; }

/* Says how many bytes the character has that begins with a byte outside ASCII; 0 if it is none of UTF-8: too long a form,
   a surrogate, above U+10FFFF, or cut off. */
INLINE int64_t size_at(const uint8_t *at, int64_t left) {
    uint8_t first = at[0];
    if (first < 0xC2 || first > 0xF4 || left < 2) return 0;
    uint8_t second = at[1];
    if (first < 0xE0) return follows(second) ? 2 : 0;
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high || left < 3 || !follows(at[2])) return 0;
    if (first < 0xF0) return 3;
    return left > 3 && follows(at[3]) ? 4 : 0;
}

/* Returns the number of characters; -1 if the bytes are not UTF-8. */
EXPORT int64_t cd_count_utf8(const uint8_t *bytes, int64_t n) {
    int64_t count = 0, i = 0;
    while (i < n) {
        int64_t start = i;
        while (n - i >= 32 && is_ascii(bytes + i)) i += 32;
        while (i < n && bytes[i] < 0x80) i++;
        count += i - start;
        if (i == n) break;
        int64_t size = size_at(bytes + i, n - i);
        if (size == 0) return -1;
        i += size;
        count++;
    }
    return count;
}
