/* Tells lines that were wrapped at some width from lines of their own; see plain_text.py. */
#include "wrapped_lines.h"
#include "byline_lines.h"

/* Widths and lengths in characters, chosen by trial on 65 news pages of 29 countries wrapped at 60, 72 and 100. Narrower
   lines are menus and buttons, not wrapped text. */
enum { MIN_WRAP_WIDTH = 32, MIN_IDEOGRAPHIC_WRAP_WIDTH = 18 };

enum { MAX_CASELESS_WORD = 12 }; /* Thai and other scripts have no spaces between words */
enum { MAX_WORD = 120, TAIL = 6, BEGINNING = 4 }; /* characters that are looked at */

/* Share of line ends in mid-sentence from which lines are joined. Prose wrapped at 72 has 0.52 (German) to 0.87 (English), a
   list of headlines 0 to 0.01. */
#define MIN_CONTINUING 0.3

/* The habit of the whole text weighs as much as this many line ends of a run. */
#define HABIT_TURNS 2

/* A line end that is OPEN counts as this much of one in mid-sentence, if the run fits the text's wrap to the character and
   ends as a sentence: a choice. German wrapped at 72 to 100 has paragraphs whose only line end is before a noun. */
#define OPEN_WEIGHT 0.5

/* Share by which the widths of a run and of the text's usual wrap may differ. */
#define SAME_WIDTH 0.2

/* How one line is followed by the next, as far as punctuation and letter case show. */
enum {
    CONTINUES, /* in the middle of a sentence */
    BEGUN,     /* not known, but the line begins a new sentence */
    OPEN,      /* not known */
    ENDS,      /* the line ends a sentence */
    CASELESS,  /* not known, as the script has no letter case */
    N_TURNS,
    HAS_ROOM = -1 /* the next line's first word would have fitted into the line */
};

/* Share of the width from which a line is full: proportional fonts and balanced wrapping end lines early. */
static const double full[N_TURNS] = {0.75, 0.75, 0.85, 1.0, 1.0};
#define LEAST_FULL 0.75

static bool is_closer(point_t code) {
    switch (code) {
    case '"': case '\'': case 0x201D: case 0x2019: case 0xBB: case 0xAB: case 0x203A: case ')': case ']': case '}':
    case 0x300D: case 0x300F: return true;
    default: return false;
    }
}

static bool is_opener(point_t code) {
    switch (code) {
    case '"': case '\'': case 0x201C: case 0x201E: case 0x2018: case 0x201A: case 0xAB: case 0xBB: case 0x2039: case '(':
    case '[': case '{': case 0x300C: case 0x300E: case 0xBF: case 0xA1: return true;
    default: return false;
    }
}

/* Returns the last character before quotes and brackets, of the last few; 0 without one. */
static point_t last_mark(const LinedText *text, int64_t start, int64_t end) {
    int64_t from = max_i64(start, end - TAIL);
    while (end > from && is_closer(text->points[end - 1])) end--;
    return end > from ? text->points[end - 1] : 0;
}

bool ends_as_sentence(const LinedText *text, int64_t start, int64_t end) {
    return is_sentence_end(last_mark(text, start, end));
}

int64_t breakable_length(const LinedText *text, int64_t start, int64_t end) {
    for (int64_t at = start; at < end; at++)
        if (text->points[at] == ' ' || text->points[at] >= 128) return end - start;
    return 0;
}

/* Returns whether a sentence ends within the line and another one begins; the four letters before the mark exclude most
   abbreviations. */
