/* Marks the words that are likely facts, for fact_words.py. */
#include "duplicates.h"

enum { SKIPPED, DIGIT, CAPITAL, SENTENCE_END, LINE_END, DASH, OTHER }; /* kinds of code points, as in the table */

/* A dateline ends within so many words of a text's begin and has at most so many, up to a dash: it tells of the agency,
   not of the story, so its words are ordinary. */
#define DATELINE_WITHIN 30
#define DATELINE_WORDS 10

/* Share of a text's words above which capitals tell no names: it is set in capitals, or as a title. A choice; German,
   which writes all nouns with a capital, has about a third. */
#define MOST_NAMES 0.5

#define SPACE 0x20

/* What a gap between words ends or has. */
typedef struct {
    bool sentence, line, dash;
} Gap;

INLINE int kind_of(point_t point, const uint8_t *kinds) { return point < TABLE ? kinds[point] : OTHER; }

INLINE Gap read_gap(const point_t *text, int64_t first, int64_t end, const uint8_t *kinds) {
    Gap gap = {false, false, false};
    if (end == first + 1 && text[first] == SPACE) return gap; /* as between most words */
    for (int64_t at = first; at < end; at++) {
        int kind = kind_of(text[at], kinds);
        gap.line |= kind == LINE_END;
        gap.sentence |= kind == SENTENCE_END || kind == LINE_END;
        gap.dash |= kind == DASH;
    }
    gap.dash &= end > first + 1; /* a dash among other characters */
    return gap;
}

void mark_text(const point_t *text, const uint8_t *kinds, const Words *words, int64_t first) {
    uint8_t *marks = words->marks;
    int64_t end = 0, line = first, n_names = 0;
    for (int64_t i = first; i < words->n; i++) {
        int64_t start = words->starts[i];
        Gap gap = read_gap(text, end, start, kinds);
        end = max_i64(end, words->ends[i]);
        if (gap.dash && i - line <= DATELINE_WORDS && i - first <= DATELINE_WITHIN) {
            for (int64_t j = line; j < i; j++) marks[j] &= FIRST_NAME - 1;
        }
        line = gap.line ? i : line;
        int initial = kind_of(text[start], kinds);
        bool number = initial == DIGIT, name = initial == CAPITAL && !gap.sentence && i > first;
        uint8_t bits = (uint8_t)(words->hashes[i] >> 40 & (number ? FIRST_NUMBER - 1 : FIRST_NAME - 1));
        marks[i] = (uint8_t)(bits | (number ? FIRST_NUMBER : 0) | (name ? FIRST_NAME : 0));
        n_names += name;
    }
    if ((double)n_names <= MOST_NAMES * (double)(words->n - first)) return;
    for (int64_t i = first; i < words->n; i++) {
        if (mark_kind(marks[i]) == NAME) marks[i] &= FIRST_NAME - 1;
    }
}
