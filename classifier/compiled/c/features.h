/* What the sources of the features share: a page as arrays, and the numbers of counts and columns. */
#ifndef COPYDESK_FEATURES_H
#define COPYDESK_FEATURES_H

#include "maths.h"
#include "sorting.h"

/* The numbers of the counts of a block; see counts.py. */
enum {
    N_CHARS, N_WORDS, N_LETTERS, N_CAPITALS, N_DIGITS, N_SENTENCES, N_COMMAS, LAST_CHAR, FIRST_CHAR, IS_ELLIPSIS,
    FIRST_WORD, LAST_WORD, N_TITLE_WORDS, N_QUOTES, N_BARS, LONGEST, FIRST_PAIR, LEAD,
    LINK_CHARS, N_LINKS, N_IMAGES, N_COUNTS
};

/* The numbers of the columns of a block; see columns.py. */
enum {
    LOG_CHARS, LOG_WORDS, CAPITALS, DIGITS, SENTENCES, COMMAS, ENDS_SENTENCE, ELLIPSIS, TITLE_CASE, QUOTES, BARS,
    LONGEST_WORD, WORD_LENGTH, STARTS_LOWER, STARTS_DIGIT, LINK_SHARE, LINKS, IMAGES, REPEATS, TITLE_FOUND,
    TITLE_SHARE, DEPTH, SIBLINGS, SIBLING_PLACE, HEADING, LIST_ITEM, PARAGRAPH, PLACE_BY_BLOCKS, PLACE_BY_WORDS,
    LOG_PAGE_BLOCKS, LOG_PAGE_WORDS, PAGE_LINK_SHARE, PATH_SHARE, TITLE_MATCH, DESCRIPTION_SHARE, DESCRIPTION_MATCH,
    IN_HEADING, IN_FIGURE, IN_LIST, IN_QUOTE, FIRST_NAMED, STATED_SHARE = FIRST_NAMED + 6, STATED_LOG_WORDS, CALL, LINKED,
    SAME_TARGET, TARGET_BEFORE, TARGET_AFTER, FIRST_ELEMENT
};

/* The numbers of what the columns say of one element around a block. */
enum {
    ALIKE, LOG_BLOCKS, TARGETS, LONGEST_INSIDE, IMAGES_INSIDE, LINK_SHARE_INSIDE, LOG_CHARS_ALIKE, SPREAD_ALIKE, N_PARTS
};

#define LEVELS 3
#define N_COLUMNS (FIRST_ELEMENT + LEVELS * N_PARTS)
#define SHAPE_TOKENS 58
#define LEAD_TOKENS 2
#define MAX_NAME_WORDS 12
#define MAX_HREF_WORDS 8
#define ANCESTORS 8
#define DECLARED_PLACES 4096
#define DECLARED_TEXTS 4
#define STATED_PLACES 65536
#define PART_PLACES 4096
#define CALL_PLACES 4096
#define MAX_CALL_WORDS 8

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

/* What the text says of n blocks. */
typedef struct {
    const int64_t *counts, *word_ends; /* where each block's words end */
    const uint64_t *words;
    const int64_t *repeats; /* blocks with exactly the block's text, itself among them */
    const uint8_t *declared; /* DECLARED_PLACES: for each hash modulo that, a bit for each declared text with it */
    const int64_t *declared_words; /* DECLARED_TEXTS: how many different words each has, 0 where there is none */
    const bool *stated; /* STATED_PLACES: for each hash modulo that, whether the stated text has the pair of words */
    int64_t stated_words; /* how many words the text has that JSON-LD states, 0 where there is none */
    const uint64_t *call_keys; /* CALL_PLACES, see Tables */
    const uint8_t *call_levels;
    int64_t n;
} TextArrays;