static bool begins_sentence(const LinedText *text, const Row *line) {
    int64_t letters = 0;
    for (int64_t at = line->start; at < line->end; at++) {
        point_t code = text->points[at];
        if (letters >= 4 && (code == '.' || code == '!' || code == '?')) {
            int64_t after = at + 1;
            for (; after < line->end; after++) {
                point_t quote = text->points[after];
                if (quote != '"' && quote != 0x201D && quote != 0x2019 && quote != 0xBB && quote != ')') break;
            }
            int64_t word = after;
            while (word < line->end && text->points[word] == ' ') word++;
            if (word > after && word < line->end && !has_trait(text, word, IS_SPACE)) return true;
        }
        letters = has_trait(text, at, IS_WORD) ? letters + 1 : 0;
    }
    return false;
}

static int turn_of(const LinedText *text, const Row *line, const Row *following) {
    point_t mark = last_mark(text, line->start, line->end);
    if (is_sentence_end(mark)) return ENDS;
    int64_t at = following->start, stop = min_i64(at + BEGINNING, following->end);
    while (at < stop && is_opener(text->points[at])) at++;
    int letter = at < stop ? text->traits[text->points[at]] : 0;
    if (letter & IS_LOWER || is_comma(mark)) return CONTINUES;
    if (begins_sentence(text, line)) return BEGUN;
    return letter & IS_ALPHA && !(letter & IS_UPPER) ? CASELESS : OPEN;
}

/* Returns whether a row begins with characters of ASCII, so that its first word may be known to have letter case. */
static bool begins_in_ascii(const LinedText *text, int64_t at) {
    int64_t stop = min_i64(at + BEGINNING, text->n_points);
    while (at < stop && text->points[at] < 128) at++;
    return at == stop;
}

/* Returns the characters of a line and of the next one's first word after it. */
static int64_t length_with_word(const LinedText *text, const Row *line, const Row *following) {
    int64_t most = min_i64(following->end - following->start, MAX_WORD), word = 0;
    while (word < most && !has_trait(text, following->start + word, IS_SPACE)) word++;
    return line->end - line->start + 1 + word;
}

/* Returns how a line is followed, or HAS_ROOM; `width` is that of the lines around it. */
static int turn_or_room(const LinedText *text, const Row *line, const Row *following, int64_t width) {
    point_t first = text->points[following->start];
    bool ideographic = first >= 0x2E80 && first <= 0x9FFF;
    if (width < (ideographic ? MIN_IDEOGRAPHIC_WRAP_WIDTH : MIN_WRAP_WIDTH)) return HAS_ROOM;
    int64_t length = line->end - line->start, filled = length_with_word(text, line, following), word = filled - length - 1;
    bool is_short = (double)filled <= (double)width * LEAST_FULL; /* whatever the turn */
    if (is_short && begins_in_ascii(text, following->start)) return HAS_ROOM;
    int turn = turn_of(text, line, following);
    bool has_room;
    if (turn == CASELESS)
        has_room = ideographic ? length < width - 2 : length + min_i64(word, MAX_CASELESS_WORD) < width;
    else
        has_room = (double)(length + 1 + (ideographic ? 1 : word)) <= (double)width * full[turn];
    if (has_room) return HAS_ROOM;
    SmallLetters small = {text->traits, INT64_MAX, IS_LOWER};
    return is_byline_line(text->points, following->start, following->end, &small) ? HAS_ROOM : turn;
}

static bool is_cut_short(const LinedText *text, const Row *line) {
    const point_t *end = text->points + line->end;
    int64_t n = line->end - line->start;
    if (n > 1 && end[-1] == ']') end--, n--;
    return end[-1] == 0x2026 || (n >= 3 && end[-1] == '.' && end[-2] == '.' && end[-3] == '.');
}

