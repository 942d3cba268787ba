/* Tells bylines from lines that go on from the line before, by their form alone. */
#include "byline_lines.h"

/* Characters of a byline, of a label before a name, of a label in Chinese characters, and of a word between names such as
   "and"; words after the first one. All are choices. */
enum { MAX_BYLINE = 60, MAX_LABEL = 12, MIN_HAN_LABEL = 2, MAX_HAN_LABEL = 4, MAX_BETWEEN_NAMES = 3, MAX_NAME_WORDS = 6 };

static bool is_blank(point_t code) { return code <= ' ' || code == 0xA0 || code == 0x3000; }

static bool is_letter(point_t code) { return ((code | 32) >= 'a' && (code | 32) <= 'z') || code >= 0xC0; }

/* Returns whether a line is a Chinese label and what it is of, and no part of a sentence. */
static bool is_han_label(const point_t *points, int64_t start, int64_t end) {
    int64_t at = start;
    while (at < end && points[at] >= 0x3400 && points[at] <= 0x9FFF) at++;
    bool is_label = at - start >= MIN_HAN_LABEL && at - start <= MAX_HAN_LABEL && at < end;
    if (!is_label || (points[at] != ':' && points[at] != 0xFF1A)) return false;
    while (at < end && points[at] != 0x3002 && points[at] != 0xFF0C && points[at] != 0x3001) at++;
    return at == end;
}

/* Returns whether a word of n letters is "by" in some language. */
static bool is_by(const point_t *word, int64_t n) {
    static const char *const words[] = {"by", "von", "par", "por", "di", "av", "af", "door", "przez", "oleh"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        int64_t same = 0;
        while (same < n && words[k][same] && word[same] < 128 && (word[same] | 32) == (point_t)words[k][same]) same++;
        if (same == n && !words[k][same]) return true;
    }
    return false;
}

/* Returns whether the first word is "by" or a label. */
static bool introduces(const point_t *word, int64_t n, bool is_label) {
    n -= is_label;
    if (n < 1 || n > MAX_LABEL) return false;
    for (int64_t k = 0; k < n; k++)
        if (!is_letter(word[k])) return false;
    return is_label || is_by(word, n);
}

bool is_byline_line(const point_t *points, int64_t start, int64_t end, const SmallLetters *small) {
    if (end <= start || end - start > MAX_BYLINE) return false;
    if (is_han_label(points, start, end)) return true;
    if (is_sentence_end(points[end - 1]) || is_comma(points[end - 1])) return false;
    int64_t names = -1, at = start;
    bool is_label = false, is_capital = false;
    while (at < end) {
        int64_t word = at;
        while (at < end && !is_blank(points[at])) at++;
        point_t first = points[word];
        is_capital = is_letter(first) && !(first < small->n && small->table[first] & small->bit);
        if (names < 0) {
            is_label = at > word && points[at - 1] == ':';
            if (!introduces(points + word, at - word, is_label)) return false;
        } else if (!is_capital && (names == 0 || at - word > MAX_BETWEEN_NAMES)) {
            return false;
        }
        names++;
        while (at < end && is_blank(points[at])) at++;
    }
    return is_capital && names >= (is_label ? 1 : 2) && names <= MAX_NAME_WORDS;
}
