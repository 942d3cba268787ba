/* The lines of a plain text while those that were wrapped are found; see plain_text.py. */
#ifndef COPYDESK_WRAPPED_LINES_H
#define COPYDESK_WRAPPED_LINES_H

#include "core.h"

/* What a code point is to Python: bits of the table in plain_text.py. */
enum { IS_SPACE = 1, IS_DECIMAL = 2, IS_LOWER = 4, IS_UPPER = 8, IS_ALPHA = 16, IS_WORD = 32 };

/* Mail and terminals wrap at 60 to 120 characters; a longer line is a whole paragraph. */
enum { MAX_WRAP_WIDTH = 120 };

typedef struct {
    const point_t *points;
    int64_t n_points;
    const uint8_t *traits; /* of every code point that the text has */
} LinedText;

/* A line, or a list item with its indented lines. */
typedef struct {
    int64_t start, end, first, last; /* places in the text, numbers of the lines */
    int64_t length;                  /* in characters; 0 for one word that no wrap could have broken */
} Row;

/* Lines that may be one wrapped paragraph: in none is there room for the next line's first word. */
typedef struct {
    int64_t first, last; /* numbers of the lines */
    int64_t width, n_turns;
    double continuing; /* line ends in mid-sentence; a single full line in a script without letter case counts half */
    int64_t n_open;    /* line ends of which nothing is known, as before a noun with a capital */
    int64_t least;     /* characters of a line and the next one's first word, where they are the fewest */
    bool is_cut;       /* whether the last line ends in an ellipsis */
    bool ends_sentence, ends_in_word; /* whether the last line ends as a sentence does, and whether it is one word */
} Run;

INLINE bool has_trait(const LinedText *text, int64_t at, int traits) {
    return (text->traits[text->points[at]] & traits) != 0;
}

/* wrapped_lines.c: writes the runs among some rows; returns how many there are, at most n / 2. */
int64_t find_runs(const LinedText *text, Row *rows, int64_t n, Run *runs);
/* Marks the lines that continue the one before: those of the runs that are wrapped. `widths` has room for n numbers;
   `has_long` is whether the text has a line that is wider than any wrap. */
void mark_wrapped(const Run *runs, int64_t n, int64_t n_turns, bool has_long, int64_t *widths, bool *is_later);
/* Returns whether a row ends as a sentence does, but for quotes and brackets after it. */
bool ends_as_sentence(const LinedText *text, int64_t start, int64_t end);
/* Returns the row's length, or 0 if it is one word, such as a URL, that no wrap could have broken. */
int64_t breakable_length(const LinedText *text, int64_t start, int64_t end);

#endif
