/* Finds hidden text that is a copy of what is shown, and leaves it out: the choices of hidden.py in C. */
#include "html_walk.h"

#define COPIED 0.8 /* as in hidden.py */
#define MAIN 1.25

INLINE Block *block_at(const Walk *walk, int64_t number) { return (Block *)walk->blocks.data + number; }

INLINE int64_t size_of(const Walk *walk, int64_t number) { return block_at(walk, number)->end - block_at(walk, number)->start; }

/* Empties the table of texts, and gives it room for so many. */
static bool begin_table(Walk *walk, int64_t n) {
    Vector *table = &walk->sentences;
    int64_t places = 64;
    while (places < 4 * n) places *= 2;
    table->n = 0;
    if (!reserve(table, places, &walk->state)) return false;
    memset(table->data, 0, (size_t)places * sizeof(Sentence));
    table->n = places;
    return true;
}

INLINE uint64_t hash_text(const Walk *walk, int64_t start, int64_t n) {
    return scatter(hash_code_points(points_of(&walk->text) + start, n)) | 1;
}

/* Returns the place of a text in the table, whose hash is 0 if the text is not in it; NULL if too many others are near. */
static Sentence *look_up(const Walk *walk, int64_t start, int64_t n, uint64_t hash) {
    const point_t *text = points_of(&walk->text);
    for (uint64_t k = 0; k < MAX_PROBES; k++) {
        Sentence *place = (Sentence *)walk->sentences.data + (((hash >> 1) + k) & (uint64_t)(walk->sentences.n - 1));
        if (place->hash == 0) return place;
        if (place->hash != hash || place->n != n) continue;
        if (memcmp(text + place->start, text + start, (size_t)n * sizeof *text) == 0) return place;
    }
    return NULL;
}

/* Counts a text; returns how often it was there before, -1 if there is no place for it. */
static int64_t count_text(Walk *walk, int64_t start, int64_t n) {
    uint64_t hash = hash_text(walk, start, n);
    Sentence *place = look_up(walk, start, n, hash);
    if (place == NULL) return -1;
    if (place->hash == 0) *place = (Sentence){hash, start, n, 0};
    return place->count++;
}

INLINE void mark(uint8_t *marks, int64_t first, int64_t last, uint8_t value) {
    for (int64_t k = first; k < last; k++) marks[k] = value;
}

/* Finds the next sentence of a block as far as its end is plain to see; returns false after the last one. */
static bool next_sentence(const point_t *text, int64_t *at, int64_t end, int64_t *start, int64_t *stop) {
    if (*at > end) return false;
    *start = *at;
    for (int64_t k = *at; k < end; k++) {
        point_t p = text[k], after = k + 1 < end ? text[k + 1] : 0;
        bool alone = p == '\n' || p == '\t' || p == 0x3002 || p == 0xFF01 || p == 0xFF1F;
        bool ends = (p == '.' && (after == '\n' || after == ' ')) || ((p == '?' || p == '!' || p == 0x0964) && after == ' ');
        if (!alone && !ends) continue;
        *stop = k;
        *at = k + (alone ? 1 : 2);
        return true;
    }
    *stop = end;
    *at = end + 1;
    return true;
}

INLINE int64_t without_stops(const point_t *text, int64_t start, int64_t stop) {
    while (stop > start && (text[stop - 1] == '.' || text[stop - 1] == '?' || text[stop - 1] == '!')) stop--;
    return stop;
}

/* Adds the sentences of a block to those that are shown; a shown block that is not the last one loses one full stop. */
static bool add_sentences(Walk *walk, int64_t number, bool whole) {
    const point_t *text = points_of(&walk->text);
    Block block = *block_at(walk, number);
    for (int64_t at = block.start, start, stop; next_sentence(text, &at, block.end, &start, &stop);) {
        if (stop == block.end && whole) stop = without_stops(text, start, stop);
        else if (stop == block.end && stop > start && text[stop - 1] == '.') stop--;
        if (count_text(walk, start, stop - start) < 0) return false;
    }
    return true;
}

/* Counts the characters of a hidden block's sentences, and of those among them that are shown; returns false if that
   cannot be said. */
