/* Finds the blocks that have one of a few words in them; see captions.py. */
#include "core.h"

enum { AT_ONCE = 64 };

/* Words of two code points or more, one after the other, and where each ends. */
typedef struct {
    const point_t *points;
    const int64_t *ends;
    int64_t n, longest;
} Words;

INLINE int64_t start_of(const Words *words, int64_t word) { return word > 0 ? words->ends[word - 1] : 0; }

/* Whether a word may begin at one of AT_ONCE places, by its two first and its last code point. */
INLINE bool may_begin(const point_t *at, const Words *words) {
    uint32_t found = 0;
    for (int64_t word = 0; word < words->n; word++) {
        int64_t start = start_of(words, word), last = words->ends[word] - 1;
        point_t first = words->points[start], second = words->points[start + 1], end = words->points[last];
        for (int64_t k = 0; k < AT_ONCE; k++)
            found |= (at[k] == first) & (at[k + 1] == second) & (at[k + last - start] == end);
    }
    return found;
}

/* Returns the size of a word that begins here, or 0. */
static int64_t word_size(const point_t *at, int64_t n, const Words *words) {
    for (int64_t word = 0; word < words->n; word++) {
        int64_t start = start_of(words, word), size = words->ends[word] - start;
        if (size <= n && memcmp(at, words->points + start, (size_t)size * sizeof *at) == 0) return size;
    }
    return 0;
}

INLINE int64_t blocks_with_of(const point_t *points, int64_t n_points, const int64_t *spans, int64_t n, const Words *words,
    int64_t *found) {
    int64_t n_found = 0, block = 0;
    for (int64_t at = 0; at < n_points;) {
        int64_t stop = min_i64(at + AT_ONCE, n_points);
        if (stop + words->longest <= n_points && !may_begin(points + at, words)) at = stop;
        for (; at < stop; at++) {
            int64_t size = word_size(points + at, n_points - at, words);
            if (size == 0) continue;
            while (block < n && spans[2 * block + 1] < at + size) block++;
            if (block == n) return n_found;
            bool is_known = n_found > 0 && found[n_found - 1] == block;
            if (spans[2 * block] <= at && !is_known) found[n_found++] = block;
        }
    }
    return n_found;
}

WITH_VECTORS(int64_t, blocks_with, (const point_t *points, int64_t n_points, const int64_t *spans, int64_t n,
    const Words *words, int64_t *found), (points, n_points, spans, n, words, found))

/* Fills `found` with the numbers of the n blocks that have one of the words in them, and returns how many. Words have two
   code points or more, and end at `ends`. Blocks are in order. */
EXPORT int64_t cd_blocks_with(const uint32_t *points, int64_t n_points, const int64_t *spans, int64_t n, const uint32_t *words,
    const int64_t *ends, int64_t n_words, int64_t *found) {
    Words given = {words, ends, n_words, 0};
    for (int64_t word = 0; word < n_words; word++)
        given.longest = max_i64(given.longest, ends[word] - start_of(&given, word));
    return blocks_with(points, n_points, spans, n, &given, found);
}
