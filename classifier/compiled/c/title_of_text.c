/* Finds the lines of a plain text that may be its headline, and what their places say; see title_of_text.py. */
#include "byline_lines.h"
#include "headline_words.h"
#include "maths.h"
#include "sorting.h"

enum { MAX_BLOCKS_OF_LINE = 4 };
enum { BLOCKS_BEFORE = 5, BLOCKS_AFTER = 4 }; /* blocks around a line that are looked at */

/* Lines of a page that are compared; of the headlines that texts of the corpora have, 97 % are among them. */
enum { MAX_CANDIDATES = 10 };

/* Blocks after the first paragraph that are searched too, as it may be a note on cookies; blocks from the first paragraph to
   one that begins the article in its place; blocks from a paragraph of the body to the next block of it, if it is none. */
enum { AFTER_PARAGRAPH = 12, BEFORE_PARAGRAPH = 40, SOON = 12 };

/* Characters from which a block with a full stop counts as a paragraph; one without needs twice as many. */
enum { PARAGRAPH = 100 };

/* Characters below which the line before counts as a menu's or a label. */
enum { SHORT_LINE = 25 };

/* Characters from which a headline's line is not broken before its last word: a choice. */
enum { NARROW = 40 };

/* Characters before a line that are searched for the same text, which bounds the time. */
enum { REPEATED_WITHIN = 5000 };

/* Log-odds at which the model's are cut off: above, a line that is surely a headline is often another story's. */
#define LEAST_ODDS (-8.0)
#define MOST_ODDS 2.0

/* Weight of the log of the probability of body against the log-odds of headline when candidates are chosen. */
#define BODY_WEIGHT 0.45
#define IS_BODY 0.5
#define NEEDS_MORE (-3)

/* The features of a line's place, as in `Place`. */
enum {
    ODDS, LOG_BODY, BODY_BEFORE, BODY_AFTER, BEFORE_BODY, IS_FIRST, LENGTH_AFTER, AFTER_SHORT, METADATA_AFTER, BYLINE_AFTER,
    REPEATS, IS_AFTER_PARAGRAPH, N_OF_PLACE
};

/* A candidate, as title_of_text.py reads it. */
typedef struct {
    double most; /* all its points, or the most that it can have where its words were not read */
    double points; /* for its place */
    double first, last, start, end; /* blocks, characters of the text */
    double how; /* NOT_READ, NO_WORDS or WORDS_READ */
    double place[N_OF_PLACE];
} Line;

typedef struct {
    const point_t *points;
    int64_t n_points; /* of the text's beginning */
    const int64_t *spans;
    int64_t n;
    const double *in_body, *odds;
    const int64_t *kinds;
    const bool *is_small;
    int64_t n_small;
    int64_t byline, date, metadata; /* kinds */
    int64_t body, paragraph; /* the first block of the body, the body's first paragraph */
} Text;

INLINE int64_t start_of(const Text *text, int64_t block) { return text->spans[2 * block]; }
INLINE int64_t end_of(const Text *text, int64_t block) { return text->spans[2 * block + 1]; }
INLINE int64_t size_of(const Text *text, int64_t block) { return end_of(text, block) - start_of(text, block); }

static bool is_paragraph(const Text *text, int64_t block) {
    int64_t size = size_of(text, block);
    point_t last = text->points[end_of(text, block) - 1];
    return size >= PARAGRAPH && (size >= 2 * PARAGRAPH || last == '.' || last == 0x3002 || last == 0x0964);
}

/* Whether a block is no part of the headline above it: a byline, or one word below a line that is not narrow. */
static bool is_below_headline(const Text *text, int64_t block) {
    int64_t at = start_of(text, block), end = end_of(text, block);
    SmallLetters small = {(const uint8_t *)text->is_small, text->n_small, 1};
    if (is_byline_line(text->points, at, end, &small)) return true;
    while (at < end && text->points[at] != ' ') at++;
    return at == end && size_of(text, block - 1) >= NARROW;
}

/* Whether a block continues the line before: it begins in lower case, without a blank line between them. */
static bool continues(const Text *text, int64_t block) {
    point_t first = text->points[start_of(text, block)];
    int64_t breaks = 0;
    if (first >= text->n_small || !text->is_small[first]) return false;
    for (int64_t at = end_of(text, block - 1); at < start_of(text, block); at++) {
        breaks += text->points[at] == '\n';
        if (breaks > 1 || (text->points[at] != '\n' && text->points[at] != '\r')) return false;
    }
    return breaks == 1 && !is_paragraph(text, block) && !is_below_headline(text, block);
}

/* The first block of the wrapped line that a block is in. */
static int64_t first_of_line(const Text *text, int64_t block) {
    int64_t first = block, most = max_i64(block - MAX_BLOCKS_OF_LINE + 1, 0);
    while (first > most && continues(text, first)) first--;
    return first;
}

