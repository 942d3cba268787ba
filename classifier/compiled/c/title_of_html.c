/* Finds the blocks of an HTML page that may be its title, and what labels and elements say of them; see title_of_html.py. */
#include "core.h"

enum { MAX_CANDIDATES = 40, COMPARED_BLOCKS = 400, MOST_LIKELY = MAX_CANDIDATES + COMPARED_BLOCKS };
enum { LOOKED_AT = 5, NAMED_DEPTH = 2, MAX_BLOCKS_OF_HEADING = 4 };
enum { H1, H2, H3, NAV, ASIDE, FOOTER, LI, N_TAGS };
enum { IS_HEADING = 1, IS_COMPARED = 2, IS_LABELLED = 4 };
enum { OF_HEADLINE = 1, OF_PATH = 2, OF_FURNITURE = 4 };

/* A candidate, as title_of_html.py reads it: whole numbers, and points for its elements, for its label and place, for the
   odds of its first block. */
typedef struct {
    double most; /* the points that it has at most, with a margin for rounding */
    double rank; /* the first of equals has the greatest */
    double first, last, start, end; /* blocks, characters of the text */
    double says; /* bits of IS_ */
    double link_chars;
    double of_markup, of_label, of_score;
} Candidate;

#define MOST_OF_AGREEMENT 3.0
#define ROUNDING 1e-9

/* The words that names of elements are searched for, and the letters that they begin with. */
static const struct {
    const char *word;
    int says;
} WORDS[] = {
    {"headline", OF_HEADLINE}, {"title", OF_HEADLINE}, {"heading", OF_HEADLINE},
    {"breadcrumb", OF_PATH}, {"breadbar", OF_PATH}, {"pfadnav", OF_PATH},
    {"sticky", OF_FURNITURE}, {"navigation", OF_FURNITURE}, {"menu", OF_FURNITURE}, {"related", OF_FURNITURE},
    {"sidebar", OF_FURNITURE}, {"footer", OF_FURNITURE},
};
enum { N_WORDS = sizeof WORDS / sizeof *WORDS };
#define LETTER(c) (UINT32_C(1) << ((c) - 'a'))
#define FIRST_LETTERS \
    (LETTER('b') | LETTER('f') | LETTER('h') | LETTER('m') | LETTER('n') | LETTER('p') | LETTER('r') | LETTER('s') | LETTER('t'))

/* What the search reads: the columns of MarkupArrays, and for each block its kind, log-odds of headline, share of words in
   common with the head, and place in the text. */
typedef struct {
    const int64_t *tags, *parents, *firsts, *lasts;
    int64_t n_elements;
    const uint64_t *tag_hashes;
    int64_t n_tags;
    const point_t *names;
    int64_t n_names;
    const int64_t *name_ends, *elements, *link_chars, *kinds;
    const double *scores;
    const float *matches;
    const int64_t *spans;
    int64_t n, first_text; /* the first block of text */
} Page;

/* What the numbers of kinds and the hashes of tags are; see `_constants` in title_of_html.py. */
typedef struct {
    int64_t headline, text, in_body, teaser, teaser_heading, tags[N_TAGS];
} Constants;

INLINE point_t lower(point_t code) { return code >= 'A' && code <= 'Z' ? code + 32 : code; }

/* Whether a code point is part of a word; all beyond ASCII are. */
INLINE bool in_word(point_t code) {
    return code >= 128 || code == '_' || (code >= '0' && code <= '9') || (lower(code) >= 'a' && lower(code) <= 'z');
}

INLINE bool begins_with(const point_t *from, const point_t *end, const char *word) {
    for (; *word != 0; word++, from++) {
        if (from == end || lower(*from) != (point_t)*word) return false;
    }
    return true;
}

/* Returns what an element's names say: bits of OF_. The word "nav" counts on its own alone. */
static int read_names(const point_t *names, const point_t *end) {
    int says = 0;
    for (const point_t *at = names; at < end; at++) {
        point_t letter = lower(*at) - 'a';
        if (letter >= 26 || !(FIRST_LETTERS >> letter & 1)) continue;
        for (int k = 0; k < N_WORDS; k++) {
            if (letter == (point_t)(WORDS[k].word[0] - 'a') && begins_with(at, end, WORDS[k].word)) says |= WORDS[k].says;
        }
        bool starts = letter == 'n' - 'a' && (at == names || !in_word(at[-1]));
        if (starts && begins_with(at, end, "nav") && (at + 3 == end || !in_word(at[3]))) says |= OF_FURNITURE;
    }
    return says;
}

/* Adds the points for the elements around a block; returns false where their numbers do not fit. */
static bool points_of_markup(const Page *page, const Constants *constants, int64_t block, double *points) {
    static const double of_heading[] = {1.5, 0.4, 0.1};
    int64_t element = page->elements[block];
    *points = 0.0;
    for (int depth = 0; depth < LOOKED_AT && element > 0; depth++) {
        if (element >= page->n_elements || page->tags[element] < 0 || page->tags[element] >= page->n_tags) return false;
        int64_t from = page->name_ends[element - 1], to = page->name_ends[element];
        if (from < 0 || from > to || to > page->n_names) return false;
        int says = read_names(page->names + from, page->names + to), tag = 0;
        while (tag < N_TAGS && (uint64_t)constants->tags[tag] != page->tag_hashes[page->tags[element]]) tag++;
        if (depth < NAMED_DEPTH) *points += (tag <= H3 ? of_heading[tag] : 0.0) + (says & OF_HEADLINE ? 0.2 : 0.0);
        if (says & OF_PATH) *points -= 2.0;
        if ((tag >= NAV && tag <= LI) || says & OF_FURNITURE) *points -= 0.5;
        element = page->parents[element];
    }
    return true;
}

