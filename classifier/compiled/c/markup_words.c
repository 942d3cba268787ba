/* Splits class names and link targets into words and hashes them, a whole page in one pass; see markup_words.py. */
#include "features.h"

enum { OTHER, LOWER, UPPER, DIGIT };

/* Outside A to Z, a to z and 0 to 9 all bytes are alike, so that UTF-8 gives the same words as code points. */
INLINE int kind_of(uint8_t byte) {
    if ((uint8_t)(byte - 'a') < 26) return LOWER;
    if ((uint8_t)(byte - 'A') < 26) return UPPER;
    return (uint8_t)(byte - '0') < 10 ? DIGIT : OTHER;
}

/* Returns where the word that starts here ends: it is letters of one case, or a capital before small ones. */
INLINE int64_t word_end(const uint8_t *bytes, int64_t start, int64_t end) {
    int kind = kind_of(bytes[start]);
    int64_t at = start + 1;
    if (kind == UPPER && at < end && kind_of(bytes[at]) == LOWER) kind = LOWER;
    while (at < end && kind_of(bytes[at]) == kind) at++;
    return at;
}

/* As hash_ignoring_case() of core.h. */
INLINE uint64_t hash_word(const uint8_t *bytes, int64_t start, int64_t end) {
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (int64_t at = start; at < end; at++) {
        uint8_t byte = bytes[at];
        h = (h ^ (uint8_t)(byte + ((uint8_t)(byte - 'A') < 26) * 32)) * UINT64_C(0x100000001B3);
    }
    return h;
}

/* A place in the table of texts that came before, by a text's size and last bytes. */
INLINE int64_t place_of(const uint8_t *text, int64_t size) {
    uint32_t last = 0, middle = 0;
    memcpy(&last, text + max_i64(size - 4, 0), (size_t)min_i64(size, 4));
    memcpy(&middle, text + size / 2, (size_t)min_i64(size - size / 2, 4));
    return (int64_t)(mix32((last * 31 + middle) * 31 + (uint32_t)size) & (SEEN - 1));
}

INLINE int64_t start_of(const Texts *texts, int64_t k) { return k > 0 ? texts->ends[k - 1] : texts->start; }

/* Returns the number of a text before this one that is the same, or -1. Markup repeats its names and links, and
   comparing is faster than hashing. Of many texts with one place the last alone is found, so that time stays linear. */
INLINE int64_t seen_before(const Texts *texts, int64_t k, int32_t *seen) {
    int64_t start = start_of(texts, k), size = texts->ends[k] - start;
    int32_t *place = seen + place_of(texts->bytes + start, size);
    int64_t other = *place;
    *place = (int32_t)k;
    if (other < 0) return -1;
    int64_t other_start = start_of(texts, other);
    bool same = texts->ends[other] - other_start == size;
    return same && memcmp(texts->bytes + other_start, texts->bytes + start, (size_t)size) == 0 ? other : -1;
}

INLINE void forget(int32_t *seen) { memset(seen, 0xFF, SEEN * sizeof *seen); }

/* Writes the hashes of a text again. */
INLINE int64_t copy_hashes(uint64_t *out, int64_t n, const int64_t *out_ends, int64_t other) {
    for (int64_t k = other > 0 ? out_ends[other - 1] : 0; k < out_ends[other]; k++) out[n++] = out[k];
    return n;
}

static int64_t name_words(const uint8_t *bytes, int64_t start, int64_t end, uint64_t *out) {
    int64_t n = 0;
    for (int64_t at = start; at < end && n < MAX_NAME_WORDS;) {
        int kind = kind_of(bytes[at]);
        if (kind == OTHER || kind == DIGIT) {
            at++;
            continue;
        }
        int64_t stop = word_end(bytes, at, end);
        if (stop - at >= 2) out[n++] = hash_word(bytes, at, stop);
        at = stop;
    }
    return n;
}

/* Hashes the words of class names and ids; texts whose span of blocks is empty count as empty. */
int64_t hash_names(Texts texts, const int64_t *spans, int32_t *seen, uint64_t *out, int64_t *out_ends) {
    int64_t n = 0;
    forget(seen);
    for (int64_t k = 0; k < texts.n; k++) {
        if (spans == NULL || spans[2 * k] < spans[2 * k + 1]) {
            int64_t other = seen_before(&texts, k, seen);
            if (other >= 0) {
                n = copy_hashes(out, n, out_ends, other);
            } else {
                n += name_words(texts.bytes, start_of(&texts, k), texts.ends[k], out + n);
            }
        }
        out_ends[k] = n;
    }
    return n;
}

/* Returns where a target's path starts, after the host if it names one. */
INLINE int64_t path_start(const uint8_t *bytes, int64_t start, int64_t end) {
    for (int64_t at = start; at < end - 1; at++) {
        if (bytes[at] == '/' && bytes[at + 1] == '/') {
            at += 2;
            while (at < end && bytes[at] != '/') at++;
            return at;
        }
        if (bytes[at] == '/' || bytes[at] == '?' || bytes[at] == '#') return start;
    }
    return start;
}

