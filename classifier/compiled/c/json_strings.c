/* Decodes a string of JSON to UTF-8; see json_strings.py. */
#include "core.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

enum { NOT_PLAIN = -2, BLOCK = 64 };

/* Returns a bit for each of 64 bytes that is a control character, a quote, a backslash, or outside ASCII. */
INLINE uint64_t special_bytes(const uint8_t *in) {
    uint64_t found = 0;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
    for (int64_t k = 0; k < 4; k++) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(in + 16 * k));
        __m128i is_name = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
        __m128i is_other = _mm_cmplt_epi8(bytes, space); /* signed: bytes outside ASCII are below zero */
        found |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(is_name, is_other)) << 16 * k;
    }
#else
    for (int64_t k = 0; k < 8; k++) { /* 8 bytes at a time; the highest bit of each byte is its answer */
        uint64_t bytes, low;
        memcpy(&bytes, in + 8 * k, 8);
        low = bytes & EACH(0x7F);
        uint64_t is_plain = ((low ^ EACH('"')) + EACH(0x7F)) & ((low ^ EACH('\\')) + EACH(0x7F)) & (low + EACH(0x60));
        uint64_t bits = (~is_plain | bytes) & EACH(0x80);
        found |= ((bits >> 7) * UINT64_C(0x0102040810204080) >> 56) << 8 * k;
    }
#endif
    return found;
}

