/* Collects the run, which is the content since the last block's end, and ends it in blocks: block_builder.py in C. */
#include "html_walk.h"

void begin_run(Walk *walk) {
    walk->run.n = walk->notes.n = walk->inline_run.n = walk->pieces.n = walk->kickers.n = 0;
    walk->asides.n = walk->spoken.n = walk->gaps.n = 0;
    walk->link_chars = walk->links = walk->n_inline = 0;
    walk->href = (Bytes){NULL, 0};
    walk->visible = walk->broken = walk->mixed = false;
}

static void append_number(Vector *numbers, int64_t number, State *state) {
    if (reserve(numbers, 1, state)) ((int64_t *)numbers->data)[numbers->n++] = number;
}

/* Adds a piece: what the run has from `start` on. */
static void add_piece(Walk *walk, int64_t start) {
    if (!reserve(&walk->pieces, 1, &walk->state)) return;
    ((Piece *)walk->pieces.data)[walk->pieces.n++] = (Piece){start, walk->run.n, 0, false};
}

/* Adds a sign that is one character: a space, or a mark of html_text.h. */
void add_mark(Walk *walk, point_t mark) {
    append_point(&walk->run, mark, &walk->state);
    add_piece(walk, walk->run.n - 1);
    walk->broken |= mark >= LINE_END;
}

/* Adds what the run has from `start` on as text; white space alone is not visible. */
static void add_text_from(Walk *walk, int64_t start, bool in_pre, bool in_link) {
    if (walk->state != FINE) return;
    point_t *text = points_of(&walk->run);
    int64_t end = walk->run.n, first = after_spaces(text, start, end);
    if (first == end && end > start) {
        if (!in_pre) {
            text[start] = ' ';
            walk->run.n = start + 1;
        }
        add_piece(walk, start);
        return;
    }
    for (int64_t k = in_pre ? end : first; k < end; k++) { /* writes each, so that it can be done for many at once */
        point_t p = text[k];
        text[k] = p == '\v' || p == '\f' ? ' ' : p;
    }
    add_piece(walk, start);
    walk->visible = true;
    if (!in_link) return;
    walk->link_chars += before_spaces(text, first, end) - first;
    if (walk->links == 0) walk->links = 1;
    if (walk->href.n == 0) walk->href = walk->link;
}

void add_text(Walk *walk, Bytes text, bool in_pre, bool in_link) {
    int64_t start = walk->run.n;
    append_utf8(&walk->run, text, &walk->state);
    add_text_from(walk, start, in_pre, in_link);
}

/* Adds an empty piece; words on both sides of it are kept apart. */
static void add_gap(Walk *walk) {
    append_number(&walk->gaps, walk->pieces.n, &walk->state);
    add_piece(walk, walk->run.n);
}

/* Adds text that is a line of its own where it is in a heading. */
void add_kicker(Walk *walk, const Vector *text, bool in_link) {
    int64_t start = walk->run.n;
    append_points(&walk->run, points_of(text), text->n, &walk->state);
    add_text_from(walk, start, false, in_link);
    append_number(&walk->kickers, walk->pieces.n, &walk->state);
    add_piece(walk, walk->run.n);
}

/* Adds text for screen readers alone; it is left out of a run with as much other text. */
void add_spoken(Walk *walk, const Vector *text, bool in_link) {
    int64_t start = walk->notes.n;
    append_points(&walk->notes, points_of(text), text->n, &walk->state);
    if (!reserve(&walk->spoken, 1, &walk->state) || walk->state != FINE) return;
    for (int64_t k = start; k < walk->notes.n; k++) {
        point_t *p = points_of(&walk->notes) + k;
        *p = *p == '\v' ? LINE_END : *p == '\f' ? CELL_END : *p;
    }
    ((Spoken *)walk->spoken.data)[walk->spoken.n++] = (Spoken){walk->pieces.n, start, walk->notes.n, in_link};
    add_gap(walk);
}

/* Adds text that stands inside a sentence without being part of it; it becomes a block after the sentence's. With
   `parts_words`, words on both sides of it are kept apart; not where a browser would show them as one word. */
