/* Marks the words that are likely facts, for fact_words.py. */
#include "duplicates.h"

/* Kinds of code points, as in the table. */
enum { SKIPPED, DIGIT, CAPITAL, SENTENCE_END, LINE_END, DASH, OTHER, ONE, NUMERAL, POWER, ORDINAL, DAY, UNIT };

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

/* Every so many characters of a numeral are marked, as a run of so many is compared (`shingle_characters`). */
#define NUMERAL_STEP 5

INLINE bool is_numeral(int kind) { return kind == ONE || kind == NUMERAL || kind == POWER; }

/* Returns the kind of a word that follows the one before without a gap, OTHER for any other word. */
INLINE int joined_kind(const point_t *text, const uint8_t *kinds, const Words *words, int64_t i) {
    if (i >= words->n || words->starts[i] != words->ends[i - 1]) return OTHER;
    return kind_of(text[words->starts[i]], kinds);
}

/* Marks the numerals of an unspaced script from word i on as a number, if they are one; returns their end. A number is a
   run that begins with a digit or with ten, or a single one of these after an ordinal or before a unit. What begins with
   another power of ten is an ordinary word, such as the one for "if". */
static int64_t mark_numerals(const point_t *text, const uint8_t *kinds, const Words *words, int64_t first, int64_t i) {
    int initial = kind_of(text[words->starts[i]], kinds), following;
    int64_t end = i + 1;
    uint64_t hash = words->hashes[i];
    while (is_numeral(following = joined_kind(text, kinds, words, end))) {
        hash = scatter(hash ^ words->hashes[end++]);
    }
    bool ordinal = i > first && words->starts[i] == words->ends[i - 1] &&
                   kind_of(text[words->starts[i - 1]], kinds) == ORDINAL;
    bool counts = following == DAY || (following == UNIT && initial != ONE);
    bool number = initial != POWER && (end > i + 1 || ordinal || counts);
    for (int64_t j = i; j < end; j++) {
        bool marked = number && (j - i) % NUMERAL_STEP == 0;
        words->marks[j] = (uint8_t)(marked ? FIRST_NUMBER | (hash >> 40 & (FIRST_NUMBER - 1))
                                           : words->hashes[j] >> 40 & (FIRST_NAME - 1));
    }
    return end;
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
        if (is_numeral(initial)) {
            int64_t next = mark_numerals(text, kinds, words, first, i);
            end = max_i64(end, words->ends[next - 1]);
            i = next - 1;
            continue;
        }
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
