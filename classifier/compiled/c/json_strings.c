/* Decodes a string of JSON to UTF-8; see json_strings.py. */
#include "core.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

enum { NOT_PLAIN = -2 };

/* Sets the highest bit of each byte that is a control character, a backslash, or outside ASCII; a byte after such a one may
   have it too. */
INLINE uint64_t special_bytes(uint64_t bytes) {
    uint64_t other = bytes ^ EACH('\\');
    return (bytes | (bytes - EACH(0x20)) | (other - EACH(1))) & EACH(0x80);
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

/* Writes what an escape says and returns its size; `written` is the size of what it says. Returns 0 for half a surrogate
   pair, and for what is no escape. */
static int64_t read_escape(const uint8_t *in, int64_t n, uint8_t *out, int64_t *written) {
    static const uint8_t names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    *written = 1;
    for (int64_t k = 0; n > 1 && names[k] != 0; k++) {
        if (in[1] == names[k]) {
            out[0] = meant[k];
            return 2;
        }
    }
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

/* Decodes the n bytes between the quotes of a string into at most n bytes, and returns how many, or NOT_PLAIN where they are
   not valid UTF-8, or have control characters or half a surrogate pair. `out` has room for 8 bytes more, which may be
   written. */
EXPORT int64_t cd_unescape_json(const uint8_t *in, int64_t n, uint8_t *out) {
    int64_t at = 0, end = 0;
    while (at < n) {
        if (at + 8 <= n) {
            uint64_t bytes;
            memcpy(&bytes, in + at, 8);
            memcpy(out + end, &bytes, 8);
            uint64_t found = special_bytes(bytes);
            int64_t plain = found == 0 ? 8 : __builtin_ctzll(found) >> 3; /* the lowest byte is the first */
            at += plain;
            end += plain;
            if (plain == 8) continue;
        }
        if (in[at] == '\\') {
            int64_t written, size = read_escape(in + at, n - at, out + end, &written);
            if (size == 0) return NOT_PLAIN;
            at += size;
            end += written;
        } else if (in[at] >= 0x80) {
            int64_t size = character_size(in + at, n - at);
            if (size == 0) return NOT_PLAIN;
            for (int64_t k = 0; k < size; k++) out[end++] = in[at++];
        } else if (in[at] < 0x20) {
            return NOT_PLAIN;
        } else {
            out[end++] = in[at++];
        }
    }
    return end;
}
