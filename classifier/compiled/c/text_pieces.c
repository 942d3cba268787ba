/* Cuts a plain text into blocks: paragraphs, list items and single lines; see plain_text.py. */
#include "wrapped_lines.h"

enum { ONE_END, TWO_ENDS, OTHER_GAP }; /* gaps, as in lines.c */

/* A line shorter than this, in characters, is never followed by a wrapped line, even at the smallest width. */
enum { MIN_WRAPPED_LINE = 14 };

enum { MOST_INDENT = 40 }; /* characters before a line that are looked at */

/* A paragraph's lines while it is cut into pieces, and what is found in all paragraphs. */
typedef struct {
    LinedText text;
    const int64_t *starts, *ends;
    bool *is_item; /* a bool for each line of the text, as is_later */
    bool *is_later;
    Row *rows; /* of a piece */
    Run *runs;
    int64_t n_runs, n_turns;
} Cut;

static bool is_bullet(point_t code) {
    switch (code) {
    case 0x2022: case 0x2023: case 0x25E6: case 0x25AA: case 0x25B8: case 0x25BA: case 0x25CF: case 0x25CB: case 0x25A0:
    case 0x25C6: case 0x30FB: return true;
    default: return false;
    }
}

static bool is_dash(point_t code) {
    return code == '-' || code == '*' || code == '+' || code == 0x2013 || code == 0x2014;
}

static bool is_blank(point_t code) { return code == ' ' || code == '\t' || code == 0xA0; }

/* Returns whether a line that begins so may be a list item, a heading or a rule. */
static bool is_mark(point_t code) {
    return (code >= '0' && code <= '9') || is_dash(code) || code == '(' || is_bullet(code) || code == '#' || code == '_' ||
           code == '=' || code == '~';
}

/* Returns whether a place has blanks, and something visible after them. */
static bool has_text_after_blanks(const LinedText *text, int64_t at, int64_t end) {
    int64_t after = at;
    while (after < end && is_blank(text->points[after])) after++;
    return after > at && after < end && !has_trait(text, after, IS_SPACE);
}

/* Three or more of one of these marks, with at most a blank between two of them. */
static bool is_rule(const LinedText *text, int64_t start, int64_t end) {
    point_t mark = text->points[start];
    if (mark != '-' && mark != '*' && mark != '_' && mark != '=' && mark != '~') return false;
    int64_t marks = 1;
    for (int64_t at = start + 1; at < end; at++, marks++) {
        if (text->points[at] == ' ' || text->points[at] == '\t') at++;
        if (at >= end || text->points[at] != mark) return false;
    }
    return marks >= 3;
}

/* "- word", "12. word", "(a) word", "• word". */
static bool begins_as_item(const LinedText *text, int64_t start, int64_t end) {
    const point_t *points = text->points;
    int64_t at = start;
    if (is_bullet(points[at])) {
        for (at++; at < end && has_trait(text, at, IS_SPACE);) at++;
        return at < end;
    }
    if (is_dash(points[at])) return has_text_after_blanks(text, at + 1, end);
    bool is_open = points[at] == '(';
    if (is_open && at + 2 < end && points[at + 1] >= 'a' && points[at + 1] <= 'z' && points[at + 2] == ')')
        return has_text_after_blanks(text, at + 3, end);
    at += is_open;
    int64_t digits = at;
    while (at < end && at - digits < 3 && has_trait(text, at, IS_DECIMAL)) at++;
    if (at == digits || at >= end || (points[at] != '.' && points[at] != ')')) return false;
    return has_text_after_blanks(text, at + 1, end);
}

/* One to six number signs, a blank and text: a heading in Markdown. */
static bool is_heading(const LinedText *text, int64_t start, int64_t end) {
    int64_t at = start;
    while (at < end && text->points[at] == '#') at++;
    return at > start && at - start <= 6 && has_text_after_blanks(text, at, end);
}

/* Returns whether a line is wider than any wrap, and not one unbreakable word. */
static bool is_long(const LinedText *text, int64_t start, int64_t end) {
    return end - start > MAX_WRAP_WIDTH && breakable_length(text, start, end) > 0;
}

static int64_t indent_of(const LinedText *text, int64_t start) {
    int64_t at = start, least = max_i64(0, start - MOST_INDENT);
    for (; at > least; at--) {
        point_t code = text->points[at - 1];
        if (!is_blank(code) && code != 0x2003 && code != 0x2009 && code != 0x3000) break;
    }
    return start - at;
}

/* Finds which lines start a list item; a single dash or number inside a sentence does not. */
static void find_items(const Cut *cut, int64_t first, int64_t last) {
    const LinedText *text = &cut->text;
    int64_t found = 0, item = first;
    for (int64_t i = first; i < last; i++) {
        int64_t start = cut->starts[i], end = cut->ends[i];
        cut->is_item[i] = begins_as_item(text, start, end) && !is_rule(text, start, end);
        if (cut->is_item[i]) item = i, found++;
    }
    if (found == 1 && item > first) cut->is_item[item] = ends_as_sentence(text, cut->starts[item - 1], cut->ends[item - 1]);
}

