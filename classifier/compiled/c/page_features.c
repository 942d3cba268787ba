/* Turns a segmented page into what the model sees, in one call; see page_features.py. */
#include "features.h"
#include "page.h"

/* Rows of the tables of a page's elements and blocks, the columns of MarkupArrays. */
enum { TAGS, PARENTS, FIRSTS, LASTS, NAME_ENDS };
enum { ELEMENTS, LINK_COUNTS, INLINE_ENDS = LINK_COUNTS + 3, HREF_ENDS };

/* Memory that is needed while a page is read, in one piece. */
typedef struct {
    int64_t *starts, *ends, *text_ends, *counts, *repeats, *no_elements;
    int64_t *name_ends, *inline_ends, *href_ends, *depths, *before;
    uint64_t *tags, *names, *inline_names, *hrefs, *targets, *element_paths;
    double *sums;
    uint64_t *keys, *keys_after;
    float *parts;
    int32_t *order, *order_after, *best, *next, *seen;
    uint8_t *part_bits, *bytes;
} Scratch;

/* Sets the addresses from `base` on; returns how many bytes there have to be. */
static size_t lay_out(Scratch *s, void *base, const PageInput *page) {
    size_t at = 0, n = (size_t)page->n, m = (size_t)page->n_elements, most = n > m ? n : m;
    int64_t longest = max_i64(page->names.n, max_i64(page->inline_names.n, page->hrefs.n));
#define TAKE(name, count) s->name = (void *)((uintptr_t)base + at), at += (count) * sizeof *s->name
    TAKE(starts, n), TAKE(ends, n), TAKE(text_ends, most), TAKE(counts, n * N_COUNTS), TAKE(repeats, n);
    TAKE(no_elements, m ? 0 : n), TAKE(name_ends, m), TAKE(inline_ends, n), TAKE(href_ends, n), TAKE(depths, m);
    TAKE(before, n);
    TAKE(tags, m), TAKE(names, m * MAX_NAME_WORDS), TAKE(inline_names, m ? n * MAX_NAME_WORDS : 0);
    TAKE(hrefs, m ? n * (MAX_HREF_WORDS + 1) : 0), TAKE(targets, n), TAKE(element_paths, m);
    TAKE(sums, (n + 1) * 3), TAKE(keys, most), TAKE(keys_after, most), TAKE(parts, m * N_PARTS);
    TAKE(order, most), TAKE(order_after, most), TAKE(best, m), TAKE(next, m), TAKE(seen, SEEN), TAKE(part_bits, m), TAKE(bytes, m ? (size_t)longest * 4 : 0); /* a code point has up to 4 */
#undef TAKE
    return at;
}

static bool rise_to(const int64_t *ends, int64_t n, int64_t size) {
    int64_t before = 0;
    for (int64_t k = 0; k < n; k++) {
        if (ends[k] < before) return false;
        before = ends[k];
    }
    return before <= size;
}

/* Returns whether blocks are in their order and within the text. */
static bool are_in_order(const PageInput *page) {
    int64_t before = 0;
    for (int64_t b = 0; b < page->n; b++) {
        if (page->spans[2 * b] < before || page->spans[2 * b + 1] < page->spans[2 * b]) return false;
        before = page->spans[2 * b + 1];
    }
    return before <= page->n_points;
}

/* Returns whether all numbers lead to what is there, and every element comes after the one around it. */
static bool is_sound(const PageInput *page) {
    int64_t n = page->n, m = page->n_elements;
    if (n > INT32_MAX || m > INT32_MAX || !are_in_order(page)) return false;
    if (m == 0) return true;
    const int64_t *elements = page->of_blocks, *tags = page->of_elements, *parents = tags + PARENTS * m;
    for (int64_t b = 0; b < n; b++) {
        if (elements[b] < -1 || elements[b] >= m) return false;
    }
    for (int64_t e = 0; e < m; e++) {
        if (tags[e] < 0 || tags[e] >= page->n_tags || parents[e] < -1 || parents[e] >= e) return false;
        if (tags[FIRSTS * m + e] < 0 || tags[FIRSTS * m + e] > tags[LASTS * m + e] || tags[LASTS * m + e] > n) return false;
    }
    return rise_to(tags + NAME_ENDS * m, m, page->names.n) &&
        rise_to(page->of_blocks + INLINE_ENDS * n, n, page->inline_names.n) &&
        rise_to(page->of_blocks + HREF_ENDS * n, n, page->hrefs.n);
}

