/* Looks up keys of an index, for service/index/keys. */
#include "core.h"

/* Finds the keys whose remainder is in their partition, whose remainders are sorted; returns their number. */
EXPORT int64_t cd_present_keys(const uint16_t *remainders, int64_t room, const int64_t *counts, int64_t n_partitions,
                               const int64_t *keys, int64_t n_keys, int64_t partition_shift, int64_t remainder_shift,
                               int64_t *present) {
    int64_t n = 0;
    for (int64_t k = 0; k < n_keys; k++) {
        int64_t partition = keys[k] >> partition_shift;
        if (partition < 0 || partition >= n_partitions) continue;
        const uint16_t *own = remainders + partition * room;
        uint16_t remainder = (uint16_t)(keys[k] >> remainder_shift);
        int64_t low = 0, high = counts[partition];
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            if (own[middle] < remainder) low = middle + 1;
            else high = middle;
        }
        if (low < counts[partition] && own[low] == remainder) present[n++] = keys[k];
    }
    return n;
}

/* Finds all places in sorted keys, which may repeat, that have one of some keys; writes `room` and returns all. */
EXPORT int64_t cd_find_places(const int64_t *sorted, int64_t n_sorted, const int64_t *keys, int64_t n_keys,
                              int64_t *places, int64_t room) {
    int64_t n = 0;
    for (int64_t k = 0; k < n_keys; k++) {
        int64_t low = 0, high = n_sorted;
        while (low < high) {
            int64_t middle = low + (high - low) / 2;
            if (sorted[middle] < keys[k]) low = middle + 1;
            else high = middle;
        }
        for (; low < n_sorted && sorted[low] == keys[k]; low++, n++) {
            if (n < room) places[n] = low;
        }
    }
    return n;
}
