/* Cuts texts into hashed words, for normalized_words.py. */
#include "duplicates.h"

enum { BREAK, LETTER, CHARACTER, NOTHING, HYPHEN, NEWLINE, SEVERAL }; /* kinds of code points */
enum { OUTSIDE, INSIDE, HYPHENATED, BROKEN };                         /* states of the reader */

#define COMPATIBILITY_HAN 0x2F800
#define COMPATIBILITY_HAN_END 0x2FA20
#define LAST_HAN 0x323B0
#define SELECTORS 0xE0000
#define SELECTORS_END 0xE01F0

/* The folded form of every code point: `_FoldTable`. */
typedef struct {
    const uint32_t *entries, *several;
} Folds;

/* The reader's state, and the hash, first and last character of the word that it is in. */
typedef struct {
    int state;
    uint64_t hash;
    int64_t start, last;
} OpenWord;

/* Looks up a code point from TABLE on: Han, a tag or variation selector, or a gap. */
static uint32_t entry_beyond(point_t point, const Folds *folds) {
    if (point >= COMPATIBILITY_HAN && point < COMPATIBILITY_HAN_END) {
        return folds->entries[point - COMPATIBILITY_HAN + TABLE];
    }
    if (point < LAST_HAN) return point | CHARACTER << 24;
    return (point >= SELECTORS && point < SELECTORS_END ? NOTHING : BREAK) << 24;
}

INLINE uint32_t entry_of(point_t point, const Folds *folds) {
    return point < TABLE ? folds->entries[point] : entry_beyond(point, folds);
}

INLINE void append(Words *words, uint64_t hash, int64_t start, int64_t end) {
    words->hashes[words->n] = hash;
    words->starts[words->n] = (int32_t)start;
    words->ends[words->n] = (int32_t)end;
    words->n++;
}

/* Appends the open word, if there is one. */
INLINE void close_word(Words *words, OpenWord *word) {
    if (word->state != OUTSIDE) append(words, scatter(word->hash) & ~UINT64_C(1), word->start, word->last + 1);
    word->state = OUTSIDE;
}

/* Reads any folded code point, at character i. */
static void read_rare(Words *words, OpenWord *word, uint32_t entry, int64_t i) {
    uint32_t kind = entry >> 24;
    if (kind == NOTHING) return;
    if (kind == HYPHEN && word->state == INSIDE) {
        word->state = HYPHENATED;
    } else if (kind == NEWLINE && word->state >= HYPHENATED) {
        word->state = BROKEN;
    } else if (kind == LETTER && (word->state == INSIDE || word->state == BROKEN)) {
        *word = (OpenWord){INSIDE, (word->hash ^ entry) * MULTIPLIER, word->start, i};
    } else {
        close_word(words, word);
        if (kind == LETTER) *word = (OpenWord){INSIDE, entry * MULTIPLIER, i, i};
        if (kind == CHARACTER) append(words, scatter(entry) | 1, i, i + 1);
    }
}

/* Appends one text's words. */
static void read_text(const point_t *restrict text, int64_t n, const Folds *folds, Words *words) {
    OpenWord word = {OUTSIDE, 0, 0, 0};
    for (int64_t i = 0; i < n; i++) {
        uint32_t entry = entry_of(text[i], folds);
        if (entry >> 24 == LETTER && word.state <= INSIDE) { /* nearly every character is this or a break */
            uint64_t h = word.state == OUTSIDE ? 0 : word.hash;
            if (word.state == OUTSIDE) word.start = i;
            do {
                h = (h ^ entry) * MULTIPLIER;
                if (++i == n) break;
                entry = entry_of(text[i], folds);
            } while (entry >> 24 == LETTER);
            word.state = INSIDE, word.hash = h, word.last = i - 1;
            if (i == n) break;
        }
        if (entry >> 24 == BREAK) {
            close_word(words, &word);
        } else if (entry >> 24 != SEVERAL) {
            read_rare(words, &word, entry, i);
        } else {
            const uint32_t *parts = folds->several + (entry & 0xFFFFFF);
            for (uint32_t part = 1; part <= parts[0]; part++) read_rare(words, &word, parts[part], i);
        }
    }
    close_word(words, &word);
}

/* Bounds the number of words: one a code point, more for those that fold to several. */
EXPORT int64_t cd_most_words(const uint32_t *points, int64_t n, const uint32_t *entries, const uint32_t *several) {
    int64_t room = n + 1;
    for (int64_t i = 0; i < n; i++) {
        if (points[i] >= 0x80 && points[i] < TABLE && entries[points[i]] >> 24 == SEVERAL) {
            room += several[entries[points[i]] & 0xFFFFFF];
        }
    }
    return room;
}

/* Reads the words of texts that are stored in one array of code points; returns their number. */
EXPORT int64_t cd_read_words(const uint32_t *points, const int64_t *limits, int64_t n_texts, const uint32_t *entries,
                             const uint32_t *several, const uint8_t *kinds, uint64_t *hashes, int32_t *starts,
                             int32_t *ends, uint8_t *marks, int64_t *bounds) {
    Folds folds = {entries, several};
    Words words = {hashes, starts, ends, marks, 0};
    bounds[0] = 0;
    for (int64_t t = 0; t < n_texts; t++) {
        const point_t *text = points + limits[t];
        read_text(text, limits[t + 1] - limits[t], &folds, &words);
        mark_text(text, kinds, &words, bounds[t]);
        bounds[t + 1] = words.n;
    }
    return words.n;
}

uint64_t text_digest(const uint64_t *words, int64_t n) {
    uint64_t h = 0;
    for (int64_t i = 0; i < n; i++) h = scatter(h ^ words[i]);
    return h;
}

EXPORT void cd_text_digests(const uint64_t *words, const int64_t *bounds, int64_t n_texts, uint64_t *digests) {
    for (int64_t t = 0; t < n_texts; t++) digests[t] = text_digest(words + bounds[t], bounds[t + 1] - bounds[t]);
}
