/* Two sorts: one groups equal hashes, the other puts numbers in order. */
#ifndef COPYDESK_SORTING_H
#define COPYDESK_SORTING_H

#include "core.h"

/* Room for grouping n items: after sort_keys(), `order` has their numbers, those of equal keys together, rising. */
typedef struct {
    uint64_t *keys, *keys_after;
    int32_t *order, *order_after;
} Sorting;
void sort_keys(Sorting *room, int64_t n);

/* A number for each block, and the block: `sort_items` sorts them, and leaves equal ones in their order. */
typedef struct {
    uint64_t key;
    int64_t block;
} Item;
void sort_items(Item *items, Item *spare, int64_t n);

#endif
