/* Hashes runs of words as shingles and chooses passages, for shingles.py. */
#include "duplicates.h"

/* The bits of a shingle that do not belong to the mark of its first word. */
#define HASH_AND_SIZE ((uint32_t)(UINT64_C(0x100000000) - (1u << (MARK_BITS + 1))) | 1u)

#define FEW_KEYS 32 /* Keys that are searched one by one; more are put into a hash table. */

INLINE uint64_t hash_words(const uint64_t *words, int64_t size) {
    uint64_t h = (uint64_t)size;
    for (int64_t j = 0; j < size; j++) {
        h = (h + words[j]) * MULTIPLIER;
        h ^= h >> 32;
    }
    return h;
}

/* Hashes the run at the begin of some words, which bit 32 tells: 1 if it begins in an unspaced script. False where
   there are too few words. */
INLINE bool hash_run(const uint64_t *words, int64_t n, RunSizes sizes, uint64_t *hash) {
    uint64_t unspaced = words[0] & 1;
    int64_t size = unspaced ? sizes.characters : sizes.words;
    if (size > n) return false;
    uint64_t h = size == 3 ? hash_words(words, 3) : size == 5 ? hash_words(words, 5) : hash_words(words, size);
    *hash = (scatter(h) & ~(UINT64_C(1) << 32)) | unspaced << 32;
    return true;
}

/* Hashes every run of the words of some texts; returns the number of shingles. */
EXPORT int64_t cd_read_shingles(const uint64_t *words, const uint8_t *marks, const int64_t *bounds, int64_t n_texts,
                                int64_t length, int64_t characters, uint32_t *values, int64_t *limits) {
    RunSizes sizes = {length, characters};
    int64_t n = 0;
    limits[0] = 0;
    for (int64_t t = 0; t < n_texts; t++) {
        uint64_t hash;
        for (int64_t i = bounds[t]; i < bounds[t + 1] && hash_run(words + i, bounds[t + 1] - i, sizes, &hash); i++) {
            values[n++] = ((uint32_t)(hash >> 32) & HASH_AND_SIZE) | (uint32_t)marks[i] << 1;
        }
        limits[t + 1] = n;
    }
    return n;
}

/* Keys that were chosen, less than half of `size` of them, each raised by 1 (open addressing). */
typedef struct {
    uint64_t *slots;
    int64_t size, n;
} KeySet;

static void insert(KeySet *set, uint64_t key) {
    int64_t at = (int64_t)key & (set->size - 1);
    while (set->slots[at] && set->slots[at] != key + 1) at = (at + 1) & (set->size - 1);
    set->n += !set->slots[at];
    set->slots[at] = key + 1;
}

/* Adds a key to all keys of a text so far; false where memory runs out. */
static bool add_key(KeySet *set, uint64_t *keys, int64_t *n, uint64_t key) {
    if (*n < FEW_KEYS) {
        for (int64_t i = 0; i < *n; i++) {
            if (keys[i] == key) return true;
        }
        keys[(*n)++] = key;
        return true;
    }
    if (2 * *n + 2 > set->size) { /* growing to twice the size costs as much as all that was added before */
        free(set->slots);
        set->size = max_i64(8 * FEW_KEYS, 2 * set->size);
        set->n = 0;
        set->slots = calloc((size_t)set->size, sizeof *set->slots);
        if (!set->slots) return false;
        for (int64_t i = 0; i < *n; i++) insert(set, keys[i]);
    }
    int64_t before = set->n;
    insert(set, key);
    if (set->n > before) keys[(*n)++] = key;
    return true;
}

int64_t choose_passages(const uint64_t *words, int64_t n, RunSizes sizes, int64_t window, uint64_t *runs,
                        uint64_t *keys) {
    int64_t n_runs = 0, n_keys = 0, chosen = -1;
    while (n_runs < n && hash_run(words + n_runs, n - n_runs, sizes, &runs[n_runs])) n_runs++;
    KeySet set = {NULL, 0, 0};
    bool ok = true;
    for (int64_t right = min_i64(window, n_runs) - 1; right < n_runs && n_runs && ok; right++) {
        int64_t left = max_i64(0, right - window + 1);
        if (chosen < left) {
            chosen = left;
            for (int64_t i = left + 1; i <= right; i++) chosen = runs[i] <= runs[chosen] ? i : chosen;
        } else if (runs[right] <= runs[chosen]) {
            chosen = right;
        } else {
            continue;
        }
        ok = add_key(&set, keys, &n_keys, key_of(runs[chosen]));
    }
    free(set.slots);
    return ok ? n_keys : OUT_OF_MEMORY;
}

/* Chooses the passages of some texts; returns the number of keys. */
EXPORT int64_t cd_passage_keys(const uint64_t *words, const int64_t *bounds, int64_t n_texts, int64_t length,
                               int64_t characters, int64_t window, uint64_t *keys, int64_t *limits) {
    int64_t longest = 0, n = 0;
    for (int64_t t = 0; t < n_texts; t++) longest = max_i64(longest, bounds[t + 1] - bounds[t]);
    uint64_t *runs = malloc((size_t)(longest + 1) * sizeof *runs);
    if (!runs) return OUT_OF_MEMORY;
    limits[0] = 0;
    for (int64_t t = 0; t < n_texts; t++) {
        int64_t found = choose_passages(words + bounds[t], bounds[t + 1] - bounds[t],
                                        (RunSizes){length, characters}, window, runs, keys + n);
        if (found < 0) n = found;
        if (found < 0) break;
        limits[t + 1] = n += found;
    }
    free(runs);
    return n;
}