/* One past the last block of a wrapped line. */
static int64_t end_of_line(const Text *text, int64_t first) {
    int64_t last = first + 1, most = min_i64(first + MAX_BLOCKS_OF_LINE, text->n);
    while (last < most && continues(text, last)) last++;
    return last;
}

/* Finds the body's first block and paragraph; returns how many blocks are searched, or NEEDS_MORE. */
static int64_t find_paragraph(Text *text) {
    int64_t n = text->n, before = -1, followed = -1, paragraph = -1, body = -1;
    for (int64_t b = 0; b < n && (paragraph < 0 || followed < 0); b++) {
        if (!(text->in_body[b] >= IS_BODY)) continue;
        if (paragraph >= 0 && before > paragraph + BEFORE_PARAGRAPH) break;
        if (end_of(text, b) > text->n_points) return NEEDS_MORE;
        if (body < 0) body = b;
        if (followed < 0 && before >= 0 && b <= before + SOON && is_paragraph(text, before)) followed = before;
        if (paragraph < 0 && is_paragraph(text, b)) paragraph = b;
        before = b;
    }
    if (paragraph < 0) paragraph = body >= 0 ? body : n / 2;
    if (followed < 0 || followed > paragraph + BEFORE_PARAGRAPH) followed = paragraph;
    text->body = max_i64(body, 0);
    text->paragraph = paragraph;
    int64_t searched = min_i64(max_i64(paragraph, followed) + AFTER_PARAGRAPH, n);
    int64_t last = min_i64(searched + MAX_BLOCKS_OF_LINE, n) - 1; /* the last that may be part of a line */
    return last >= 0 && end_of(text, last) > text->n_points ? NEEDS_MORE : searched;
}

/* Whether a text is shortly before it. */
static bool is_repeated(const Text *text, int64_t start, int64_t end) {
    int64_t from = max_i64(0, start - REPEATED_WITHIN);
    return contains(text->points + from, start - from, text->points + start, end - start);
}

static double clip(double value, double least, double most) { return value < least ? least : value > most ? most : value; }

/* Fills what the place of a line says. */
static void read_place(const Text *text, int64_t first, int64_t after, double *out) {
    double sum = 0.0;
    bool has_metadata = false, has_byline = false, has_next = after < text->n;
    for (int64_t b = max_i64(0, first - BLOCKS_BEFORE); b < first; b++) sum += text->in_body[b];
    for (int64_t b = after; b < min_i64(after + BLOCKS_AFTER, text->n); b++) {
        int64_t kind = text->kinds[b];
        has_byline |= kind == text->byline;
        has_metadata |= kind == text->byline || kind == text->date || kind == text->metadata;
    }
    out[ODDS] = clip(text->odds[first], LEAST_ODDS, MOST_ODDS);
    out[LOG_BODY] = cd_log(text->in_body[first] + 0.001);
    out[BODY_BEFORE] = sum / 5;
    out[BODY_AFTER] = has_next ? text->in_body[after] : 0.0;
    out[BEFORE_BODY] = first < text->body;
    out[IS_FIRST] = first == 0;
    out[LENGTH_AFTER] = cd_log1p(has_next ? (double)size_of(text, after) : 0.0) / 5;
    out[AFTER_SHORT] = first == 0 || size_of(text, first - 1) < SHORT_LINE;
    out[METADATA_AFTER] = has_metadata;
    out[BYLINE_AFTER] = has_byline;
    out[REPEATS] = is_repeated(text, start_of(text, first), end_of(text, after - 1));
    out[IS_AFTER_PARAGRAPH] = first > text->paragraph;
}