void add_aside(Walk *walk, Node *node, const Attributes *attributes, const Vector *text, bool is_link, bool parts_words) {
    if (parts_words) add_gap(walk);
    else add_piece(walk, walk->run.n);
    int64_t names = walk->notes.n;
    append_names(walk, &walk->notes, attributes);
    int64_t start = walk->notes.n;
    append_folded(&walk->notes, points_of(text), text->n, &walk->state);
    if (walk->notes.n == start || !reserve(&walk->asides, 1, &walk->state)) return;
    Action action = (Action)(tag_bits(walk, node) & 15);
    int64_t tag = action == A_INLINE || action == A_LINK ? walk->span : tag_number(walk, node);
    ((Aside *)walk->asides.data)[walk->asides.n++] = (Aside){tag, names, start, start, walk->notes.n, is_link};
}

/* Returns the number of an element's tag: lexbor's, or from MAX_TAGS on that of a name that is put to `found`. */
int64_t tag_number(Walk *walk, Node *node) {
    uintptr_t tag = node->name;
    if (tag < MAX_TAGS && walk->tags[tag] & T_NAMED) return (int64_t)tag;
    size_t size = 0;
    const uint8_t *name = walk->lexbor.tag_name(node, &size);
    add_found(walk, F_TAG, (Bytes){name, name == NULL ? 0 : (int64_t)size}, (Bytes){NULL, 0});
    return MAX_TAGS + walk->found.n - 1;
}

/* Begins an element before the next block, whose names have been added; its end is not known yet. */
int64_t begin_element(Walk *walk, int64_t tag, int64_t parent) {
    if (!reserve(&walk->elements, 1, &walk->state)) return 0;
    int64_t number = walk->elements.n++;
    ((Element *)walk->elements.data)[number] = (Element){tag, parent, walk->blocks.n, 0, walk->names.n};
    return number;
}

/* Keeps a blank line between two blocks; returns where the next one begins. */
static int64_t begin_block(Walk *walk) {
    if (walk->blocks.n > 0) {
        append_point(&walk->text, '\n', &walk->state);
        append_point(&walk->text, '\n', &walk->state);
    }
    return walk->text.n;
}

/* Ends a block whose text has been added; its columns are those of the run but for some. */
static void end_block(Walk *walk, Block block) {
    if (walk->state != FINE || !reserve(&walk->blocks, 1, &walk->state)) return;
    block.end = walk->text.n;
    block.link_chars = min_i64(block.link_chars, block.end - block.start);
    block.inline_end = walk->inlines.n;
    block.href_end = walk->hrefs.n;
    ((Block *)walk->blocks.data)[walk->blocks.n++] = block;
}

INLINE bool is_invisible(point_t p) { return p == 0xAD || p == 0x200B || p == 0x2060 || p == 0xFEFF; }

/* Ends a block of the run, unless it has only a few invisible characters. */
static void end_block_of_run(Walk *walk, int64_t start, int64_t element) {
    int64_t n = walk->text.n - start, seen = 0;
    for (int64_t k = start; k < walk->text.n && n <= MAX_UNSEEN; k++) seen += !is_invisible(points_of(&walk->text)[k]);
    if (n > 0 && n <= MAX_UNSEEN && seen == 0) {
        walk->text.n = walk->blocks.n > 0 ? start - 2 : start;
        return;
    }
    append_points(&walk->inlines, points_of(&walk->inline_run), walk->inline_run.n, &walk->state);
    append_utf8(&walk->hrefs, walk->href, &walk->state);
    end_block(walk, (Block){start, 0, element, walk->link_chars, walk->links, walk->images, 0, 0});
    walk->images = 0;
}