/* Writes a candidate, and returns whether its elements fit. */
static bool put(const Page *page, const Constants *constants, int64_t first, int64_t last, int says, int64_t rank,
    Candidate *out) {
    int64_t link_chars = 0, kind = page->kinds[first];
    for (int64_t b = first; b < last; b++) link_chars += page->link_chars[b];
    bool is_teaser = kind == constants->teaser || kind == constants->teaser_heading;
    double score = page->scores[first], start = (double)page->spans[2 * first], end = (double)page->spans[2 * last - 1];
    double of_place = first < page->first_text ? 0.3 : 0.0, of_markup = 0.0;
    double of_label = (kind < constants->in_body ? 0.6 : 0.0) - (is_teaser ? 0.6 : 0.0) + of_place;
    double of_score = 0.3 * (score > 5.0 ? 5.0 : score > -2.0 ? score : -2.0);
    bool fits = points_of_markup(page, constants, first, &of_markup);
    double most = (says & (IS_HEADING | IS_COMPARED) ? MOST_OF_AGREEMENT : 0.0) + of_markup + of_label + of_score;
    *out = (Candidate){most + ROUNDING, (double)-rank, (double)first, (double)last, start, end, says, (double)link_chars,
                       of_markup, of_label, of_score};
    return fits;
}

/* Returns whether an earlier candidate has these blocks. */
static bool is_known(const Candidate *out, int64_t found, int64_t first, int64_t last) {
    for (int64_t k = 0; k < found; k++) {
        if (out[k].first == (double)first && out[k].last == (double)last) return true;
    }
    return false;
}

/* Puts the headings of the first level; returns how many candidates there are, or -1. */
static int64_t put_headings(const Page *page, const Constants *constants, Candidate *out) {
    int64_t found = 0, seen = 0;
    for (int64_t e = 0; e < page->n_elements && seen < MAX_CANDIDATES; e++) {
        if (page->tags[e] < 0 || page->tags[e] >= page->n_tags) return -1;
        if (page->tag_hashes[page->tags[e]] != (uint64_t)constants->tags[H1]) continue;
        int64_t first = page->firsts[e], last = page->lasts[e];
        if (first < 0 || last > page->n) return -1;
        if (last <= first || last - first > MAX_BLOCKS_OF_HEADING) continue;
        seen++;
        if (is_known(out, found, first, last)) continue;
        if (!put(page, constants, first, last, IS_HEADING, found, out + found)) return -1;
        found++;
    }
    return found;
}

/* Puts the headings of the first level, then the blocks that are labelled headline, have odds of it, or may agree with the
   head: at least `least` of their words are in it, and they have so many characters. There is room for MAX_CANDIDATES +
   MOST_LIKELY. Returns how many there are, or -2 where numbers do not fit. */
EXPORT int64_t cd_title_candidates(const int64_t *tags, const int64_t *parents, const int64_t *firsts, const int64_t *lasts,
    int64_t n_elements, const uint64_t *tag_hashes, int64_t n_tags, const uint32_t *names, int64_t n_names,
    const int64_t *name_ends, const int64_t *elements, const int64_t *link_chars, const int64_t *kinds,
    const double *scores, const float *matches, double least, const int64_t *spans, int64_t n, int64_t shortest,
    int64_t longest, const int64_t *constants, double *candidates) {
    Page page = {tags, parents, firsts, lasts, n_elements, tag_hashes, n_tags, names, n_names, name_ends, elements,
                 link_chars, kinds, scores, matches, spans, n, 0};
    const Constants *known = (const Constants *)constants;
    Candidate *out = (Candidate *)candidates;
    int64_t compared = 0, likely = 0;
    while (page.first_text < n && kinds[page.first_text] != known->text) page.first_text++;
    if (page.first_text == n) page.first_text = 0;
    int64_t headings = put_headings(&page, known, out), found = headings;
    if (headings < 0) return -2;
    for (int64_t b = 0; b < n && n > 1 && likely < MOST_LIKELY; b++) {
        int64_t size = spans[2 * b + 1] - spans[2 * b];
        bool is_labelled = kinds[b] == known->headline || scores[b] > 0.0, is_alike = matches[b] >= (float)least;
        compared += is_alike;
        bool is_compared = is_alike && compared <= COMPARED_BLOCKS && size >= shortest && size <= longest;
        if ((!is_labelled && !is_compared) || is_known(out, headings, b, b + 1)) continue;
        int says = (is_labelled ? IS_LABELLED : 0) | (is_compared ? IS_COMPARED : 0);
        if (!put(&page, known, b, b + 1, says, found, out + found)) return -2;
        likely++;
        found++;
    }
    return found;
}