static Run run_of(const LinedText *text, const Row *rows, int64_t first, int64_t last, const int64_t *turns) {
    Run run = {.first = rows[first].first, .last = rows[last].last, .n_turns = last - first, .n_open = turns[OPEN]};
    run.least = length_with_word(text, rows + first, rows + first + 1);
    for (int64_t i = first + 1; i < last; i++) run.least = min_i64(run.least, length_with_word(text, rows + i, rows + i + 1));
    for (int64_t i = first; i <= last; i++) run.width = max_i64(run.width, rows[i].end - rows[i].start);
    run.continuing = (double)turns[CONTINUES] + (turns[CASELESS] == 1 ? 0.5 : (double)turns[CASELESS]);
    run.ends_sentence = ends_as_sentence(text, rows[last].start, rows[last].end);
    if (run.ends_sentence) run.continuing += (double)turns[BEGUN];
    run.is_cut = is_cut_short(text, rows + last);
    run.ends_in_word = true;
    for (int64_t at = rows[last].start; at < rows[last].end; at++) run.ends_in_word &= !has_trait(text, at, IS_SPACE);
    return run;
}

int64_t find_runs(const LinedText *text, Row *rows, int64_t n, Run *runs) {
    int64_t found = 0, first = 0, turns[N_TURNS] = {0};
    for (int64_t i = 0; i < n; i++) rows[i].length = breakable_length(text, rows[i].start, rows[i].end);
    for (int64_t i = 0; i < n; i++) {
        int turn = HAS_ROOM;
        if (i + 1 < n) {
            int64_t width = 0;
            for (int64_t k = max_i64(0, i - 2); k < min_i64(i + 4, n); k++) width = max_i64(width, rows[k].length);
            turn = turn_or_room(text, rows + i, rows + i + 1, width);
        }
        if (turn != HAS_ROOM) {
            turns[turn]++;
            continue;
        }
        if (i > first) runs[found++] = run_of(text, rows, first, i, turns);
        first = i + 1;
        memset(turns, 0, sizeof turns);
    }
    return found;
}

static int compare_widths(const void *one, const void *other) {
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

/* Returns whether a run of two lines is all that looks wrapped in a text, and less like a paragraph than like a headline and
   the line below it: it does not end as a sentence, and is one word, or the text has lines wider than any wrap. */
static bool is_lone_pair(const Run *run, int64_t n_paragraphs, bool has_long) {
    return run->n_turns == 1 && !run->ends_sentence && n_paragraphs == 0 && (run->ends_in_word || has_long);
}

/* A run is wrapped if enough of its line ends are in mid-sentence, where a run of the usual width also counts the text's
   habit: the share of all line ends. The habit does not count if the last line ends in an ellipsis: then it is a teaser's
   summary below its headline. */
void mark_wrapped(const Run *runs, int64_t n, int64_t n_turns, bool has_long, int64_t *widths, bool *is_later) {
    int64_t found = 0, widest = 0, n_paragraphs = 0;
    double continuing = 0.0, usual = 0.0, share = 0.0;
    for (int64_t k = 0; k < n; k++) {
        if (runs[k].continuing == 0.0) continue;
        widths[found++] = runs[k].width;
        continuing += runs[k].continuing;
        n_paragraphs += runs[k].n_turns > 1 || runs[k].ends_sentence;
    }
    if (found > 0) {
        qsort(widths, (size_t)found, sizeof *widths, compare_widths);
        usual = (double)(widths[(found - 1) / 2] + widths[found / 2]) / 2.0;
        share = continuing / (double)n_turns;
        widest = widths[found - 1];
    }
    for (int64_t k = 0; k < n; k++) {
        const Run *run = runs + k;
        bool is_usual = fabs((double)run->width - usual) <= SAME_WIDTH * usual && !run->is_cut;
        double of_run = run->continuing + (is_usual ? HABIT_TURNS * share : 0.0);
        bool fits = is_usual && run->ends_sentence && run->width <= widest && run->least > widest;
        if (fits) of_run += OPEN_WEIGHT * (double)run->n_open;
        if (of_run / (double)(run->n_turns + HABIT_TURNS) < MIN_CONTINUING) continue;
        if (is_lone_pair(run, n_paragraphs, has_long)) continue;
        for (int64_t line = run->first + 1; line <= run->last; line++) is_later[line] = true;
    }
}
