/* Finds the tags in the bytes of an HTML page: where each begins and ends, and its name. */
#ifndef COPYDESK_HTML_SCANNER_H
#define COPYDESK_HTML_SCANNER_H

#include "core.h"

/* Attributes of one tag. More are cut off, since a parser compares each with all before it. */
#define MAX_ATTRIBUTES 256

typedef struct {
    const uint8_t *data;
    int64_t n;
} Page;

typedef struct {
    int64_t end;    /* the place of its `>`, or the page's length */
    int64_t excess; /* where it has too many attributes, 0 if it has not */
    bool closed;    /* whether it ends in `/>` */
} Tag;

/* Hashes the tag name at `*at`, in lower case, and moves `*at` behind it. */
uint64_t name_hash(Page page, int64_t *at);

/* Returns where a tag ends whose name ends at `at`. */
Tag tag_end(Page page, int64_t at);

/* Returns the next place of `<`, or the page's length. */
int64_t next_tag(Page page, int64_t at);

/* Returns the place after a `<` that does not begin a tag: a comment, a declaration, a broken end tag, or text.
   `foreign`: whether it is in SVG or MathML, where `<![CDATA[` has an end of its own. */
int64_t after_non_tag(Page page, int64_t at, bool foreign);

/* Returns the place of the end tag that ends raw text, or -1. */
int64_t raw_end(Page page, int64_t at, uint64_t name);

#endif
