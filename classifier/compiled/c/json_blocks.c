/* Writes the blocks of a page as JSON; see json_blocks.py. */
#include "core.h"

enum { N_LABELS = 3, N_KINDS = 16, ROOM = 24, BAD_BLOCK = -2 };

typedef unsigned __int128 wide_t;

/* A number or a name, and bytes up to ROOM. */
typedef struct {
    const uint8_t *start;
    int64_t size;
} Piece;

INLINE uint8_t *put(uint8_t *at, Piece piece) {
    memcpy(at, piece.start, ROOM); /* so many are quicker than as many as there are */
    return at + piece.size;
}

INLINE uint8_t *put_all(uint8_t *at, const char *text, size_t size) {
    memcpy(at, text, size);
    return at + size;
}

#define PUT(at, text) put_all(at, text, sizeof(text) - 1)

INLINE uint8_t *put_number(uint8_t *at, uint32_t number) {
    uint8_t digits[10];
    int64_t n = 0;
    do digits[n++] = (uint8_t)('0' + number % 10);
    while ((number /= 10) > 0);
    while (n > 0) *at++ = digits[--n];
    return at;
}

/* Copies the number that starts at a place of a list in JSON, and moves the place behind the comma after it. */
static Piece next_number(const uint8_t *list, int64_t size, int64_t *at, uint8_t *out) {
    int64_t n = 0;
    while (*at < size && n < ROOM && list[*at] != ',' && list[*at] != ']') out[n++] = list[(*at)++];
    (*at)++;
    return (Piece){out, n};
}

/* Writes four times two digits. */
INLINE uint8_t *put_8_digits(uint8_t *at, uint32_t number) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
                                "4950515253545556575859606162636465666768697071727374757677787980818283848586878889909192939495969798"
                                "99";
    for (int64_t k = 3; k >= 0; k--, number /= 100) memcpy(at + 2 * k, pairs + 2 * (number % 100), 2);
    return at + 8;
}

INLINE bool is_short(double number) { return number >= 1e-5 && number < 1.0; }

/* Writes the shortest decimal that is read as this number, for which `is_short` is true; of several the closest. At most 23
   bytes, and up to 23 are written.

   With 10^scale between one and ten times 2^shift, the decimals of so many places are less than the width of the numbers'
   interval apart, and at most one in it ends with a zero. All is exact: 53 + 70 bits are below 128.
   Source: Raffaello Giulietti, The Schubfach way to render doubles, 2021. */
static uint8_t *put_short(uint8_t *at, double number) {
    static const uint64_t powers[] = {1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000};
    uint64_t bits;
    memcpy(&bits, &number, 8);
    const uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    const int64_t shift = 1075 - (int64_t)(bits >> 52), scale = shift * 30103 / 100000 + 1; /* from 53 to 69, from 16 to 21 */
    const wide_t width = (wide_t)powers[scale - 16] * UINT64_C(10000000000), scaled = width * mantissa; /* 2^shift times */
    const wide_t one = (wide_t)1 << shift, part = scaled & (one - 1);
    uint64_t digits = (uint64_t)(scaled >> shift);
    const uint64_t last = digits % 10;
    const wide_t below = last * one + part, above = 10 * one - below, reach = width / 2 + 1 - mantissa % 2;
    if (below < reach) digits -= last;
    else if (above < reach) digits += 10 - last;
    else digits += 2 * part > one || (2 * part == one && digits % 2 == 1);

    at = PUT(at, "0.00000");
    uint8_t *end = at + scale - 21;
    end[-1] = (uint8_t)('0' + digits / UINT64_C(10000000000000000)); /* before the last 16; the dot if there are no more */
    if (scale == 16) end[-1] = '.';
    digits %= UINT64_C(10000000000000000);
    end = put_8_digits(end, (uint32_t)(digits / 100000000));
    end = put_8_digits(end, (uint32_t)(digits % 100000000));
    while (end[-1] == '0') end--;
    return end;
}

/* Writes a list of objects, at most 256 bytes for each of n blocks and ROOM more; returns the number of bytes, or BAD_BLOCK
   where a block has a label or a kind that there is not, or too few odds.

   `odds` are three numbers a block, and `others` a list in JSON of those for which `is_short` is false, with at most 24 bytes
   each. `names` are those of the labels, then those of the kinds, ROOM bytes each, and `sizes` how many of these count. */
EXPORT int64_t cd_json_blocks(const int32_t *starts, const int32_t *ends, const int8_t *labels, const int8_t *kinds,
    int64_t n, const double *odds, const uint8_t *others, int64_t others_size, const uint8_t *names,
    const int64_t *sizes, uint8_t *out) {
    uint8_t *at = PUT(out, "[");
    int64_t place = 1;
    for (int64_t i = 0; i < n; i++) {
        uint8_t numbers[N_LABELS][ROOM];
        Piece p[N_LABELS];
        for (int64_t k = 0; k < N_LABELS; k++) {
            double number = odds[N_LABELS * i + k];
            p[k] = is_short(number) ? (Piece){numbers[k], put_short(numbers[k], number) - numbers[k]}
                                    : next_number(others, others_size, &place, numbers[k]);
        }
        bool is_known = labels[i] >= 0 && labels[i] < N_LABELS && kinds[i] >= 0 && kinds[i] < N_KINDS;
        if (!is_known || place > others_size) return BAD_BLOCK;
        at = PUT(at, "{\"start\":");
        at = put_number(at, (uint32_t)starts[i]);
        at = PUT(at, ",\"end\":");
        at = put_number(at, (uint32_t)ends[i]);
        at = PUT(at, ",\"label\":\"");
        at = put(at, (Piece){names + ROOM * labels[i], sizes[labels[i]]});
        at = PUT(at, "\",\"kind\":\"");
        const int64_t kind = N_LABELS + kinds[i];
        at = put(at, (Piece){names + ROOM * kind, sizes[kind]});
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
