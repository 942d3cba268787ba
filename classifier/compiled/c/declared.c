/* Looks up the words of the texts that a page's head declares; see declared.py. */
#include "features.h"

/* Returns how many different words there are. */
static int64_t count_different(const uint64_t *words, int64_t n, Sorting room) {
    int64_t different = 0;
    memcpy(room.keys, words, (size_t)n * sizeof *words);
    sort_keys(&room, n);
    for (int64_t k = 0; k < n; k++) different += k == 0 || room.keys[k] != room.keys[k - 1];
    return different;
}

/* Fills how many different words each text has, and sets its bit at the places of its words. The texts follow each
   other, and `ends` are where they end; declared: a Head. Returns n, or OUT_OF_MEMORY. */
EXPORT int64_t cd_declared_words(const point_t *points, const int64_t *ends, int64_t n, const uint8_t *tables,
    uint8_t *declared) {
    int64_t room = n > 0 ? ends[n - 1] : 0, counts[N_COUNTS], token_end, word_end;
    uint64_t *words = malloc((size_t)(room + 1) * (3 * sizeof *words + 4 * sizeof(uint32_t)));
    if (words == NULL) return OUT_OF_MEMORY;
    uint32_t *tokens = (uint32_t *)(words + 3 * room);
    int32_t *order = (int32_t *)(tokens + 2 * room);
    Sorting sorting = {words + room, words + 2 * room, order, order + room};
    Head *head = (Head *)declared;
    for (int64_t k = 0; k < n; k++) {
        int64_t start = k > 0 ? ends[k - 1] : 0;
        BlockWords read = {tokens, words, &token_end, &word_end, counts, 0, 0};
        read_blocks(&(Blocks){points, &start, ends + k, 1}, (const Tables *)tables, &read);
        head->declared_words[k] = count_different(words, word_end, sorting);
        uint8_t bit = (uint8_t)(1 << k);
        for (int64_t at = 0; at < word_end; at++) head->declared[words[at] & (DECLARED_PLACES - 1)] |= bit;
    }
    free(words);
    return n;
}
