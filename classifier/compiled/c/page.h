/* A segmented page as it is given to the library, and its features. */
#ifndef COPYDESK_PAGE_H
#define COPYDESK_PAGE_H

#include "core.h"

/* The answer where the numbers of a page do not fit together. */
#define UNSOUND (-2)

enum { WORDS_FIELD, SHAPE_FIELD, MARKUP_FIELD, PAGE_FIELDS };

/* The code points of many texts, one after the other. */
typedef struct {
    const point_t *data;
    int64_t n;
} Points;

/* A page as it is given; without markup there are no elements, and no texts. */
typedef struct {
    const point_t *points;
    const int64_t *spans; /* start and end of each block */
    int64_t n_points, n;
    const int64_t *of_blocks, *of_elements;
    int64_t n_elements;
    const uint64_t *tag_hashes;
    int64_t n_tags;
    Points names, inline_names, hrefs;
} PageInput;

typedef struct {
    uint32_t *tokens;
    int64_t *ends, *word_ends, *spans;
    uint64_t *paths, *words;
    float *columns;
} PageOutput;

/* Fills a page's features; returns the number of tokens, UNSOUND or OUT_OF_MEMORY. */
int64_t page_features(const PageInput *page, const uint8_t *tables, const uint8_t *head, PageOutput *out);

#endif
