/* Reads what the words of a possible headline say, as `read_words` of title_of_text.py does, where they are in Latin-1. */
#include "headline_words.h"

enum { STEM = 6, LEAST_LETTERS = 4 }; /* letters of a word by which it is found, of a word that tells something */
enum { AT_ONCE = 16 };

/* Whether `str.casefold` makes several of a code point, or a letter of Latin-1 though it is none. */
INLINE bool is_folded_apart(point_t code) {
    if (code < 0xDF) return false;
    switch (code) {
    case 0xDF: case 0x130: case 0x149: case 0x178: case 0x17F: case 0x1F0: case 0x1E96: case 0x1E97: case 0x1E98:
    case 0x1E99: case 0x1E9A: case 0x1E9E: case 0x212A: case 0x212B:
    case 0xFB00: case 0xFB01: case 0xFB02: case 0xFB03: case 0xFB04: case 0xFB05: case 0xFB06:
        return true;
    default:
        return false;
    }
}

INLINE bool is_capital(point_t code) {
    return (code >= 'A' && code <= 'Z') || (code >= 0xC0 && code <= 0xDE && code != 0xD7);
}
INLINE point_t fold(point_t code) { return is_capital(code) ? code + 32 : code; }
INLINE bool is_space(point_t code) {
    return code == ' ' || (code >= 9 && code <= 13) || (code >= 28 && code <= 31) || code == 0x85 || code == 0xA0;
}
INLINE bool in_word(point_t code) {
    bool is_ascii = (code >= '0' && code <= '9') || code == '_' || (fold(code) >= 'a' && fold(code) <= 'z');
    return is_ascii || (code >= 0xC0 && code <= 0xFF && code != 0xD7 && code != 0xF7);
}

/* Whether a line with this code point can be read here: no entity, no digit or letter out of line, nothing invisible. */
INLINE bool is_simple(point_t code) {
    if (code < 0xAA) return code != '&';
    if (code > 0xFF) return code >= 0x2010 && code <= 0x2027;
    return code == 0xAB || code == 0xB7 || code == 0xBB || (code >= 0xBF && code != 0xDF);
}

/* Compares AT_ONCE places at a time by the first and the last code point. */
INLINE bool contains_of(const point_t *points, int64_t n, const point_t *part, int64_t size) {
    point_t head = part[0], tail = part[size - 1];
    int64_t last = n - size, at = 0;
    for (; at + AT_ONCE <= last + 1; at += AT_ONCE) {
        uint32_t found = 0;
        for (int k = 0; k < AT_ONCE; k++) found |= (points[at + k] == head) & (points[at + k + size - 1] == tail);
        for (int k = 0; found && k < AT_ONCE; k++) {
            if (points[at + k] == head && memcmp(points + at + k, part, (size_t)size * sizeof *part) == 0) return true;
        }
    }
    for (; at <= last; at++) {
        if (points[at] == head && memcmp(points + at, part, (size_t)size * sizeof *part) == 0) return true;
    }
    return false;
}

WITH_VECTORS(bool, contains, (const point_t *points, int64_t n, const point_t *part, int64_t size), (points, n, part, size))

INLINE int64_t gram_place(const point_t *points) {
    uint32_t hash = ((points[0] * 31 + points[1]) * 31 + points[2]) * 31 + points[3];
    return mix32(hash) & (GRAM_PLACES - 1);
}

/* Reads the texts of some blocks, of KNOWN_CHARACTERS at most in all; the first line of the first is the opening. */
void read_known(const point_t *points, const int64_t *spans, int64_t n, KnownText *out) {
    int64_t size = 0;
    out->is_simple = true;
    out->opening = -1;
    memset(out->grams, 0, sizeof out->grams);
    for (int64_t k = 0; k < n; k++) {
        if (k > 0) out->points[size++] = '\n'; /* no word goes on in the next block */
        for (int64_t at = spans[2 * k]; at < spans[2 * k + 1]; at++) {
            if (points[at] == '\n' && out->opening < 0) out->opening = size;
            out->is_simple &= !is_folded_apart(points[at]);
            out->points[size++] = fold(points[at]);
            if (at - spans[2 * k] >= GRAM - 1) out->grams[gram_place(out->points + size - GRAM)] = true;
        }
        if (out->opening < 0) out->opening = size;
    }
    out->opening = max_i64(out->opening, 0);
    out->n = size;
}

