/* Finds what repeats on a page: texts, link targets, and elements that are built alike; see repetition.py. */
#include "features.h"

#define MAX_ELEMENT_BLOCKS 200
#define MAX_IMAGES 50.0
#define READ_OF_TEXT 16 /* code points at each end of a block that its key is made of */

enum { SUM_CHARS, SUM_LINK_CHARS, SUM_IMAGES, N_SUMS };

/* A number that equal texts share, from their length and ends. */
static uint64_t key_of(const point_t *points, int64_t n) {
    uint64_t h = (uint64_t)n;
    int64_t read = min_i64(n, READ_OF_TEXT);
    for (int64_t i = 0; i < read; i++) {
        h = (h ^ points[i] ^ (uint64_t)points[n - 1 - i] << 32) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    return h;
}

/* Compares two blocks' texts as memcmp does, the shorter first. */
INLINE int compare(const Blocks *blocks, int32_t one, int32_t other) {
    int64_t size = blocks->ends[one] - blocks->starts[one], other_size = blocks->ends[other] - blocks->starts[other];
    if (size != other_size) return size < other_size ? -1 : 1;
    const point_t *text = blocks->points + blocks->starts[one], *other_text = blocks->points + blocks->starts[other];
    return memcmp(text, other_text, (size_t)size * sizeof *text);
}

/* Sorts blocks with one key by their texts, by merging, as many may be chosen to have one key. */
static void sort_texts(const Blocks *blocks, int32_t *order, int32_t *after, int64_t n) {
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t start = 0; start < n; start += 2 * width) {
            int64_t middle = min_i64(start + width, n), end = min_i64(start + 2 * width, n);
            int64_t left = start, right = middle;
            for (int64_t to = start; to < end; to++) {
                bool is_left = left < middle && (right == end || compare(blocks, order[left], order[right]) <= 0);
                after[to] = is_left ? order[left++] : order[right++];
            }
        }
        memcpy(order, after, (size_t)n * sizeof *order);
    }
}

/* Counts, for each block, the blocks with exactly its text, itself among them. */
void count_repeats(const Blocks *blocks, Sorting room, int64_t *repeats) {
    int64_t n = blocks->n;
    for (int64_t b = 0; b < n; b++) {
        room.keys[b] = key_of(blocks->points + blocks->starts[b], blocks->ends[b] - blocks->starts[b]);
    }
    sort_keys(&room, n);
    for (int64_t i = 0, j; i < n; i = j) {
        bool equal = true;
        for (j = i + 1; j < n && room.keys[j] == room.keys[i]; j++) {
            equal = equal && compare(blocks, room.order[i], room.order[j]) == 0;
        }
        if (!equal) sort_texts(blocks, room.order + i, room.order_after + i, j - i);
        for (int64_t from = i, to; from < j; from = to) {
            for (to = from + 1; to < j && (equal || compare(blocks, room.order[from], room.order[to]) == 0);) to++;
            for (int64_t k = from; k < to; k++) repeats[room.order[k]] = to - from;
        }
    }
}

/* Fills how many blocks have a block's link target; `before`: the last block before with the same one, or -1. */
static void fill_targets(float *out, const uint64_t *targets, int64_t n, int64_t *before, const double *logs,
    Sorting room) {
    memcpy(room.keys, targets, (size_t)n * sizeof *targets);
    sort_keys(&room, n);
    for (int64_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && room.keys[j] == room.keys[i]; j++) before[room.order[j]] = j > i ? room.order[j - 1] : -1;
        if (room.keys[i] == 0) continue;
        float alike = (float)log_of(logs, j - i);
        for (int64_t k = i; k < j; k++) {
            int64_t b = room.order[k];
            float *c = out + b * N_COLUMNS;
            c[LINKED] = 1.0f;
            c[SAME_TARGET] = alike;
            c[TARGET_BEFORE] = b > 0 && targets[b - 1] == targets[b];
            c[TARGET_AFTER] = b + 1 < n && targets[b + 1] == targets[b];
        }
    }
}

/* Fills how much each element holds: blocks, distinct link targets, its longest block, images, share of links. */
static void fill_contents(const Cards *cards, const int64_t *counts, const TreeArrays *tree, const double *logs) {
    for (int64_t e = 0; e < tree->n_elements; e++) {
        int64_t first = tree->spans[2 * e], last = tree->spans[2 * e + 1], around = tree->parents[e];
        float *part = cards->parts + e * N_PARTS;
        if (last == first) continue;
        if (around >= 0 && tree->spans[2 * around] == first && tree->spans[2 * around + 1] == last) {
            const float *same = cards->parts + around * N_PARTS;
            memcpy(part + LOG_BLOCKS, same + LOG_BLOCKS, (LINK_SHARE_INSIDE - LOG_BLOCKS + 1) * sizeof *part);
            continue;
        }
        part[LOG_BLOCKS] = (float)log_of(logs, last - first);
        part[TARGETS] = part[LONGEST_INSIDE] = -1.0f;
        if (last - first <= MAX_ELEMENT_BLOCKS) {
            int64_t longest = 0, different = 0;
            for (int64_t b = first; b < last; b++) {
                longest = max_i64(longest, counts[b * N_COUNTS + N_CHARS]);
                different += (tree->targets[b] != 0) & (cards->before[b] < first);
            }
            part[TARGETS] = (float)different;
            part[LONGEST_INSIDE] = (float)log_of(logs, longest);
        }
        const double *from = cards->sums + first * N_SUMS, *to = cards->sums + last * N_SUMS;
        double chars = to[SUM_CHARS] - from[SUM_CHARS], images = to[SUM_IMAGES] - from[SUM_IMAGES];
        part[IMAGES_INSIDE] = (float)(images < MAX_IMAGES ? images : MAX_IMAGES);
        part[LINK_SHARE_INSIDE] = (float)((to[SUM_LINK_CHARS] - from[SUM_LINK_CHARS]) / (chars > 1.0 ? chars : 1.0));
    }
}