static void add_asides(Walk *walk, int64_t element) {
    for (int64_t k = 0; k < walk->asides.n; k++) {
        Aside aside = ((Aside *)walk->asides.data)[k];
        const point_t *notes = points_of(&walk->notes);
        append_points(&walk->names, notes + aside.names_start, aside.names_end - aside.names_start, &walk->state);
        int64_t number = begin_element(walk, aside.tag, element), n = aside.text_end - aside.text_start;
        append_number(&walk->unseen, number, &walk->state);
        int64_t start = begin_block(walk);
        append_points(&walk->text, notes + aside.text_start, n, &walk->state);
        end_block(walk, (Block){start, 0, number, aside.is_link ? n : 0, aside.is_link, 0, 0, 0});
        if (walk->state == FINE) ((Element *)walk->elements.data)[number].last = walk->blocks.n;
    }
}

static void add_preformatted(Walk *walk, const point_t *run, int64_t n, int64_t element) {
    int64_t start = begin_block(walk), k = 0;
    if (!reserve(&walk->text, n, &walk->state)) return;
    while (k < n && (run[k] == '\n' || run[k] == '\r' || run[k] == '\v' || run[k] == LINE_END)) k++;
    for (n = before_spaces(run, k, n); k < n; k++) {
        point_t p = run[k];
        points_of(&walk->text)[walk->text.n++] = p == LINE_END || p == '\v' ? '\n' : p == CELL_END || p == '\f' ? '\t' : p;
    }
    end_block_of_run(walk, start, element);
}

/* Appends a line with a tab between its cells; returns whether there is anything in it. */
static bool append_cells(Walk *walk, const point_t *line, int64_t n, point_t before) {
    Vector *text = &walk->scratch;
    text->n = 0;
    for (int64_t from = 0, to; from < n; from = to + 1) {
        for (to = from; to < n && line[to] != CELL_END;) to++;
        int64_t cell = after_spaces(line, from, to);
        if (cell == to) continue;
        if (text->n > 0) append_point(text, '\t', &walk->state);
        append_folded(text, line + cell, to - cell, &walk->state);
    }
    if (text->n == 0) return false;
    if (before != 0) append_point(&walk->text, before, &walk->state);
    append_points(&walk->text, points_of(text), text->n, &walk->state);
    return true;
}

static bool is_blank(const point_t *text, int64_t n) { return after_spaces(text, 0, n) == n; }

/* Adds the blocks of a run with line breaks: one break is a line end, and a run of breaks ends a block. */
static void add_lines(Walk *walk, const point_t *run, int64_t n, int64_t element) {
    int64_t room = max_i64(0, walk->max_elements - walk->blocks.n), parts = 0, start = -1;
    bool in_part = false;
    for (int64_t from = 0, to; from <= n && walk->state == FINE; from = to + 1) {
        for (to = from; to < n && run[to] != LINE_END;) to++;
        if (is_blank(run + from, to - from)) {
            in_part = false;
            continue;
        }
        bool fresh = !in_part && parts <= room;
        if (fresh) {
            if (start >= 0) end_block_of_run(walk, start, element);
            start = begin_block(walk);
        }
        parts += !in_part;
        in_part = true;
        append_cells(walk, run + from, to - from, fresh ? 0 : '\n');
    }
    if (start >= 0) end_block_of_run(walk, start, element);
}

/* Ends the run; two or more line breaks in a row end a block inside it. */
void end_run(Walk *walk, int64_t element, bool heading, bool in_pre) {
    int64_t first = walk->blocks.n;
    if (walk->gaps.n > 0) fill_gaps(walk);
    if (walk->visible && walk->state == FINE) {
        if (!in_pre && heading && walk->pieces.n > 1) part_heading(walk);
        if (walk->mixed) join_pieces(walk);
        const Vector *run = walk->mixed ? &walk->joined : &walk->run;
        if (in_pre) {
            add_preformatted(walk, points_of(run), run->n, element);
        } else if (walk->broken) {
            add_lines(walk, points_of(run), run->n, element);
        } else {
            int64_t start = begin_block(walk);
            append_folded(&walk->text, points_of(run), run->n, &walk->state);
            end_block_of_run(walk, start, element);
        }
    }
    if (walk->records) record_run(walk, element, first);
    if (walk->asides.n > 0) add_asides(walk, element);
    begin_run(walk);
}