static bool compare_block(const Walk *walk, int64_t number, int64_t *size, int64_t *found) {
    const point_t *text = points_of(&walk->text);
    Block block = *block_at(walk, number);
    *size = *found = 0;
    for (int64_t at = block.start, start, stop; next_sentence(text, &at, block.end, &start, &stop);) {
        if (stop == block.end) stop = without_stops(text, start, stop);
        const Sentence *place = look_up(walk, start, stop - start, hash_text(walk, start, stop - start));
        if (place == NULL) return false;
        *size += stop - start;
        *found += place->hash == 0 ? 0 : stop - start;
    }
    return true;
}

typedef enum { NONE, SOME, UNKNOWN } Answer;

/* Says whether a hidden block begins as two long blocks do, so that one may be a copy of the other. */
static Answer may_have_copies(Walk *walk) {
    const Hidden *hidden = walk->hidden.data;
    bool repeated = false;
    if (!begin_table(walk, walk->blocks.n)) return UNKNOWN;
    for (int64_t b = 0; b < walk->blocks.n; b++) {
        if (size_of(walk, b) < MIN_COPY) continue;
        int64_t before = count_text(walk, block_at(walk, b)->start, BEGINNING);
        if (before < 0) return UNKNOWN;
        repeated |= before > 0;
    }
    for (int64_t k = 0; k < walk->hidden.n && repeated; k++) {
        for (int64_t b = hidden[k].first; b < hidden[k].last; b++) {
            int64_t start = block_at(walk, b)->start, size = min_i64(size_of(walk, b), BEGINNING);
            const Sentence *place = look_up(walk, start, size, hash_text(walk, start, size));
            if (place == NULL) return UNKNOWN;
            if (place->hash != 0 && place->count > 1) return SOME;
        }
    }
    return NONE;
}

static bool add_shown(Walk *walk, const uint8_t *is_hidden_block) {
    int64_t n = 0, last = -1;
    const point_t *text = points_of(&walk->text);
    for (int64_t b = 0; b < walk->blocks.n; b++) {
        Block block = *block_at(walk, b);
        for (int64_t at = block.start, start, stop; next_sentence(text, &at, block.end, &start, &stop);) n++;
        if (!is_hidden_block[b]) last = b;
    }
    if (!begin_table(walk, n)) return false;
    for (int64_t b = 0; b < walk->blocks.n; b++) {
        if (!is_hidden_block[b] && !add_sentences(walk, b, b == last)) return false;
    }
    return true;
}

/* Marks the copies in `left_out`; returns how many there are, -1 if that cannot be said. */
static int64_t find_copies(Walk *walk) {
    uint8_t *left_out = walk->left_out.data;
    const Hidden *hidden = walk->hidden.data;
    Answer answer = may_have_copies(walk);
    if (answer != SOME) return answer == NONE ? 0 : -1;
    for (int64_t k = 0; k < walk->hidden.n; k++) mark(left_out, hidden[k].first, hidden[k].last, 1);
    bool fine = add_shown(walk, left_out);
    mark(left_out, 0, walk->blocks.n, 0);
    int64_t count = 0;
    for (int64_t k = 0; k < walk->hidden.n && fine; k++) {
        int64_t of_all = 0, found_of_all = 0, copies = 0;
        for (int64_t b = hidden[k].first; b < hidden[k].last && fine; b++) {
            int64_t size, found;
            fine = compare_block(walk, b, &size, &found);
            left_out[b] = size >= MIN_COPY && (double)found >= COPIED * (double)size;
            copies += left_out[b];
            of_all += size;
            found_of_all += found;
        }
        bool all = copies > 0 && (double)found_of_all >= COPIED * (double)of_all;
        if (all) mark(left_out, hidden[k].first, hidden[k].last, 1);
        count += all ? hidden[k].last - hidden[k].first : copies;
        for (int64_t b = hidden[k].first; b < hidden[k].last && fine; b++) {
            if (!left_out[b]) fine = add_sentences(walk, b, true);
        }
    }
    return fine ? count : -1;
}

/* Returns whether a hidden element has more long blocks than are shown: it is the page's main text. */
static bool has_main(const Walk *walk) {
    const uint8_t *left_out = walk->left_out.data;
    const Hidden *hidden = walk->hidden.data;
    int64_t shown = 0, most = 0;
    for (int64_t b = 0; b < walk->blocks.n; b++) shown += size_of(walk, b) >= MIN_COPY && !left_out[b] ? size_of(walk, b) : 0;
    for (int64_t k = 0; k < walk->hidden.n; k++) {
        int64_t inside = 0;
        for (int64_t b = hidden[k].first; b < hidden[k].last; b++) {
            inside += size_of(walk, b) >= MIN_COPY && !left_out[b] ? size_of(walk, b) : 0;
        }
        shown -= inside;
        most = max_i64(most, inside);
    }
    return (double)most > MAIN * (double)shown;
}

