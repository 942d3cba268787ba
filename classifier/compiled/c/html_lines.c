/* Puts together the pieces of a run: text for screen readers, words that are kept apart, lines of a heading. */
#include "html_walk.h"

/* Returns the bits of a character: whether it is a letter or digit, in upper case … */
static uint8_t class_of(Walk *walk, point_t p) {
    if (p < 0x80) {
        if (p >= '0' && p <= '9') return ALNUM;
        return !is_ascii_letter(p) ? 0 : p & 32 ? ALNUM | ALPHA | LOWER : ALNUM | ALPHA | UPPER;
    }
    if (p >= LINE_END || (p >= 0x1F300 && p < 0x1FB00)) return 0; /* emoji are no letters */
    if (p >= 0x10000) walk->state = NOT_HERE;
    else if (walk->n_classes == 0) walk->state = NEEDS_CLASSES;
    return walk->state == FINE ? walk->classes[p] : 0;
}

void join_pieces(Walk *walk) {
    walk->joined.n = 0;
    for (int64_t k = 0; k < walk->pieces.n; k++) {
        const Piece *piece = &pieces_of(walk)[k];
        if (piece->before != 0) append_point(&walk->joined, piece->before, &walk->state);
        append_points(&walk->joined, text_of_piece(walk, piece), piece->end - piece->start, &walk->state);
    }
}

static bool has_alnum(Walk *walk, const point_t *text, int64_t n) {
    for (int64_t k = 0; k < n; k++) {
        if (class_of(walk, text[k]) & ALNUM) return true;
    }
    return false;
}

/* Returns the first character of a piece, or its last; 0 if it is empty. */
static point_t edge(const Walk *walk, int64_t at, bool last) {
    const Piece *piece = &pieces_of(walk)[at];
    int64_t n = piece->end - piece->start;
    if (n == 0 || (!last && piece->before != 0)) return piece->before;
    return text_of_piece(walk, piece)[last ? n - 1 : 0];
}

/* Puts spoken text in its place if it is a sign or longer than what is shown; keeps words apart at other gaps. */
void fill_gaps(Walk *walk) {
    int64_t shown = 0;
    for (int64_t k = 0; k < walk->pieces.n && walk->spoken.n > 0; k++) {
        const Piece *piece = &pieces_of(walk)[k];
        shown += count_visible(text_of_piece(walk, piece), piece->end - piece->start);
    }
    for (int64_t k = 0; k < walk->spoken.n; k++) {
        Spoken spoken = ((Spoken *)walk->spoken.data)[k];
        const point_t *text = points_of(&walk->notes) + spoken.start;
        int64_t n = spoken.end - spoken.start;
        if (shown >= count_visible(text, n) && has_alnum(walk, text, n)) continue;
        pieces_of(walk)[spoken.piece] = (Piece){spoken.start, spoken.end, 0, true};
        walk->visible = walk->mixed = true;
        if (!spoken.in_link) continue;
        walk->link_chars += n;
        if (walk->links == 0) walk->links = 1;
        if (walk->href.n == 0) walk->href = walk->link;
    }
    for (int64_t k = 0; k < walk->gaps.n; k++) {
        int64_t at = ((int64_t *)walk->gaps.data)[k];
        Piece *piece = &pieces_of(walk)[at];
        if (piece->end > piece->start || at == 0 || at >= walk->pieces.n - 1) continue;
        point_t before = edge(walk, at - 1, true), after = edge(walk, at + 1, false);
        if (!(class_of(walk, before) & ALNUM) || !(class_of(walk, after) & ALNUM)) continue;
        piece->before = ' ';
        walk->mixed = true;
    }
    walk->spoken.n = walk->gaps.n = 0;
}

static bool is_separator(point_t p) {
    return p == ':' || p == '-' || p == 0x2013 || p == 0x2014 || p == '|' || p == '/' || p == 0xB7 || p == 0x2022;
}

/* Returns the visible character that is nearest to a piece, before it or from it on; 0 without one. */
static point_t nearest(const Walk *walk, int64_t at, bool before) {
    for (int64_t k = before ? at - 1 : at; k >= 0 && k < walk->pieces.n; k += before ? -1 : 1) {
        const Piece *piece = &pieces_of(walk)[k];
        const point_t *text = text_of_piece(walk, piece);
        int64_t n = piece->end - piece->start, end = before_spaces(text, 0, n);
        if (end > 0) return text[before ? end - 1 : after_spaces(text, 0, n)];
    }
    return 0;
}

/* Returns whether a piece is in upper case, as `str.isupper` has it. */
static bool is_upper(Walk *walk, const point_t *text, int64_t n) {
    bool upper = false;
    for (int64_t k = 0; k < n; k++) {
        uint8_t bits = class_of(walk, text[k]);
        if (bits & (LOWER | TITLE)) return false;
        upper |= (bits & UPPER) != 0;
    }
    return upper;
}

/* Returns whether a piece of a heading ends in a word or a sign, where the next begins with a capital letter. */
static bool run_together(Walk *walk, const Piece *before, const Piece *after) {
    int64_t n = before->end - before->start;
    const point_t *text = text_of_piece(walk, before);
    if (n < MIN_KICKER || count_visible(text + n - MIN_KICKER, MIN_KICKER) < MIN_KICKER) return false;
    point_t last = text[n - 1];
    uint8_t bits = class_of(walk, last);
    if (bits & LOWER) return true;
    if (bits & UPPER) {
        bool small = after->end > after->start + 1 && class_of(walk, text_of_piece(walk, after)[1]) & LOWER;
        return small && is_upper(walk, text, n);
    }
    return (last == ':' || last == '!' || last == '?') && class_of(walk, text[n - 2]) & ALPHA;
}

/* Ends a line after a kicker, and between two pieces of a heading whose words run into each other. */
void part_heading(Walk *walk) {
    Piece *pieces = pieces_of(walk);
    if (walk->broken) return;
    for (int64_t k = 0; k < min_i64(walk->kickers.n, MAX_KICKERS); k++) {
        int64_t at = ((int64_t *)walk->kickers.data)[k];
        if (is_separator(nearest(walk, at, true)) || is_separator(nearest(walk, at, false))) continue;
        pieces[at].before = LINE_END;
        walk->broken = walk->mixed = true;
    }
    for (int64_t at = 1; at < walk->pieces.n; at++) {
        if (pieces[at].before != 0 || pieces[at].end == pieces[at].start) continue;
        if (class_of(walk, edge(walk, at, false)) & UPPER && run_together(walk, &pieces[at - 1], &pieces[at])) {
            pieces[at].before = LINE_END;
            walk->broken = walk->mixed = true;
        }
    }
}