static void end_piece(Cut *cut, int64_t n) {
    if (n > 1) cut->n_runs += find_runs(&cut->text, cut->rows, n, cut->runs + cut->n_runs);
}

/* Splits a paragraph at headings, rules, long lines and list items; an item keeps its indented lines. */
static void cut_paragraph(Cut *cut, int64_t first, int64_t last) {
    const LinedText *text = &cut->text;
    bool is_plain = true, is_closed = false;
    int64_t n = 0, indent = -1;
    for (int64_t i = first; i < last && is_plain; i++)
        is_plain = !is_mark(text->points[cut->starts[i]]) && cut->ends[i] - cut->starts[i] <= MAX_WRAP_WIDTH;
    if (!is_plain) find_items(cut, first, last);
    for (int64_t i = first; i < last; i++) {
        int64_t start = cut->starts[i], end = cut->ends[i];
        bool is_item = !is_plain && cut->is_item[i];
        if (indent >= 0 && !is_item && indent_of(text, start) > indent) {
            cut->rows[n - 1].end = end;
            cut->rows[n - 1].last = i;
            cut->is_later[i] = is_closed = true;
            continue;
        }
        bool is_wide = !is_plain && is_long(text, start, end);
        bool is_alone = !is_plain && !is_item && (is_wide || is_heading(text, start, end) || is_rule(text, start, end));
        if (n > 0 && (is_closed || is_item || is_alone)) {
            end_piece(cut, n);
            n = 0;
        }
        cut->rows[n++] = (Row){.start = start, .end = end, .first = i, .last = i};
        is_closed = is_alone || is_wide;
        indent = is_item ? indent_of(text, start) : -1;
    }
    end_piece(cut, n);
}

static bool ends_line(point_t code) {
    return (code >= 10 && code <= 13) || code == 0x85 || code == 0x2028 || code == 0x2029;
}

/* Returns whether a gap has a blank line, or a separator of paragraphs. CR CR LF is one line end: it comes from writing CR LF
   in text mode. */
static bool has_blank_line(const point_t *points, int64_t start, int64_t end) {
    int64_t line_ends = 0;
    for (int64_t at = start; at < end; at++) {
        if (points[at] == 0x2029) return true;
        if (!ends_line(points[at])) continue;
        int64_t returns = at;
        while (returns < end && returns - at < 2 && points[returns] == '\r') returns++;
        if (returns > at && returns < end && points[returns] == '\n') at = returns;
        line_ends++;
    }
    return line_ends > 1;
}

/* Returns whether a line begins a paragraph, by what is before it. */
static bool begins_paragraph(const Cut *cut, const uint8_t *gaps, int64_t line) {
    int64_t end = cut->ends[line - 1];
    if (gaps[line] == ONE_END) return end - cut->starts[line - 1] < MIN_WRAPPED_LINE;
    return gaps[line] == TWO_ENDS || has_blank_line(cut->text.points, end, cut->starts[line]);
}

/* Writes where each block starts and ends, (n, 2), by the n lines of `cd_visible_lines` and `traits` of each code point that
   the text has; returns how many blocks there are. */
EXPORT int64_t cd_text_blocks(const uint32_t *points, int64_t n_points, const uint8_t *traits, const int64_t *starts,
                              const int64_t *ends, const uint8_t *gaps, int64_t n, int64_t *spans) {
    size_t room = (size_t)n + 1;
    char *memory = malloc(room * (sizeof(Row) + sizeof(Run) + sizeof(int64_t) + 2 * sizeof(bool)));
    if (memory == NULL) return OUT_OF_MEMORY;
    Cut cut = {.text = {points, n_points, traits}, .starts = starts, .ends = ends};
    cut.rows = (Row *)memory;
    cut.runs = (Run *)(cut.rows + room);
    int64_t *widths = (int64_t *)(cut.runs + room);
    cut.is_later = (bool *)(widths + room);
    cut.is_item = cut.is_later + room;
    memset(cut.is_later, 0, room);
    bool has_long = false;
    for (int64_t first = 0, last = 1; first < n; first = last++) {
        while (last < n && !begins_paragraph(&cut, gaps, last)) last++;
        if (last - first < 2) continue;
        cut.n_turns += last - first - 1;
        cut_paragraph(&cut, first, last);
    }
    for (int64_t line = 0; line < n && cut.n_runs > 0 && !has_long; line++) has_long = is_long(&cut.text, starts[line], ends[line]);
    mark_wrapped(cut.runs, cut.n_runs, cut.n_turns, has_long, widths, cut.is_later);
    int64_t found = 0;
    for (int64_t line = 0; line < n; line++) {
        if (!cut.is_later[line]) spans[2 * found++] = starts[line];
        spans[2 * found - 1] = ends[line];
    }
    free(memory);
    return found;
}
