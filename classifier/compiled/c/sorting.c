/* Sorts hashes byte by byte, which nobody can make slow by choosing them, and numbers by merging, which keeps their order. */
#include "sorting.h"

#define DIGITS_OF_KEY 4 /* bytes of half a key */

/* Sorts by one byte of the keys; `places`: how many keys have each value there. */
static void sort_by_digit(Sorting *room, int64_t n, int digit, uint32_t *places) {
    uint32_t place = 0;
    for (int value = 0; value < 256; value++) {
        uint32_t here = places[value];
        places[value] = place;
        place += here;
    }
    for (int64_t i = 0; i < n; i++) {
        uint32_t to = places[room->keys[i] >> 8 * digit & 255]++;
        room->keys_after[to] = room->keys[i];
        room->order_after[to] = room->order[i];
    }
    uint64_t *keys = room->keys;
    int32_t *order = room->order;
    room->keys = room->keys_after, room->order = room->order_after;
    room->keys_after = keys, room->order_after = order;
}

/* Sorts by some bytes of the keys. */
static void sort_by_digits(Sorting *room, int64_t n, int from, int to) {
    uint32_t counted[DIGITS_OF_KEY][256] = {{0}};
    for (int64_t i = 0; i < n; i++) {
        for (int digit = from; digit < to; digit++) counted[digit - from][room->keys[i] >> 8 * digit & 255]++;
    }
    for (int digit = from; digit < to; digit++) {
        uint32_t *places = counted[digit - from];
        if (places[room->keys[0] >> 8 * digit & 255] < n) sort_by_digit(room, n, digit, places);
    }
}

/* Brings equal keys together, in the order of their numbers. The lower half of the keys mostly tells them apart. */
void sort_keys(Sorting *room, int64_t n) {
    if (n == 0) return;
    for (int64_t i = 0; i < n; i++) room->order[i] = (int32_t)i;
    sort_by_digits(room, n, 0, DIGITS_OF_KEY);
    for (int64_t i = 1; i < n; i++) {
        if (room->keys[i] != room->keys[i - 1] && (uint32_t)room->keys[i] == (uint32_t)room->keys[i - 1]) {
            sort_by_digits(room, n, DIGITS_OF_KEY, 2 * DIGITS_OF_KEY);
            break;
        }
    }
}

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
