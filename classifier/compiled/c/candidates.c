/* Pairs the documents that share a key, and joins pairs to components, for candidates.py and clustering.py. */
#include "duplicate_rules.h"
#include "duplicates.h"

/* Pairs that are written where there is room, and counted. */
typedef struct {
    uint64_t *pairs;
    int64_t room, n;
} Pairs;

INLINE void add_pair(Pairs *pairs, uint32_t one, uint32_t other) {
    if (pairs->n < pairs->room) pairs->pairs[pairs->n] = (uint64_t)one << 32 | other;
    pairs->n++;
}

/* Tells whether documents are of too many stories; there are at most COMPARISON_MAX_DOCUMENTS_PER_KEY. */
static bool has_many_stories(const uint32_t *documents, int64_t n, const int64_t *stories) {
    int64_t found[COMPARISON_MAX_STORIES_PER_KEY], n_found = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t j = 0;
        while (j < n_found && found[j] != stories[documents[i]]) j++;
        if (j < n_found) continue;
        if (n_found == COMPARISON_MAX_STORIES_PER_KEY) return true;
        found[n_found++] = stories[documents[i]];
    }
    return false;
}

/* Pairs all documents of a key; of a common one each with the first and the one before alone. */
static void pair_all(Pairs *pairs, const uint32_t *documents, int64_t n) {
    bool common = n > COMPARISON_MAX_DOCUMENTS_PER_KEY;
    for (int64_t i = 1; i < n; i++) {
        for (int64_t j = common ? i - 1 : 0; j < i; j++) add_pair(pairs, documents[j], documents[i]);
        if (common && i > 1) add_pair(pairs, documents[0], documents[i]);
    }
}

/* Pairs the documents of each key, which are sorted by key; returns the number of pairs, of which `room` are written. */
EXPORT int64_t cd_pair_documents(const uint32_t *documents, const int64_t *starts, int64_t n_keys,
                                 const int64_t *stories, int64_t n_stories, uint64_t *pairs, int64_t room) {
    Pairs found = {pairs, room, 0};
    for (int64_t k = 0; k < n_keys; k++) {
        const uint32_t *shared = documents + starts[k];
        int64_t n = starts[k + 1] - starts[k];
        if (n_stories && n > COMPARISON_MAX_STORIES_PER_KEY &&
            (n > COMPARISON_MAX_DOCUMENTS_PER_KEY || has_many_stories(shared, n, stories))) {
            continue;
        }
        pair_all(&found, shared, n);
    }
    return found.n;
}

INLINE int64_t root_of(int64_t *roots, int64_t i) {
    while (roots[i] != i) i = roots[i] = roots[roots[i]];
    return i;
}

/* Fills in the least number that each number is connected with (union-find). */
EXPORT void cd_connected_components(int64_t n, const int64_t *left, const int64_t *right, int64_t n_pairs,
                                    int64_t *roots) {
    for (int64_t i = 0; i < n; i++) roots[i] = i;
    for (int64_t p = 0; p < n_pairs; p++) {
        int64_t a = root_of(roots, left[p]), b = root_of(roots, right[p]);
        roots[max_i64(a, b)] = min_i64(a, b);
    }
    for (int64_t i = 0; i < n; i++) roots[i] = roots[roots[i]];
}