/* Folds white space and takes away marks at the beginning, as `tidy` does; returns the length, or -1 if it is not simple. */
static int64_t tidy(const point_t *points, int64_t n, point_t *out) {
    int64_t size = 0, from = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!is_simple(points[i])) return -1;
        if (!is_space(points[i])) out[size++] = points[i];
        else if (size > 0 && out[size - 1] != ' ') out[size++] = ' ';
    }
    if (size > 0 && out[size - 1] == ' ') size--;
    while (from < size && (out[from] == ':' || out[from] == '|' || out[from] == 0xB7 || out[from] == 0x2022
        || out[from] == 0x2013 || out[from] == ' ')) from++;
    if (from < size && out[from] == '#') {
        while (from < size && out[from] == '#') from++;
        while (from < size && out[from] == ' ') from++;
    }
    memmove(out, out + from, (size_t)(size - from) * sizeof *out);
    return size - from;
}

static bool is_known(const KnownText *known, const point_t *stem, int64_t size) {
    return (size < GRAM || known->grams[gram_place(stem)]) && contains(known->points, known->n, stem, size);
}

/* Counts words that tell something, or all: how many there are, are known, are in the opening. */
static void count_words(const KnownText *known, const point_t *line, int64_t n, int64_t least, int64_t *counts) {
    counts[0] = counts[1] = counts[2] = 0;
    for (int64_t at = 0; at < n;) {
        int64_t start = at;
        while (at < n && in_word(line[at])) at++;
        int64_t size = min_i64(at - start, STEM);
        if (at - start >= least) {
            bool found = is_known(known, line + start, size);
            counts[0]++;
            counts[1] += found;
            counts[2] += found && contains(known->points, known->opening, line + start, size);
        }
        if (at == start) at++;
    }
}

/* Fills `Words` of a line of MAX_HEADLINE code points at most; returns NOT_READ, NO_WORDS or WORDS_READ. */
int read_words(const KnownText *known, const point_t *points, int64_t n, double *out) {
    point_t line[MAX_HEADLINE];
    int64_t counts[3], words = 0, pieces = 0, capitals = 0;
    bool has_separator = false, has_colon = false;
    if (!known->is_simple || n > MAX_HEADLINE || (n = tidy(points, n, line)) < 0) return NOT_READ;
    for (int64_t i = 0; i < n; i++) {
        point_t code = line[i];
        bool after_space = i > 0 && line[i - 1] == ' ', before_space = i + 1 < n && line[i + 1] == ' ';
        bool is_mark = code == '|' || code == 0xBB || code == '>' || code == '/' || code == 0xB7 || code == 0x2022;
        words += in_word(code) && (i == 0 || !in_word(line[i - 1]));
        pieces += i == 0 || after_space;
        capitals += (i == 0 || after_space) && is_capital(code);
        has_separator |= code == 0xA9 || (is_mark && after_space && before_space);
        has_colon |= code == ':' && before_space;
    }
    if (words == 0) return NO_WORDS;
    point_t last = line[n - 1];
    for (int64_t i = 0; i < n; i++) line[i] = fold(line[i]);
    count_words(known, line, n, LEAST_LETTERS, counts);
    if (counts[0] == 0) count_words(known, line, n, 1, counts);
    out[FEW] = (double)min_i64(words, 4) / 4;
    out[MANY] = words > 15;
    out[KNOWN] = (double)counts[1] / (double)counts[0];
    out[IN_PARAGRAPH] = (double)min_i64(counts[2], 5);
    out[IS_SENTENCE] = last == '.' || last == ',' || last == ';';
    out[HAS_SEPARATOR] = has_separator;
    out[HAS_COLON] = has_colon;
    out[CAPITALS] = (double)capitals / (double)max_i64(pieces, 1);
    return WORDS_READ;
}