/* What the markup says of the blocks and of the elements around them. */
typedef struct {
    const int64_t *elements; /* the innermost element of each block, -1 without markup */
    const int64_t *parents; /* the element around each element, -1 for the outermost */
    const int64_t *spans; /* first block and end of the blocks of each element */
    const uint64_t *tags; /* a hash of each tag name */
    const uint64_t *names, *inline_names, *hrefs; /* hashes of elements' names, blocks' inline names, links */
    const uint64_t *targets; /* a hash of each block's link as a whole, 0 for none */
    const int64_t *name_ends, *inline_ends, *href_ends; /* where each element's or block's hashes end */
    int64_t n_elements;
} TreeArrays;

/* What a page's head declares; see declared.py. */
typedef struct {
    int64_t declared_words[DECLARED_TEXTS], stated_words;
    uint8_t declared[DECLARED_PLACES];
    bool stated[]; /* STATED_PLACES where stated_words is not 0 */
} Head;

/* What the names around each element say, by element. */
typedef struct {
    int64_t *depths;
    uint64_t *paths; /* a hash of the tags and names all the way up */
    uint8_t *parts; /* a bit for each of PART_NAMES */
} Elements;

/* What repeats around the blocks; see repetition.c. */
typedef struct {
    int64_t *before; /* n: the last block before with the same link target, or -1 */
    double *sums; /* n + 1 rows: characters, link characters and images of the blocks before */
    float *parts; /* n_elements rows of N_PARTS */
    int32_t *best, *next; /* n_elements: the element that stands for those with the same blocks, the one around them */
} Cards;

#define N_LOGS 4096

/* Tables that Python fills once, see tables.py: without the code points from 0x10000 on. */
typedef struct {
    double logs[N_LOGS]; /* the logarithm of 1 + k */
    uint64_t part_keys[PART_PLACES]; /* the words of PART_NAMES by their lower bits, 0 where there is none */
    uint64_t call_keys[CALL_PLACES]; /* hashes of words that lead elsewhere, by their lower bits, 0 where there is none */
    point_t lower[0x10000];
    uint8_t classes[0x10000];
    uint8_t part_bits[PART_PLACES]; /* a bit for each of PART_NAMES that has the word */
    uint8_t call_levels[CALL_PLACES]; /* how surely the words lead elsewhere */
} Tables;

/* The logarithm of 1 + k. */
INLINE double log_of(const double *logs, int64_t k) { return k < N_LOGS ? logs[k] : cd_log1p((double)k); }

INLINE double log_of_double(const double *logs, double x) {
    return x < N_LOGS && x == (double)(int64_t)x ? logs[(int64_t)x] : cd_log1p(x);
}

/* UTF-8 bytes; text k is from ends[k - 1], the first from `start`, to ends[k]. */
typedef struct {
    const uint8_t *bytes;
    const int64_t *ends;
    int64_t start, n;
} Texts;

#define SEEN 1024 /* places of the table of texts that came before, a power of two */

void read_blocks(const Blocks *blocks, const Tables *tables, BlockWords *out);
void count_repeats(const Blocks *blocks, Sorting room, int64_t *repeats);
int64_t hash_names(Texts texts, const int64_t *spans, int32_t *seen, uint64_t *out, int64_t *out_ends);
int64_t hash_links(Texts texts, int32_t *seen, uint64_t *out, int64_t *out_ends, uint64_t *targets);
void parts_by_name(const uint64_t *names, const int64_t *ends, int64_t n, const uint64_t *keys, const uint8_t *bits,
    uint8_t *out);
void element_paths(const TreeArrays *tree, int64_t *depths, uint64_t *paths);
void fill_layout_columns(float *out, const TextArrays *text, const TreeArrays *tree, const Elements *inside,
    uint64_t *paths, const double *logs, Sorting room);
void fill_repetition_columns(float *out, const TextArrays *text, const TreeArrays *tree, const uint64_t *paths,
    const Cards *cards, const double *logs, Sorting room);
int64_t n_shape_tokens(bool has_tree); /* how many a block has */
void shape_tokens(const int64_t *counts, const float *columns, int64_t n, bool has_tree, uint32_t *out);
int64_t markup_tokens(const TreeArrays *tree, const int64_t *counts, int64_t n, const double *logs, uint32_t *out,
    int64_t *out_ends);

#endif
