/* Compares many pairs of texts, for closed_set.py and stored_texts.py. */
#include "overlap.h"

/* Texts one after the other: text t has the shingles from `bounds[t]` to `bounds[t + 1]`. */
typedef struct {
    const uint32_t *values;
    const int64_t *bounds;
} Texts;

INLINE Text text_at(Texts texts, int64_t t) {
    return (Text){texts.values + texts.bounds[t], texts.bounds[t + 1] - texts.bounds[t]};
}

INLINE bool compare(Scratch *scratch, Text text, Text other, RunSizes sizes, Text common, bool identical,
                    double *counts, int8_t *relation) {
    bool same_story;
    if (!count_overlap(scratch, text, other, sizes, common, identical, counts)) return false;
    *relation = (int8_t)relation_number(counts, identical, &same_story);
    return true;
}

/* Fills in the counts and the relation of each pair. */
EXPORT int64_t cd_compare_texts(const uint32_t *values, const int64_t *bounds, int64_t words, int64_t characters,
                                const uint64_t *digests, const uint32_t *common, int64_t n_common,
                                const int64_t *left, const int64_t *right, int64_t n_pairs, double *counts,
                                int8_t *relations) {
    Texts texts = {values, bounds};
    int64_t longest = 0;
    for (int64_t p = 0; p < n_pairs; p++) {
        longest = max_i64(longest, max_i64(text_at(texts, left[p]).n, text_at(texts, right[p]).n));
    }
    Scratch scratch;
    bool done = reserve_scratch(&scratch, longest, longest);
    for (int64_t p = 0; p < n_pairs && done; p++) {
        uint64_t digest = digests[left[p]];
        bool identical = digest != 0 && digest == digests[right[p]];
        done = compare(&scratch, text_at(texts, left[p]), text_at(texts, right[p]), (RunSizes){words, characters},
                       (Text){common, n_common}, identical, counts + p * N_COUNTS, relations + p);
    }
    free_scratch(&scratch);
    return done ? 0 : OUT_OF_MEMORY;
}

/* The same for one text and many others. */
EXPORT int64_t cd_compare_stored(const uint32_t *own, int64_t n_own, int64_t words, int64_t characters,
                                 const uint32_t *values, const int64_t *bounds, int64_t n_texts,
                                 const uint32_t *common, int64_t n_common, const bool *identical, double *counts,
                                 int8_t *relations) {
    Texts texts = {values, bounds};
    int64_t longest = n_own;
    for (int64_t t = 0; t < n_texts; t++) longest = max_i64(longest, text_at(texts, t).n);
    Scratch scratch;
    bool done = reserve_scratch(&scratch, longest, longest);
    for (int64_t t = 0; t < n_texts && done; t++) {
        done = compare(&scratch, (Text){own, n_own}, text_at(texts, t), (RunSizes){words, characters},
                       (Text){common, n_common}, identical[t], counts + t * N_COUNTS, relations + t);
    }
    free_scratch(&scratch);
    return done ? 0 : OUT_OF_MEMORY;
}

/* Counts how many of some texts have each of some shingles, which are shortened and sorted. */
EXPORT int64_t cd_count_texts(const uint32_t *distinct, int64_t n_distinct, const uint32_t *values,
                              const int64_t *bounds, const int64_t *chosen, int64_t n_chosen, int64_t *counts) {
    int64_t *last = calloc((size_t)n_distinct + 1, sizeof *last); /* the last text that has each, counted from 1 */
    if (!last) return OUT_OF_MEMORY;
    for (int64_t c = 0; c < n_chosen; c++) {
        Text text = text_at((Texts){values, bounds}, chosen[c]);
        for (int64_t i = 0; i < text.n; i++) {
            uint32_t value = shorten(text.values[i]);
            int64_t low = 0, high = n_distinct;
            while (low < high) {
                int64_t middle = low + (high - low) / 2;
                if (distinct[middle] < value) low = middle + 1;
                else high = middle;
            }
            if (low == n_distinct || distinct[low] != value || last[low] == c + 1) continue;
            last[low] = c + 1;
            counts[low]++;
        }
    }
    free(last);
    return 0;
}

/* Counts the documents that contain each shingle, shortened; `counts` has a place for every value. */
EXPORT int64_t cd_count_shingles(const uint32_t *values, const int64_t *bounds, const int64_t *documents,
                                 int64_t n_documents, uint32_t *counts) {
    int32_t *last = calloc((size_t)1 << SET_BITS, sizeof *last); /* the last document with each, counted from 1 */
    if (!last) return OUT_OF_MEMORY;
    for (int64_t d = 0; d < n_documents; d++) {
        Text text = text_at((Texts){values, bounds}, documents[d]);
        for (int64_t i = 0; i < text.n; i++) {
            uint32_t value = shorten(text.values[i]);
            counts[value] += last[value] != (int32_t)(d + 1);
            last[value] = (int32_t)(d + 1);
        }
    }
    free(last);
    return 0;
}
