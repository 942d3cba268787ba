/* Texts while a page is walked: growing arrays, code points from UTF-8, white space. */
#include "html_text.h"
#include "stretch.h"

bool reserve(Vector *vector, int64_t more, State *state) {
    int64_t wanted = vector->n + more;
    if (wanted <= vector->room) return true;
    int64_t room = max_i64(wanted, 2 * vector->room) + 64;
    void *data = realloc(vector->owned ? vector->data : NULL, (size_t)(room * vector->item));
    if (data == NULL) {
        *state = NO_MEMORY;
        return false;
    }
    if (!vector->owned && vector->n > 0) memcpy(data, vector->data, (size_t)(vector->n * vector->item));
    vector->data = data;
    vector->room = room;
    vector->owned = true;
    return true;
}

/* Reads one character of several bytes; returns how many, 0 where they are not UTF-8. */
INLINE int64_t read_long(const uint8_t *data, int64_t left, point_t *point) {
    uint8_t c = data[0];
    int64_t size = c >= 0xC2 && c < 0xE0 ? 2 : c >= 0xE0 && c < 0xF0 ? 3 : c >= 0xF0 && c < 0xF5 ? 4 : 0;
    if (size == 0 || left < size) return 0;
    point_t p = size == 2 ? c & 0x1F : size == 3 ? c & 0x0F : c & 0x07;
    for (int64_t k = 1; k < size; k++) {
        if ((data[k] & 0xC0) != 0x80) return 0;
        p = p << 6 | (data[k] & 0x3F);
    }
    bool wrong = (size == 3 && (p < 0x800 || (p >= 0xD800 && p <= 0xDFFF))) || (size == 4 && (p < 0x10000 || p > 0x10FFFF));
    *point = p;
    return wrong ? 0 : size;
}

void append_utf8(Vector *points, Bytes bytes, State *state) {
    if (bytes.n == 0 || !reserve(points, bytes.n, state)) return;
    point_t *out = points_of(points) + points->n;
    const uint8_t *data = bytes.data;
    int64_t k = 0;
    while (k < bytes.n) {
        for (; k + 8 <= bytes.n; k += 8, out += 8) {
            uint64_t eight;
            memcpy(&eight, data + k, 8);
            if (eight & UINT64_C(0x8080808080808080)) break;
            for (int m = 0; m < 8; m++) out[m] = data[k + m];
        }
        int64_t stop = min_i64(bytes.n, k + 8);
        while (k < stop) {
            if (data[k] < 0x80) {
                *out++ = data[k++];
                continue;
            }
            int64_t size = read_long(data + k, bytes.n - k, out);
            if (size == 0) {
                *state = NOT_HERE;
                return;
            }
            out++;
            k += size;
        }
    }
    points->n = out - points_of(points);
}

/* `is_space` of characters outside of ASCII. */
INLINE Lanes are_wide_spaces(Lanes p) {
    return (p == 0x85) | (p == 0xA0) | (p == 0x1680) | ((p >= 0x2000) & (p <= 0x200A)) | (p == 0x2028) | (p == 0x2029) |
           (p == 0x202F) | (p == 0x205F) | (p == 0x3000) | (p >= (int32_t)LINE_END);
}

/* Returns whether a stretch is folded already: its white space is single spaces, with something visible after each. */
INLINE bool is_folded(const point_t *text) {
    Lanes odd = {0}, all = {0};
    for (int k = 0; k < STRETCH; k += LANES) {
        Lanes p = load_lanes(text + k), after = load_lanes(text + k + 1);
        odd |= (p < ' ') | ((p == ' ') & (after <= ' '));
        all |= p | after;
    }
    if (has_any(odd)) return false;
    if (!has_any(all & ~0x7F)) return true;
    for (int k = 0; k < STRETCH; k += LANES) {
        odd |= are_wide_spaces(load_lanes(text + k)) | are_wide_spaces(load_lanes(text + k + 1));
    }
    return !has_any(odd);
}

/* Writes a text with its white space folded; returns where it ends. */
static point_t *fold(point_t *out, const point_t *text, int64_t n) {
    for (int64_t k = after_spaces(text, 0, n); k < n;) {
        if (k + STRETCH < n && is_folded(text + k)) {
            memcpy(out, text + k, STRETCH * sizeof *out);
            out += STRETCH;
            k += STRETCH;
            continue;
        }
        while (k < n && !is_space(text[k])) *out++ = text[k++];
        k = after_spaces(text, k, n);
        if (k < n) *out++ = ' ';
    }
    return out;
}

void append_folded(Vector *points, const point_t *text, int64_t n, State *state) {
    if (n == 0 || !reserve(points, n, state)) return;
    points->n = fold(points_of(points) + points->n, text, n) - points_of(points);
}