INLINE uint8_t *put_utf8(uint8_t *to, point_t p) {
    if (p < 0x80) {
        *to++ = (uint8_t)p;
        return to;
    }
    int more = p < 0x800 ? 1 : (p < 0x10000 ? 2 : 3);
    *to++ = (uint8_t)((0xFF00 >> (more + 1) & 0xFF) | p >> 6 * more);
    while (more-- > 0) *to++ = (uint8_t)(0x80 | (p >> 6 * more & 0x3F));
    return to;
}

/* Encodes texts in UTF-8, lone surrogates like other characters; fills where each ends in bytes. */
static Texts encode(const Points *points, const int64_t *ends, int64_t n, uint8_t *bytes, int64_t *byte_ends) {
    Texts texts = {bytes, ends, 0, n};
    int64_t size = n > 0 ? ends[n - 1] : 0, at = 0;
    point_t all = 0;
    for (int64_t k = 0; k < size; k++) all |= points->data[k];
    if (all < 0x80) {
        for (int64_t k = 0; k < size; k++) bytes[k] = (uint8_t)points->data[k];
        return texts;
    }
    uint8_t *to = bytes;
    for (int64_t k = 0; k < n; k++) {
        while (at < ends[k]) to = put_utf8(to, points->data[at++] & 0x1FFFFF);
        byte_ends[k] = to - bytes;
    }
    texts.ends = byte_ends;
    return texts;
}

/* Hashes the tags, names and links. */
static TreeArrays read_tree(const PageInput *page, const Scratch *s, int64_t *spans) {
    int64_t n = page->n, m = page->n_elements;
    const int64_t *of_elements = page->of_elements, *of_blocks = page->of_blocks;
    TreeArrays tree = {of_blocks, of_elements + PARENTS * m, spans, s->tags, s->names, s->inline_names, s->hrefs,
        s->targets, s->name_ends, s->inline_ends, s->href_ends, m};
    if (m == 0) {
        for (int64_t b = 0; b < n; b++) s->no_elements[b] = -1;
        tree.elements = s->no_elements;
        return tree;
    }
    for (int64_t e = 0; e < m; e++) {
        spans[2 * e] = of_elements[FIRSTS * m + e];
        spans[2 * e + 1] = of_elements[LASTS * m + e];
        s->tags[e] = page->tag_hashes[of_elements[e]];
    }
    Texts texts = encode(&page->names, of_elements + NAME_ENDS * m, m, s->bytes, s->text_ends);
    hash_names(texts, spans, s->seen, s->names, s->name_ends);
    texts = encode(&page->inline_names, of_blocks + INLINE_ENDS * n, n, s->bytes, s->text_ends);
    hash_names(texts, NULL, s->seen, s->inline_names, s->inline_ends);
    texts = encode(&page->hrefs, of_blocks + HREF_ENDS * n, n, s->bytes, s->text_ends);
    hash_links(texts, s->seen, s->hrefs, s->href_ends, s->targets);
    return tree;
}

static void fill_link_counts(const PageInput *page, int64_t *counts) {
    int64_t n = page->n;
    for (int64_t b = 0; b < n && page->n_elements > 0; b++) {
        for (int64_t k = 0; k < 3; k++) counts[b * N_COUNTS + LINK_CHARS + k] = page->of_blocks[(LINK_COUNTS + k) * n + b];
    }
}

