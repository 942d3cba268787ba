/* Lines below a headline that name the author, and marks that end sentences. */
#ifndef COPYDESK_BYLINE_LINES_H
#define COPYDESK_BYLINE_LINES_H

#include "core.h"

/* Which code points are letters in lower case: those below `n` whose byte in the table has a bit. */
typedef struct {
    const uint8_t *table;
    int64_t n;
    uint8_t bit;
} SmallLetters;

/* Returns whether a line is a byline or names who took a picture, and does not go on from the line before: "by Ada Quill",
   "photo: Ada Quill", or in Chinese "作者：韩小溪" and "时间：…". Its words begin with capitals but for the first one. */
bool is_byline_line(const point_t *points, int64_t start, int64_t end, const SmallLetters *small);

INLINE bool is_sentence_end(point_t code) {
    switch (code) {
    case '.': case '!': case '?': case ':': case 0x2026: case 0x3002: case 0xFF01: case 0xFF1F: case 0x964: case 0x61F:
    case 0x6D4: case 0x589: return true;
    default: return false;
    }
}

INLINE bool is_comma(point_t code) {
    return code == ',' || code == ';' || code == 0x60C || code == 0x3001 || code == 0xFF0C || code == 0xFF1B;
}

#endif
