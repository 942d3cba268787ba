/* What the sources of the features share: a page as arrays, as page_arrays.py describes them, and the columns' numbers. */
#ifndef COPYDESK_FEATURES_H
#define COPYDESK_FEATURES_H

#include "core.h"

/* The numbers of the counts of a block; see counts.py. */
enum {
    N_CHARS, N_WORDS, N_LETTERS, N_CAPITALS, N_DIGITS, N_SENTENCES, N_COMMAS, LAST_CHAR, FIRST_CHAR, IS_ELLIPSIS,
    FIRST_WORD, LAST_WORD, N_TITLE_WORDS, N_QUOTES, N_BARS, LONGEST, LINK_CHARS, N_LINKS, N_IMAGES, N_COUNTS
};

/* The numbers of the columns of a block; see columns.py. */
enum {
    LOG_CHARS, LOG_WORDS, CAPITALS, DIGITS, SENTENCES, COMMAS, ENDS_SENTENCE, ELLIPSIS, TITLE_CASE, QUOTES, BARS,
    LONGEST_WORD, WORD_LENGTH, STARTS_LOWER, STARTS_DIGIT, LINK_SHARE, LINKS, IMAGES, REPEATS, TITLE_FOUND,
    TITLE_SHARE, DEPTH, SIBLINGS, SIBLING_PLACE, HEADING, LIST_ITEM, PARAGRAPH, PLACE_BY_BLOCKS, PLACE_BY_WORDS,
    LOG_PAGE_BLOCKS, LOG_PAGE_WORDS, PAGE_LINK_SHARE, PATH_SHARE, TITLE_MATCH, DESCRIPTION_SHARE, DESCRIPTION_MATCH,
    IN_HEADING, IN_FIGURE, IN_LIST, IN_QUOTE, FIRST_NAMED, STATED_SHARE = FIRST_NAMED + 6, STATED_LOG_WORDS, LINKED,
    SAME_TARGET, TARGET_BEFORE, TARGET_AFTER, FIRST_ELEMENT
};

/* The numbers of what the columns say of one element around a block. */
enum { ALIKE, LOG_BLOCKS, TARGETS, LONGEST_INSIDE, IMAGES_INSIDE, LINK_SHARE_INSIDE, LOG_CHARS_ALIKE, SPREAD_ALIKE, N_PARTS };

#define LEVELS 3
#define N_COLUMNS (FIRST_ELEMENT + LEVELS * N_PARTS)
#define SHAPE_TOKENS 58
#define MAX_NAME_WORDS 12
#define MAX_HREF_WORDS 8
#define ANCESTORS 8
#define DECLARED_PLACES 4096
#define DECLARED_TEXTS 4
#define STATED_PLACES 65536

/* The most tokens of one block that markup_tokens() writes. */
#define MAX_MARKUP_TOKENS (ANCESTORS * (2 * MAX_NAME_WORDS + 2) + 2 * MAX_NAME_WORDS + MAX_HREF_WORDS + 8)

/* The tables of `character_tables` for the code points below 0x10000. */
typedef struct {
    const uint8_t *classes;
    const point_t *lower;
} Characters;

/* Where each of n blocks starts and ends in the code points; no block is empty. */
typedef struct {
    const point_t *points;
    const int64_t *starts, *ends;
    int64_t n;
} Blocks;

/* The hashes of blocks, one block's after the other's, and where each block's end; counts: n rows of N_COUNTS. */
typedef struct {
    uint32_t *tokens; /* the lower 32 bits */
    uint64_t *words;
    int64_t *token_ends, *word_ends, *counts;
    int64_t n_tokens, n_words; /* written so far */
} BlockWords;

typedef struct {
    const int64_t *counts, *word_ends;
    const uint64_t *words;
    const int64_t *repeats;
    const uint8_t *declared; /* DECLARED_PLACES */
    const int64_t *declared_words; /* DECLARED_TEXTS */
    const bool *stated; /* STATED_PLACES, or one place where stated_words is 0 */
    int64_t stated_words, n;
} TextArrays;

typedef struct {
    const int64_t *elements, *parents, *spans;
    const uint64_t *tags, *names, *inline_names, *hrefs, *targets;
    const int64_t *name_ends, *inline_ends, *href_ends;
    int64_t n_elements;
} TreeArrays;

/* Logarithms of 1 + k for the k below `size`, since they are asked for often. */
typedef struct {
    const double *values;
    int64_t size;
} Logs;

/* Room for sorting: `order` has the numbers of the items by key, equal keys in their order. Each array has n items. */
typedef struct {
    uint64_t *keys, *keys_after;
    int32_t *order, *order_after;
} Sorting;

/* block_text.c; points: a text's code points, none of its blocks is empty. */
void read_blocks(const Blocks *blocks, Characters tables, BlockWords *out);

/* markup_words.c: UTF-8 bytes, text k from ends[k - 1] (0 for the first) to ends[k]. */
typedef struct {
    const uint8_t *bytes;
    const int64_t *ends;
    int64_t start; /* where the first text starts */
    int64_t n;
} Texts;
int64_t hash_names(Texts texts, const int64_t *spans, int32_t *seen, uint64_t *out, int64_t *out_ends);
int64_t hash_hrefs(Texts texts, int32_t *seen, uint64_t *out, int64_t *out_ends);
void hash_tags(Texts texts, int32_t *seen, uint64_t *out);
void hash_targets(Texts texts, int32_t *seen, uint64_t *out);

/* part_names.c */
void parts_by_name(const TreeArrays *tree, const uint64_t *keys, const uint8_t *parts, uint8_t *out);

/* repetition.c */
void count_repeats(const Blocks *blocks, Sorting room, int64_t *repeats);

/* sorting.c: sorts the numbers 0 to n - 1 by room.keys, and the keys with them; stable, in linear time. */
void sort_keys(Sorting *room, int64_t n);

#endif
