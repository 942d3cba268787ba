/* Sorts blocks by a number of each, see `Item`. */
#include "model.h"

/* Merges two sorted runs next to each other: `n` items of which the second run begins at `middle`. */
static void merge(const Item *items, int64_t middle, int64_t n, Item *out) {
    int64_t left = 0, right = middle;
    for (int64_t i = 0; i < n; i++) {
        bool from_left = right == n || (left < middle && items[left].key <= items[right].key);
        out[i] = from_left ? items[left++] : items[right++];
    }
}

void sort_items(Item *items, Item *spare, int64_t n) {
    Item *from = items, *to = spare;
    for (int64_t width = 1; width < n; width *= 2) {
        for (int64_t first = 0; first < n; first += 2 * width) {
            int64_t size = min_i64(2 * width, n - first);
            merge(from + first, min_i64(width, size), size, to + first);
        }
        Item *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != items) memcpy(items, from, (size_t)n * sizeof *items);
}