/* Fills how many siblings have each element's tag and names, and mean and spread of their lengths. */
static void fill_alike(const Cards *cards, const TreeArrays *tree, const uint64_t *paths, const double *logs,
    Sorting room) {
    int64_t n = tree->n_elements;
    for (int64_t e = 0; e < n; e++) {
        bool empty = tree->spans[2 * e + 1] <= tree->spans[2 * e];
        room.keys[e] = empty ? 0 : mix(paths[e], (uint64_t)(tree->parents[e] + 1));
    }
    sort_keys(&room, n);
    for (int64_t i = 0, j; i < n; i = j) {
        double total = 0.0, squares = 0.0;
        for (j = i; j < n && room.keys[j] == room.keys[i]; j++) {
            const int64_t *span = tree->spans + 2 * (int64_t)room.order[j];
            double size = cards->sums[span[1] * N_SUMS + SUM_CHARS] - cards->sums[span[0] * N_SUMS + SUM_CHARS];
            total += size;
            squares += size * size;
        }
        double count = (double)(j - i), mean = total / count, spread = squares / count - mean * mean;
        float alike = (float)log_of(logs, j - i), log_mean = (float)log_of_double(logs, mean);
        float spread_alike = (float)(sqrt(spread > 0.0 ? spread : 0.0) / (mean > 1.0 ? mean : 1.0));
        for (int64_t k = i; k < j; k++) {
            float *part = cards->parts + (int64_t)room.order[k] * N_PARTS;
            part[ALIKE] = alike;
            part[LOG_CHARS_ALIKE] = log_mean;
            part[SPREAD_ALIKE] = spread_alike;
        }
    }
}

/* Fills the levels; of elements with the same blocks, the outermost of those with most siblings alike is used. */
static void fill_levels(float *out, const TreeArrays *tree, const Cards *cards, int64_t n) {
    const int64_t *spans = tree->spans;
    for (int64_t e = 0; e < tree->n_elements; e++) {
        int64_t around = tree->parents[e];
        bool same = around >= 0 && spans[2 * around + 1] - spans[2 * around] == spans[2 * e + 1] - spans[2 * e];
        cards->next[e] = same ? cards->next[around] : (int32_t)around;
        cards->best[e] = (int32_t)e;
        if (same) {
            int64_t outer = cards->best[around];
            bool is_better = cards->parts[outer * N_PARTS + ALIKE] >= cards->parts[e * N_PARTS + ALIKE];
            if (is_better) cards->best[e] = (int32_t)outer;
        }
    }
    for (int64_t b = 0; b < n; b++) {
        float *c = out + b * N_COLUMNS + FIRST_ELEMENT;
        int64_t e = tree->elements[b];
        for (int level = 0; level < LEVELS && e >= 0; level++, e = cards->next[e]) {
            memcpy(c + level * N_PARTS, cards->parts + (int64_t)cards->best[e] * N_PARTS, N_PARTS * sizeof *c);
        }
    }
}

/* Fills the columns from LINKED on, which are still zero. */
void fill_repetition_columns(float *out, const TextArrays *text, const TreeArrays *tree, const uint64_t *paths,
    const Cards *cards, const double *logs, Sorting room) {
    if (tree->n_elements == 0) return;
    double *sums = cards->sums;
    memset(sums, 0, N_SUMS * sizeof *sums);
    for (int64_t b = 0; b < text->n; b++) {
        const int64_t *row = text->counts + b * N_COUNTS;
        sums[N_SUMS + SUM_CHARS] = sums[SUM_CHARS] + (double)row[N_CHARS];
        sums[N_SUMS + SUM_LINK_CHARS] = sums[SUM_LINK_CHARS] + (double)row[LINK_CHARS];
        sums[N_SUMS + SUM_IMAGES] = sums[SUM_IMAGES] + (double)row[N_IMAGES];
        sums += N_SUMS;
    }
    memset(cards->parts, 0, (size_t)(tree->n_elements * N_PARTS) * sizeof *cards->parts);
    fill_targets(out, tree->targets, text->n, cards->before, logs, room);
    fill_alike(cards, tree, paths, logs, room);
    fill_contents(cards, text->counts, tree, logs);
    fill_levels(out, tree, cards, text->n);
}

/* Returns n, -2 where a block is not within the code points, or OUT_OF_MEMORY. */
EXPORT int64_t cd_count_repeats(const point_t *points, int64_t n_points, const int64_t *starts, const int64_t *ends,
    int64_t n, int64_t *repeats) {
    for (int64_t b = 0; b < n; b++) {
        if (n > INT32_MAX || starts[b] < 0 || ends[b] < starts[b] || ends[b] > n_points) return -2;
    }
    uint64_t *keys = malloc((size_t)(n + 1) * (2 * sizeof *keys + 2 * sizeof(int32_t)));
    if (keys == NULL) return OUT_OF_MEMORY;
    int32_t *order = (int32_t *)(keys + 2 * n);
    count_repeats(&(Blocks){points, starts, ends, n}, (Sorting){keys, keys + n, order, order + n}, repeats);
    free(keys);
    return n;
}