INLINE int64_t hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Returns the number in the four digits of an escape that starts here, or -1. */
INLINE int64_t escaped_unit(const uint8_t *in, int64_t n) {
    if (n < 6 || in[0] != '\\' || in[1] != 'u') return -1;
    int64_t unit = 0;
    for (int64_t k = 2; k < 6; k++) {
        int64_t digit = hex_digit(in[k]);
        if (digit < 0) return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

INLINE int64_t put_utf8(uint8_t *out, int64_t code) {
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    int64_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (int64_t k = n - 1; k > 0; k--, code >>= 6) out[k] = (uint8_t)(0x80 | (code & 0x3F));
    out[0] = (uint8_t)((n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0) | code);
    return n;
}

/* What a backslash and this character stand for; 0 for others. */
static const uint8_t MEANT[256] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f', ['n'] = '\n',
    ['r'] = '\r', ['t'] = '\t'};

/* Writes what an escape says and returns its size; `written` is the size of what it says. Returns 0 for half a surrogate
   pair, and for what is no escape. */
static int64_t read_escape(const uint8_t *in, int64_t n, uint8_t *out, int64_t *written) {
    *written = 1;
    if (n > 1 && (out[0] = MEANT[in[1]]) != 0) return 2;
    int64_t size = 6, code = escaped_unit(in, n);
    if (code >= 0xD800 && code < 0xDC00) {
        int64_t low = escaped_unit(in + 6, n - 6);
        if (low < 0xDC00 || low > 0xDFFF) return 0;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        size = 12;
    } else if (code < 0 || (code >= 0xDC00 && code < 0xE000)) {
        return 0;
    }
    *written = put_utf8(out, code);
    return size;
}

/* Returns the size of the character outside ASCII that starts here, or 0 if it is not valid UTF-8. */
INLINE int64_t character_size(const uint8_t *in, int64_t n) {
    uint8_t first = in[0];
    int64_t size = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (size == 0 || size > n) return 0;
    for (int64_t k = 1; k < size; k++)
        if ((in[k] & 0xC0) != 0x80) return 0;
    bool is_long = (first == 0xE0 && in[1] < 0xA0) || (first == 0xF0 && in[1] < 0x90);
    bool is_beyond = (first == 0xED && in[1] > 0x9F) || (first == 0xF4 && in[1] > 0x8F); /* surrogates, above U+10FFFF */
    return is_long || is_beyond ? 0 : size;
}

/* Decodes what begins here, and moves behind it; returns what it wrote, 0 at a quote, or NOT_PLAIN. */
static int64_t unescape_one(const uint8_t *in, int64_t n, int64_t *at, uint8_t *out) {
    const uint8_t *here = in + *at;
    int64_t left = n - *at, size = 1, written;
    if (here[0] == '\\') {
        size = read_escape(here, left, out, &written);
    } else if (here[0] >= 0x80) {
        size = written = character_size(here, left);
        for (int64_t k = 0; k < size; k++) out[k] = here[k];
    } else {
        out[0] = here[0];
        written = here[0] == '"' ? 0 : here[0] < 0x20 ? NOT_PLAIN : 1;
    }
    *at += size;
    return size == 0 ? NOT_PLAIN : written;
}

/* Decodes a string behind its first quote, and returns the number of bytes, or NOT_PLAIN; `at` moves behind its last quote. */
static int64_t unescape(const uint8_t *in, int64_t n, int64_t *at, uint8_t *out) {
    int64_t end = 0, written;
    while (*at < n) {
        while (*at + 2 * BLOCK <= n) { /* special bytes by number: their places do not wait for what is copied */
            const uint8_t *block = in + *at;
            int64_t done = 0, place = BLOCK;
            uint64_t special = special_bytes(block);
            while (special != 0) {
                place = __builtin_ctzll(special);
                uint8_t meant = MEANT[block[place + 1]];
                if (block[place] != '\\' || meant == 0) break;
                memcpy(out + end, block + done, BLOCK);
                end += place - done;
                out[end++] = meant;
                done = place + 2;
                special &= ~(UINT64_C(3) << place);
                place = BLOCK;
            }
            if (place > done) {
                memcpy(out + end, block + done, BLOCK);
                end += place - done;
                done = place;
            }
            *at += done;
            if (special != 0) break;
        }
        do { /* letters outside ASCII come in words */
            written = unescape_one(in, n, at, out + end);
            if (written <= 0) return written == 0 ? end : NOT_PLAIN;
            end += written;
        } while (*at < n && (in[*at] >= 0x80 || in[*at] == '\\'));
    }
    return NOT_PLAIN;
}

INLINE int64_t skip_space(const uint8_t *in, int64_t n, int64_t at) {
    while (at < n && (in[at] == ' ' || in[at] == '\t' || in[at] == '\n' || in[at] == '\r')) at++;
    return at;
}

/* Returns the place behind the string whose first quote is here, or n. */
static int64_t skip_string(const uint8_t *in, int64_t n, int64_t at) {
    int64_t start = at + 1;
    for (at = start; at < n; at++) {
        const uint8_t *quote = memchr(in + at, '"', (size_t)(n - at));
        if (quote == NULL) break;
        at = quote - in;
        int64_t slash = at;
        while (slash > start && in[slash - 1] == '\\') slash--;
        if ((at - slash) % 2 == 0) return at + 1;
    }
    return n;
}

/* Returns the place of the comma or the bracket behind the value that begins here, or n. */
static int64_t skip_value(const uint8_t *in, int64_t n, int64_t at) {
    for (int64_t depth = 0; at < n;) {
        uint8_t c = in[at];
        if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        at = c == '"' ? skip_string(in, n, at) : at + 1;
    }
    return n;
}

/* Finds the first member of an object in JSON that has this name, quotes included, and decodes its string into at most n
   bytes. Returns how many, or NOT_PLAIN where there is no such member, or its value is no string, is not valid UTF-8, or has
   control characters or half a surrogate pair. `place` is where the value starts and ends, quotes included. What is before it
   and behind it need not be JSON. `out` has room for 64 bytes more, which may be written. */
EXPORT int64_t cd_unescape_member(const uint8_t *in, int64_t n, const uint8_t *name, int64_t name_size, uint8_t *out,
    int64_t *place) {
    int64_t at = skip_space(in, n, 0);
    if (at >= n || in[at] != '{') return NOT_PLAIN;
    do {
        at = skip_space(in, n, at + 1);
        if (at >= n || in[at] != '"') return NOT_PLAIN;
        bool is_wanted = n - at >= name_size && memcmp(in + at, name, (size_t)name_size) == 0;
        at = skip_space(in, n, skip_string(in, n, at));
        if (at >= n || in[at] != ':') return NOT_PLAIN;
        at = skip_space(in, n, at + 1);
        if (is_wanted) {
            if (at >= n || in[at] != '"') return NOT_PLAIN;
            place[0] = at++;
            int64_t size = unescape(in, n, &at, out);
            place[1] = at;
            return size;
        }
        at = skip_value(in, n, at);
    } while (at < n && in[at] == ',');
    return NOT_PLAIN;
}