static int64_t href_words(const uint8_t *bytes, int64_t start, int64_t end, uint64_t *out) {
    if (end == start) return 0;
    int64_t at = path_start(bytes, start, end), n = 0, words = 0;
    bool absolute = at > start;
    while (at < end) {
        int kind = kind_of(bytes[at]);
        bool mark = bytes[at] == '#' || bytes[at] == '?';
        int64_t stop = kind == OTHER ? at + 1 : word_end(bytes, at, end);
        int64_t least = kind == DIGIT ? 4 : 2;
        if (mark || (kind != OTHER && stop - at >= least)) {
            if (words < MAX_HREF_WORDS) out[n++] = hash_word(bytes, at, stop);
            words++;
        }
        at = stop;
    }
    out[n++] = (uint64_t)((min_i64(words, 12) * 2 + absolute) * 128 + min_i64(bytes[start], 127));
    return n;
}

/* Fills the remainders of CRC-32 (IEEE 802.3, reflected) for each byte, then with one, two, three bytes after it. */
static void fill_remainders(uint32_t (*table)[256]) {
    table[0][0] = 0;
    uint32_t value = 1;
    for (int bit = 128; bit > 0; bit >>= 1) {
        value = value >> 1 ^ (value & 1 ? UINT32_C(0xEDB88320) : 0);
        for (int at = 0; at < 256; at += 2 * bit) table[0][at + bit] = table[0][at] ^ value;
    }
    for (int after = 1; after < 4; after++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t before = table[after - 1][byte];
            table[after][byte] = before >> 8 ^ table[0][before & 255];
        }
    }
}

/* The CRC-32 of a text in which lone surrogates, which have no UTF-8, are question marks; ASCII by four bytes. */
static uint32_t checksum(const uint8_t *bytes, int64_t start, int64_t end, uint32_t (*table)[256]) {
    uint32_t crc = UINT32_C(0xFFFFFFFF);
    for (int64_t at = start; at < end;) {
        const uint8_t *b = bytes + at;
        if (at + 4 <= end && ((b[0] | b[1] | b[2] | b[3]) & 0x80) == 0) {
            crc ^= (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
            crc = table[3][crc & 255] ^ table[2][crc >> 8 & 255] ^ table[1][crc >> 16 & 255] ^ table[0][crc >> 24];
            at += 4;
            continue;
        }
        bool is_surrogate = b[0] == 0xED && at + 2 < end && b[1] >= 0xA0;
        crc = crc >> 8 ^ table[0][(crc ^ (is_surrogate ? '?' : b[0])) & 255];
        at += is_surrogate ? 3 : 1;
    }
    return ~crc;
}

/* Hashes what a link points to without its fragment, 0 for nothing. */
INLINE uint64_t hash_target(const uint8_t *bytes, int64_t start, int64_t end, uint32_t (*table)[256]) {
    if (start == end) return 0;
    const uint8_t *mark = memchr(bytes + start, '#', (size_t)(end - start));
    return checksum(bytes, start, mark ? mark - bytes : end, table);
}

/* Hashes the words of link targets' paths, and of each target its number of words and its first character; and each
   target as a whole. */
int64_t hash_links(Texts texts, int32_t *seen, uint64_t *out, int64_t *out_ends, uint64_t *targets) {
    uint32_t table[4][256];
    int64_t n = 0;
    fill_remainders(table);
    forget(seen);
    for (int64_t k = 0; k < texts.n; k++) {
        int64_t other = seen_before(&texts, k, seen), start = start_of(&texts, k);
        if (other >= 0) {
            n = copy_hashes(out, n, out_ends, other);
            targets[k] = targets[other];
        } else {
            n += href_words(texts.bytes, start, texts.ends[k], out + n);
            targets[k] = hash_target(texts.bytes, start, texts.ends[k], table);
        }
        out_ends[k] = n;
    }
    return n;
}

/* Hashes the words of texts on their own, and as targets where they are links; returns how many, -2 where the ends do
   not rise to `size`. */
EXPORT int64_t cd_markup_words(const uint8_t *bytes, int64_t size, const int64_t *ends, int64_t n, int64_t links,
    uint64_t *out, int64_t *out_ends, uint64_t *targets) {
    int32_t seen[SEEN];
    for (int64_t k = 0; k < n; k++) {
        if (ends[k] < (k > 0 ? ends[k - 1] : 0) || ends[k] > size) return -2;
    }
    Texts texts = {bytes, ends, 0, n};
    return links ? hash_links(texts, seen, out, out_ends, targets) : hash_names(texts, NULL, seen, out, out_ends);
}