/* A number that rises as a double falls. */
static uint64_t falling_key(double value) {
    uint64_t bits = double_to_bits(0.0 - value);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static bool is_seen(const Line *lines, int64_t found, int64_t first) {
    for (int64_t k = 0; k < found; k++) {
        if (lines[k].first == (double)first) return true;
    }
    return false;
}

/* Takes the blocks in this order, and fills the lines that are short and no paragraph of the body; returns how many. */
static int64_t take_lines(const Text *text, const Item *order, int64_t n, const double *weights, Line *lines) {
    int64_t found = 0;
    for (int64_t k = 0; k < n && found < MAX_CANDIDATES; k++) {
        int64_t block = order[k].block;
        if (size_of(text, block) > MAX_HEADLINE || (block >= text->paragraph && is_paragraph(text, block))) continue;
        int64_t first = first_of_line(text, block), after = end_of_line(text, first);
        int64_t start = start_of(text, first), end = end_of(text, after - 1);
        if (end - start > MAX_HEADLINE || is_seen(lines, found, first)) continue;
        Line *line = lines + found++;
        *line = (Line){0, 0, (double)first, (double)after, (double)start, (double)end, NOT_READ, {0}};
        read_place(text, first, after, line->place);
        for (int j = 0; j < N_OF_PLACE; j++) line->points += weights[j] * line->place[j];
    }
    return found;
}

/* Reads the words of the lines, those with the most points for their place first, and only while a line can be the best. */
static void read_lines(const Text *text, const KnownText *known, const double *weights, Line *lines, int64_t n) {
    static const double most[N_OF_WORDS] = {1, 1, 1, 5, 1, 1, 1, 1};
    bool is_done[MAX_CANDIDATES] = {false};
    double words[N_OF_WORDS], best = -INFINITY, of_words = 0.0;
    for (int k = 0; k < N_OF_WORDS; k++) of_words += weights[k] > 0.0 ? weights[k] * most[k] : 0.0;
    for (int64_t done = 0; done < n; done++) {
        int64_t next = -1;
        for (int64_t k = 0; k < n; k++) {
            if (!is_done[k] && (next < 0 || lines[k].points > lines[next].points)) next = k;
        }
        Line *line = lines + next;
        is_done[next] = true;
        line->most = line->points + of_words;
        if (line->most < best) continue;
        int64_t start = (int64_t)line->start, end = (int64_t)line->end;
        line->how = read_words(known, text->points + start, end - start, words);
        if (line->how != WORDS_READ) continue;
        double sum = 0.0;
        for (int k = 0; k < N_OF_WORDS; k++) sum += weights[k] * words[k];
        line->most = line->points + sum;
        if (line->most > best) best = line->most;
    }
}

/* Writes where the beginning of the body is in the text, block by block; returns how many there are, or NEEDS_MORE. */
static int64_t find_known(const Text *text, int64_t *known) {
    int64_t found = 0, room = KNOWN_CHARACTERS;
    for (int64_t b = text->paragraph; b < text->n && room > 0; b++) {
        if (!(text->in_body[b] >= IS_BODY)) continue;
        known[2 * found] = start_of(text, b);
        known[2 * found + 1] = min_i64(end_of(text, b), start_of(text, b) + room);
        if (known[2 * found + 1] > text->n_points) return NEEDS_MORE;
        room -= size_of(text, b);
        found++;
    }
    return found;
}

static int64_t fill_lines(Text *text, const double *weights, int64_t *counts, Line *lines, int64_t *known) {
    KnownText body;
    int64_t searched = find_paragraph(text), n_known = find_known(text, known);
    if (searched < 0 || n_known < 0) return NEEDS_MORE;
    Item *items = malloc((size_t)(2 * searched + 1) * sizeof *items);
    if (items == NULL) return OUT_OF_MEMORY;
    for (int64_t b = 0; b < searched; b++) {
        double likely = clip(text->odds[b], LEAST_ODDS, -LEAST_ODDS) + BODY_WEIGHT * cd_log(text->in_body[b] + 0.001);
        items[b] = (Item){falling_key(likely), b};
    }
    sort_items(items, items + searched, searched);
    read_known(text->points, known, n_known, &body);
    counts[0] = take_lines(text, items, searched, weights, lines);
    counts[1] = n_known;
    read_lines(text, &body, weights + N_OF_PLACE, lines, counts[0]);
    free(items);
    return 0;
}

/* Fills `lines`, room for MAX_CANDIDATES, with the likeliest lines, and `known`, room for KNOWN_CHARACTERS pairs, with the
   blocks that their words are compared with. `points`: the beginning of a text of `size`. `metadata`: the kinds of bylines,
   dates and other metadata. `is_small`: the code points that are in lower case. Writes how many lines and blocks there are
   to `counts`. Returns 0, OUT_OF_MEMORY, -2 where blocks overlap or are not in the text, or NEEDS_MORE of its points. */
EXPORT int64_t cd_headline_lines(const uint32_t *points, int64_t n_points, int64_t size, const int64_t *spans, int64_t n,
    const double *in_body, const double *odds, const int64_t *kinds, const int64_t *metadata, const bool *is_small,
    int64_t n_small, const double *weights, int64_t *counts, double *lines, int64_t *known) {
    Text text = {points, n_points, spans, n, in_body, odds, kinds, is_small, n_small, metadata[0], metadata[1], metadata[2],
                 0, 0};
    for (int64_t b = 0; b < n; b++) {
        int64_t before = b > 0 ? spans[2 * b - 1] : 0;
        if (spans[2 * b] < before || spans[2 * b + 1] <= spans[2 * b] || spans[2 * b + 1] > size) return -2;
    }
    return fill_lines(&text, weights, counts, (Line *)lines, known);
}
