/* Writes the blocks of a page as JSON; see json_blocks.py. */
#include "core.h"

enum { N_LABELS = 3, N_KINDS = 16, LONGEST_NUMBER = 24, BAD_BLOCK = -2 };

typedef struct {
    const uint8_t *start;
    int64_t size;
} Piece;

INLINE uint8_t *put(uint8_t *at, Piece piece) {
    memcpy(at, piece.start, (size_t)piece.size);
    return at + piece.size;
}

#define PUT(at, text) put(at, (Piece){(const uint8_t *)(text), sizeof(text) - 1})

INLINE uint8_t *put_number(uint8_t *at, uint32_t number) {
    uint8_t digits[10];
    int64_t n = 0;
    do digits[n++] = (uint8_t)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0) *at++ = digits[--n];
    return at;
}

/* Returns the number that starts at a place of a list in JSON, and moves the place behind the comma after it. */
INLINE Piece next_number(const uint8_t *list, int64_t size, int64_t *at) {
    int64_t start = *at, end = start;
    while (end < size && end - start < LONGEST_NUMBER && list[end] != ',' && list[end] != ']') end++;
    *at = end + 1;
    return (Piece){list + start, end - start};
}

INLINE Piece name_of(const uint8_t *names, const int64_t *ends, int64_t number) {
    int64_t start = number == 0 ? 0 : ends[number - 1];
    return (Piece){names + start, ends[number] - start};
}

/* Writes a list of objects, at most 256 bytes for each of n blocks and 2 more; returns the number of bytes, or BAD_BLOCK
   where a block has a label or a kind that there is not, or too few odds.

   `odds` is a list in JSON, of three numbers a block with at most 24 bytes each. `names` are those of the labels, then
   those of the kinds, with at most 14 bytes each. */
EXPORT int64_t cd_json_blocks(const int32_t *starts, const int32_t *ends, const int8_t *labels, const int8_t *kinds,
    int64_t n, const uint8_t *odds, int64_t odds_size, const uint8_t *names, const int64_t *name_ends, uint8_t *out) {
    uint8_t *at = PUT(out, "[");
    int64_t place = 1;
    for (int64_t i = 0; i < n; i++) {
        Piece p[N_LABELS];
        for (int64_t k = 0; k < N_LABELS; k++) p[k] = next_number(odds, odds_size, &place);
        bool is_known = labels[i] >= 0 && labels[i] < N_LABELS && kinds[i] >= 0 && kinds[i] < N_KINDS;
        if (!is_known || place > odds_size) return BAD_BLOCK;
        at = PUT(at, "{\"start\":");
        at = put_number(at, (uint32_t)starts[i]);
        at = PUT(at, ",\"end\":");
        at = put_number(at, (uint32_t)ends[i]);
        at = PUT(at, ",\"label\":\"");
        at = put(at, name_of(names, name_ends, labels[i]));
        at = PUT(at, "\",\"kind\":\"");
        at = put(at, name_of(names, name_ends, N_LABELS + kinds[i]));
        at = PUT(at, "\",\"confidence\":");
        at = put(at, p[labels[i]]);
        at = PUT(at, ",\"probabilities\":{\"body\":");
        at = put(at, p[0]);
        at = PUT(at, ",\"boilerplate\":");
        at = put(at, p[1]);
        at = PUT(at, ",\"teaser\":");
        at = put(at, p[2]);
        at = PUT(at, "}},");
    }
    if (n > 0) at--; /* the last comma */
    at = PUT(at, "]");
    return at - out;
}
