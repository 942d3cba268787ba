/* Gives blocks of text the kind that the elements around them say, and finds parts of an article; see parts.py, title.py. */
#include "core.h"

enum { LOOKED_AT = 4 }; /* elements around a block that are searched, as in parts.py */

/* A tag that says a kind; see `_rows` in parts.py. */
typedef struct {
    uint64_t hash;
    int64_t of_long, of_short; /* the kinds that it gives a long and a short block of text */
    int64_t of_subheading; /* the kind that it gives a short subheading */
} Tag;

/* Changes each kind that is `text` or `subheading` by the `n_rows` tags in `rows`; a block is short up to so many
   characters. Returns -2 where a number is of no element or tag. */
EXPORT int64_t cd_kinds_by_markup(const int64_t *tags, const int64_t *parents, int64_t n_elements, const uint64_t *hashes,
    int64_t n_tags, const int64_t *elements, const int64_t *spans, int64_t n, const int64_t *rows, int64_t n_rows,
    int64_t text, int64_t subheading, int64_t short_characters, int64_t *kinds) {
    const Tag *known = (const Tag *)rows;
    for (int64_t block = 0; block < n; block++) {
        int64_t from = kinds[block];
        bool is_short = spans[2 * block + 1] - spans[2 * block] <= short_characters;
        bool is_open = from == text || (from == subheading && is_short);
        int64_t element = elements[block];
        for (int depth = 0; depth < LOOKED_AT && element >= 0 && is_open; depth++) {
            if (element >= n_elements || tags[element] < 0 || tags[element] >= n_tags) return -2;
            uint64_t hash = hashes[tags[element]];
            for (int64_t k = 0; k < n_rows; k++) {
                if (known[k].hash != hash) continue;
                kinds[block] = from == subheading ? known[k].of_subheading : is_short ? known[k].of_short : known[k].of_long;
                is_open = kinds[block] == text;
            }
            element = parents[element];
        }
    }
    return n;
}

/* Fills number, start and end of the blocks of the first `n_parts` kinds with so many characters; returns how many. */
EXPORT int64_t cd_parts_of_size(const int64_t *kinds, const int64_t *spans, int64_t n, int64_t n_parts, int64_t least,
    int64_t most, int64_t *out) {
    int64_t found = 0;
    for (int64_t block = 0; block < n; block++) {
        int64_t start = spans[2 * block], end = spans[2 * block + 1];
        if (kinds[block] >= n_parts || end - start < least || end - start > most) continue;
        out[3 * found] = block, out[3 * found + 1] = start, out[3 * found + 2] = end;
        found++;
    }
    return found;
}
