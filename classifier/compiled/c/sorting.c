/* Sorts hashes by radix, which nobody can make slow by choosing them. */
#include "features.h"

#define DIGITS_OF_KEY 8

void sort_keys(Sorting *room, int64_t n) {
    uint32_t counted[DIGITS_OF_KEY][256] = {{0}};
    for (int64_t i = 0; i < n; i++) {
        uint64_t key = room->keys[i];
        room->order[i] = (int32_t)i;
        for (int digit = 0; digit < DIGITS_OF_KEY; digit++) counted[digit][key >> 8 * digit & 255]++;
    }
    for (int digit = 0; digit < DIGITS_OF_KEY; digit++) {
        uint32_t *places = counted[digit], place = 0;
        if (n == 0 || places[room->keys[0] >> 8 * digit & 255] == n) continue; /* all alike here */
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
}