/* Returns the number of tokens. */
static int64_t fill_page(const PageInput *page, const Tables *tables, const Head *head, const Scratch *s,
    PageOutput *out) {
    int64_t n = page->n;
    Blocks blocks = {page->points, s->starts, s->ends, n};
    for (int64_t b = 0; b < n; b++) s->starts[b] = page->spans[2 * b], s->ends[b] = page->spans[2 * b + 1];
    BlockWords read = {out->tokens, out->words, out->ends, out->word_ends, s->counts, 0, 0};
    Sorting room = {s->keys, s->keys_after, s->order, s->order_after};
    read_blocks(&blocks, tables, &read);
    fill_link_counts(page, s->counts);
    count_repeats(&blocks, room, s->repeats);
    TextArrays text = {s->counts, out->word_ends, out->words, s->repeats, head->declared, head->declared_words,
        head->stated, head->stated_words, tables->call_keys, tables->call_levels, n};
    TreeArrays tree = read_tree(page, s, out->spans);
    Elements inside = {s->depths, s->element_paths, s->part_bits};
    Cards cards = {s->before, s->sums, s->parts, s->best, s->next};
    parts_by_name(s->names, s->name_ends, tree.n_elements, tables->part_keys, tables->part_bits, s->part_bits);
    element_paths(&tree, s->depths, s->element_paths);
    memset(out->columns, 0, (size_t)(n * N_COLUMNS) * sizeof *out->columns);
    memset(out->paths, 0, (size_t)n * sizeof *out->paths);
    fill_layout_columns(out->columns, &text, &tree, &inside, out->paths, tables->logs, room);
    fill_repetition_columns(out->columns, &text, &tree, s->element_paths, &cards, tables->logs, room);
    int64_t at = read.n_tokens, n_shape = n_shape_tokens(page->n_elements > 0);
    shape_tokens(s->counts, out->columns, n, page->n_elements > 0, out->tokens + at);
    for (int64_t b = 0; b < n; b++) out->ends[SHAPE_FIELD * n + b] = at + n_shape * (b + 1);
    at += n_shape * n;
    int64_t *ends = out->ends + MARKUP_FIELD * n;
    int64_t n_marks = markup_tokens(&tree, s->counts, n, tables->logs, out->tokens + at, ends);
    for (int64_t b = 0; b < n; b++) ends[b] += at;
    return at + n_marks;
}

int64_t page_features(const PageInput *page, const uint8_t *tables, const uint8_t *head, PageOutput *out) {
    if (!is_sound(page)) return UNSOUND;
    Scratch scratch;
    void *memory = malloc(lay_out(&scratch, NULL, page));
    if (memory == NULL) return OUT_OF_MEMORY;
    lay_out(&scratch, memory, page);
    int64_t n_tokens = fill_page(page, (const Tables *)tables, (const Head *)head, &scratch, out);
    free(memory);
    return n_tokens;
}

/* Fills a page's features.

   spans: start and end of each of the n blocks.
   of_blocks, of_elements: tables with the rows of the enums above; without elements they are not read. names, inline_names, hrefs: code
   points.
   integers: for each field, then for the words, where each block's end; first block and end of each element's blocks.
   hashes: a path for each block, then the words.
   Returns the number of tokens, UNSOUND where the numbers do not fit together. */
EXPORT int64_t cd_page_features(const uint32_t *points, int64_t n_points, const int64_t *spans, int64_t n,
    const int64_t *of_blocks, const int64_t *of_elements, int64_t n_elements, const uint64_t *tag_hashes, int64_t n_tags,
    const uint32_t *names, int64_t n_names, const uint32_t *inline_names, int64_t n_inline, const uint32_t *hrefs,
    int64_t n_hrefs, const uint8_t *tables, const uint8_t *head, uint32_t *tokens, int64_t *integers, uint64_t *hashes,
    float *columns) {
    PageInput page = {points, spans, n_points, n, of_blocks, of_elements, n_elements, tag_hashes, n_tags,
        {names, n_names}, {inline_names, n_inline}, {hrefs, n_hrefs}};
    PageOutput out = {tokens, integers, integers + PAGE_FIELDS * n, integers + (PAGE_FIELDS + 1) * n, hashes, hashes + n,
        columns};
    return page_features(&page, tables, head, &out);
}