/* Gives what was recorded its new blocks; the record of a run that loses a block goes. */
static void renumber_recording(Walk *walk, const int64_t *numbers) {
    uint8_t *left_out = walk->left_out.data;
    Run *runs = walk->runs.data;
    Span *spans = walk->spans.data;
    Loose *loose = walk->loose.data;
    int64_t n_runs = walk->runs.n, n_spans = walk->spans.n;
    walk->runs.n = walk->spans.n = 0;
    for (int64_t k = 0; k < n_runs; k++) {
        Run run = runs[k];
        if (numbers[run.last] - numbers[run.first] == run.last - run.first) {
            runs[walk->runs.n++] = (Run){numbers[run.first], numbers[run.last]};
        } else {
            mark(left_out, run.first, run.last, 1);
        }
    }
    for (int64_t k = 0; k < n_spans; k++) {
        Span span = spans[k];
        if (left_out[span.block]) continue;
        span.block = numbers[span.block];
        spans[walk->spans.n++] = span;
    }
    for (int64_t k = 0; k < walk->loose.n; k++) loose[k].before = numbers[loose[k].before];
}

/* Moves a part of a text to where the text ends so far. */
static int64_t move_points(Vector *points, int64_t end, int64_t from, int64_t n) {
    memmove(points_of(points) + end, points_of(points) + from, (size_t)n * sizeof(point_t));
    return end + n;
}

/* Moves the blocks that stay, with their texts. Images before some that go count for the block after them. */
static void move_blocks(Walk *walk) {
    const uint8_t *left_out = walk->left_out.data;
    int64_t n = 0, text = 0, inlines = 0, hrefs = 0, inline_start = 0, href_start = 0, images = 0;
    for (int64_t b = 0; b < walk->blocks.n; b++) {
        Block block = *block_at(walk, b);
        int64_t next_inline = block.inline_end, next_href = block.href_end;
        if (left_out[b]) {
            if (b == 0 || !left_out[b - 1]) images = block.images;
        } else {
            if (n > 0) points_of(&walk->text)[text] = points_of(&walk->text)[text + 1] = '\n';
            int64_t start = n > 0 ? text + 2 : 0;
            text = move_points(&walk->text, start, block.start, block.end - block.start);
            block.start = start;
            block.end = text;
            block.inline_end = inlines = move_points(&walk->inlines, inlines, inline_start, next_inline - inline_start);
            block.href_end = hrefs = move_points(&walk->hrefs, hrefs, href_start, next_href - href_start);
            block.images += images;
            images = 0;
            *block_at(walk, n++) = block;
        }
        inline_start = next_inline;
        href_start = next_href;
    }
    walk->blocks.n = n;
    walk->text.n = text;
    walk->inlines.n = inlines;
    walk->hrefs.n = hrefs;
}

static void leave_out(Walk *walk) {
    const uint8_t *left_out = walk->left_out.data;
    Element *elements = walk->elements.data;
    Found *found = walk->found.data;
    int64_t n = walk->blocks.n;
    walk->numbers.n = 0;
    if (!reserve(&walk->numbers, n + 1, &walk->state)) return;
    int64_t *numbers = walk->numbers.data;
    numbers[0] = 0;
    for (int64_t b = 0; b < n; b++) numbers[b + 1] = numbers[b] + !left_out[b];
    for (int64_t k = 0; k < walk->elements.n; k++) {
        elements[k].first = numbers[elements[k].first];
        elements[k].last = numbers[elements[k].last];
    }
    for (int64_t k = 0; k < walk->found.n; k++) found[k].block = numbers[found[k].block];
    move_blocks(walk);
    if (walk->records) renumber_recording(walk, numbers);
}

void leave_out_copies(Walk *walk) {
    int64_t n = walk->blocks.n;
    if (!reserve(&walk->left_out, n, &walk->state)) return;
    mark(walk->left_out.data, 0, n, 0);
    int64_t count = find_copies(walk);
    if (count < 0 || walk->state != FINE || has_main(walk)) return;
    if (count > 0) leave_out(walk);
    walk->hidden.n = 0;
}
