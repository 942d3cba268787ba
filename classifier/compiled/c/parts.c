/* Gives blocks of text the kind that the elements around them say; see parts.py. */
#include "core.h"

enum { LOOKED_AT = 4 }; /* elements around a block that are searched, as in parts.py */

/* Changes each kind that is `text`. `by_tag` has the kind that a tag gives a long and a short block, `text` for none; a
   block is short up to so many characters. Returns -2 where a number is of no element or tag. */
EXPORT int64_t cd_kinds_by_markup(const int64_t *tags, const int64_t *parents, int64_t n_elements, const int64_t *elements,
    const int64_t *spans, int64_t n, const int64_t *by_tag, int64_t n_tags, int64_t text, int64_t short_characters,
    int64_t *kinds) {
    for (int64_t block = 0; block < n; block++) {
        if (kinds[block] != text) continue;
        bool is_short = spans[2 * block + 1] - spans[2 * block] <= short_characters;
        int64_t element = elements[block];
        for (int depth = 0; depth < LOOKED_AT && element >= 0 && kinds[block] == text; depth++) {
            if (element >= n_elements || tags[element] < 0 || tags[element] >= n_tags) return -2;
            kinds[block] = by_tag[2 * tags[element] + is_short];
            element = parents[element];
        }
    }
    return n;
}
