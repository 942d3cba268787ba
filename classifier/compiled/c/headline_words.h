/* What the words of a possible headline say; see headline_words.c. */
#ifndef COPYDESK_HEADLINE_WORDS_H
#define COPYDESK_HEADLINE_WORDS_H

#include "core.h"

enum { KNOWN_CHARACTERS = 3000 }; /* characters of the body whose words are compared with those of a line */
enum { MAX_HEADLINE = 300 }; /* characters of the longest line: as in title_of_text.py */
enum { GRAM = 4, GRAM_PLACES = 4096 };

enum { FEW, MANY, KNOWN, IN_PARAGRAPH, IS_SENTENCE, HAS_SEPARATOR, HAS_COLON, CAPITALS, N_OF_WORDS }; /* as in `Words` */

/* The beginning of the body, in lower case. */
typedef struct {
    point_t points[2 * KNOWN_CHARACTERS]; /* with a line break between blocks */
    int64_t n, opening; /* of all, of the first paragraph */
    bool grams[GRAM_PLACES]; /* for each hash of GRAM code points in a row whether they are there */
    bool is_simple; /* whether it has no code point whose lower case is several or looks like another's */
} KnownText;

/* Whether a line's words are yet to be read, by Python if they are to be, there are none, or they were read. */
enum { NOT_READ, NO_WORDS, WORDS_READ };

bool contains(const point_t *points, int64_t n, const point_t *part, int64_t size);
void read_known(const point_t *points, const int64_t *spans, int64_t n, KnownText *out);
int read_words(const KnownText *known, const point_t *points, int64_t n, double *out);

#endif
