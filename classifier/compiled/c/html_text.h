/* Texts while a page is walked: growing arrays, code points from UTF-8, white space. */
#ifndef COPYDESK_HTML_TEXT_H
#define COPYDESK_HTML_TEXT_H

#include "lexbor.h"

/* A `br` and the end of a cell, until white space is folded: above all code points, and white space. */
#define LINE_END 0x110000u
#define CELL_END 0x110001u

/* A growing array. It may begin in memory of somebody else, and moves to its own where that is full. */
typedef struct {
    void *data;
    int64_t n, room, item; /* items, room for items, bytes of one */
    bool owned;
} Vector;

/* NOT_HERE: only the walk in Python can do it. As in `lexbor.py`. */
typedef enum { FINE, NO_MEMORY, NOT_HERE, NEEDS_CLASSES, TOO_LITTLE_ROOM } State;

/* Makes room for some more items; returns whether there is. */
bool reserve(Vector *vector, int64_t more, State *state);

/* Appends the code points of UTF-8; in other bytes the state becomes NOT_HERE. */
void append_utf8(Vector *points, Bytes bytes, State *state);

/* Appends a text with its white space folded: `" ".join(text.split())`. */
void append_folded(Vector *points, const point_t *text, int64_t n, State *state);

INLINE point_t *points_of(const Vector *vector) { return vector->data; }

INLINE void append_point(Vector *points, point_t point, State *state) {
    if (reserve(points, 1, state)) points_of(points)[points->n++] = point;
}

INLINE void append_points(Vector *points, const point_t *more, int64_t n, State *state) {
    if (n == 0 || !reserve(points, n, state)) return;
    memcpy(points_of(points) + points->n, more, (size_t)n * sizeof(point_t));
    points->n += n;
}

INLINE bool is_ascii_letter(point_t p) { return (p | 32) >= 'a' && (p | 32) <= 'z'; }

INLINE bool is_ascii_word(point_t p) { return is_ascii_letter(p) || (p >= '0' && p <= '9') || p == '_'; }

/* As `str.isspace` and `str.split` have it. */
INLINE bool is_space(point_t p) {
    if (p <= ' ') return p == ' ' || (p >= 9 && p <= 13) || p >= 28;
    if (p < 0x80) return false;
    if (p < 0x1680) return p == 0x85 || p == 0xA0;
    return (p >= 0x2000 && p <= 0x200A) || p == 0x1680 || p == 0x2028 || p == 0x2029 || p == 0x202F || p == 0x205F ||
           p == 0x3000 || p >= LINE_END;
}

/* Returns the place of the first character that is no white space. */
INLINE int64_t after_spaces(const point_t *text, int64_t from, int64_t to) {
    while (from < to && is_space(text[from])) from++;
    return from;
}

/* Returns the place after the last character that is no white space. */
INLINE int64_t before_spaces(const point_t *text, int64_t from, int64_t to) {
    while (to > from && is_space(text[to - 1])) to--;
    return to;
}

INLINE int64_t count_visible(const point_t *text, int64_t n) {
    int64_t count = 0;
    for (int64_t k = 0; k < n; k++) count += !is_space(text[k]);
    return count;
}

/* Compares bytes with a word in lower case, A to Z as a to z. */
INLINE bool begins_with_word(const uint8_t *data, int64_t n, const char *word, int64_t size) {
    if (n < size) return false;
    for (int64_t k = 0; k < size; k++) {
        uint8_t c = data[k];
        if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != (uint8_t)word[k]) return false;
    }
    return true;
}

INLINE bool contains_word(Bytes bytes, const char *word) {
    int64_t size = (int64_t)strlen(word);
    for (int64_t k = 0; k + size <= bytes.n; k++) {
        if (begins_with_word(bytes.data + k, bytes.n - k, word, size)) return true;
    }
    return false;
}

#endif
