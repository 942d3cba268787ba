/* Turns a segmented page into what the model sees, in one call; see page_features.py. */
#include "features.h"

#define UNSOUND (-2)

enum { WORDS_FIELD, SHAPE_FIELD, MARKUP_FIELD, N_FIELDS };

/* A page as it is given; without markup there are no elements, and no texts. */
typedef struct {
    const point_t *points;
    const int64_t *spans; /* start and end of each block */
    int64_t n_points, n, n_bytes;
    bool has_tree;
    const int64_t *links; /* the blocks' characters in links, then links, then images */
    const int64_t *elements, *parents, *firsts, *lasts;
    int64_t n_elements;
    const uint8_t *bytes; /* tags and names of the elements, inline names and links of the blocks */
    const int64_t *text_sizes; /* in characters */
} PageInput;

typedef struct {
    uint32_t *tokens;
    int64_t *ends, *word_ends, *spans;
    uint64_t *paths, *words;
    float *columns;
} PageOutput;

/* Memory that is needed while a page is read, in one piece. */
typedef struct {
    int64_t *starts, *ends, *text_ends, *counts, *repeats, *no_elements;
    int64_t *name_ends, *inline_ends, *href_ends, *depths, *before;
    uint64_t *tags, *names, *inline_names, *hrefs, *targets, *element_paths;
    double *sums;
    uint64_t *keys, *keys_after;
    float *parts;
    int32_t *order, *order_after, *best, *next, *seen;
    uint8_t *part_bits;
} Scratch;

/* Sets the addresses from `base` on; returns how many bytes there have to be. */
static size_t lay_out(Scratch *s, void *base, int64_t n_blocks, int64_t n_elements) {
    size_t at = 0, n = (size_t)n_blocks, m = (size_t)n_elements, most = n > m ? n : m;
#define TAKE(name, count) s->name = (void *)((uintptr_t)base + at), at += (count) * sizeof *s->name
    TAKE(starts, n), TAKE(ends, n), TAKE(text_ends, m ? 2 * (n + m) : 0), TAKE(counts, n * N_COUNTS), TAKE(repeats, n);
    TAKE(no_elements, n), TAKE(name_ends, m), TAKE(inline_ends, n), TAKE(href_ends, n), TAKE(depths, m);
    TAKE(before, n);
    TAKE(tags, m), TAKE(names, m * MAX_NAME_WORDS), TAKE(inline_names, m ? n * MAX_NAME_WORDS : 0);
    TAKE(hrefs, m ? n * (MAX_HREF_WORDS + 1) : 0), TAKE(targets, n), TAKE(element_paths, m);
    TAKE(sums, (n + 1) * 3), TAKE(keys, most), TAKE(keys_after, most), TAKE(parts, m * N_PARTS);
    TAKE(order, most), TAKE(order_after, most), TAKE(best, m), TAKE(next, m), TAKE(seen, SEEN), TAKE(part_bits, m);
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

/* Returns whether all numbers lead to what is there, and every element comes after the one around it. */
static bool is_sound(const PageInput *page) {
    int64_t n = page->n, n_elements = page->n_elements;
    if (n > INT32_MAX || n_elements > INT32_MAX || !rise_to(page->spans, 2 * n, page->n_points)) return false;
    if (!page->has_tree) return n_elements == 0;
    for (int64_t b = 0; b < n; b++) {
        if (page->elements[b] < -1 || page->elements[b] >= n_elements) return false;
    }
    for (int64_t e = 0; e < n_elements; e++) {
        if (page->parents[e] < -1 || page->parents[e] >= e) return false;
        if (page->firsts[e] < 0 || page->firsts[e] > page->lasts[e] || page->lasts[e] > n) return false;
    }
    return true;
}

INLINE int64_t bytes_of(uint8_t first) { return first < 0x80 ? 1 : (first < 0xE0 ? 2 : (first < 0xF0 ? 3 : 4)); }

/* Fills where each text ends; returns whether they have as many characters as they should. */
static bool find_text_ends(const PageInput *page, int64_t n, int64_t *ends) {
    int64_t at = 0, characters = 0;
    for (int64_t k = 0; k < n; k++) {
        if (page->text_sizes[k] < 0 || page->text_sizes[k] > page->n_bytes - characters) return false;
        characters += page->text_sizes[k];
    }
    bool is_ascii = characters == page->n_bytes;
    for (int64_t k = 0; k < n; k++) {
        int64_t size = page->text_sizes[k];
        if (is_ascii) at += size;
        for (; !is_ascii && size > 0 && at < page->n_bytes; size--) at += bytes_of(page->bytes[at]);
        if (at > page->n_bytes) return false;
        ends[k] = at;
    }
    return at == page->n_bytes;
}

/* Hashes the tags, names and links. */
static TreeArrays read_tree(const PageInput *page, const Scratch *s, int64_t *spans) {
    int64_t n = page->n, m = page->n_elements, start = 0;
    TreeArrays tree = {page->elements, page->parents, spans, s->tags, s->names, s->inline_names, s->hrefs, s->targets,
        s->name_ends, s->inline_ends, s->href_ends, m};
    if (!page->has_tree) {
        for (int64_t b = 0; b < n; b++) s->no_elements[b] = -1;
        tree.elements = s->no_elements;
        return tree;
    }
    for (int64_t e = 0; e < m; e++) {
        spans[2 * e] = page->firsts[e];
        spans[2 * e + 1] = page->lasts[e];
    }
    const int64_t sizes[] = {m, m, n, n}, *ends = s->text_ends;
    Texts texts[4];
    for (int k = 0; k < 4; k++) {
        texts[k] = (Texts){page->bytes, ends, start, sizes[k]};
        ends += sizes[k];
        start = ends > s->text_ends ? ends[-1] : 0;
    }
    hash_tags(texts[0], s->seen, s->tags);
    hash_names(texts[1], spans, s->seen, s->names, s->name_ends);
    hash_names(texts[2], NULL, s->seen, s->inline_names, s->inline_ends);
    hash_links(texts[3], s->seen, s->hrefs, s->href_ends, s->targets);
    return tree;
}

static void fill_link_counts(const PageInput *page, int64_t *counts) {
    int64_t n = page->n;
    for (int64_t b = 0; b < n && page->has_tree; b++) {
        for (int64_t k = 0; k < 3; k++) counts[b * N_COUNTS + LINK_CHARS + k] = page->links[k * n + b];
    }
}

/* Returns the number of tokens, or UNSOUND. */
static int64_t fill_page(const PageInput *page, const Tables *tables, const Head *head, const Scratch *s,
    PageOutput *out) {
    int64_t n = page->n, n_texts = page->has_tree ? 2 * (n + page->n_elements) : 0;
    if (!find_text_ends(page, n_texts, s->text_ends)) return UNSOUND;
    Blocks blocks = {page->points, s->starts, s->ends, n};
    for (int64_t b = 0; b < n; b++) s->starts[b] = page->spans[2 * b], s->ends[b] = page->spans[2 * b + 1];
    BlockWords read = {out->tokens, out->words, out->ends, out->word_ends, s->counts, 0, 0};
    Sorting room = {s->keys, s->keys_after, s->order, s->order_after};
    read_blocks(&blocks, tables, &read);
    fill_link_counts(page, s->counts);
    count_repeats(&blocks, room, s->repeats);
    TextArrays text = {s->counts, out->word_ends, out->words, s->repeats, head->declared, head->declared_words,
        head->stated, head->stated_words, n};
    TreeArrays tree = read_tree(page, s, out->spans);
    Elements inside = {s->depths, s->element_paths, s->part_bits};
    Cards cards = {s->before, s->sums, s->parts, s->best, s->next};
    parts_by_name(s->names, s->name_ends, tree.n_elements, tables->part_keys, tables->part_bits, s->part_bits);
    element_paths(&tree, s->depths, s->element_paths);
    memset(out->columns, 0, (size_t)(n * N_COLUMNS) * sizeof *out->columns);
    memset(out->paths, 0, (size_t)n * sizeof *out->paths);
    fill_layout_columns(out->columns, &text, &tree, &inside, out->paths, tables->logs, room);
    fill_repetition_columns(out->columns, &text, &tree, s->element_paths, &cards, tables->logs, room);
    int64_t at = read.n_tokens;
    shape_tokens(s->counts, out->columns, n, page->has_tree, out->tokens + at);
    for (int64_t b = 0; b < n; b++) out->ends[SHAPE_FIELD * n + b] = at + SHAPE_TOKENS * (b + 1);
    at += SHAPE_TOKENS * n;
    int64_t *ends = out->ends + MARKUP_FIELD * n;
    int64_t n_marks = markup_tokens(&tree, s->counts, n, tables->logs, out->tokens + at, ends);
    for (int64_t b = 0; b < n; b++) ends[b] += at;
    return at + n_marks;
}

/* Fills a page's features.

   numbers: start and end of each of the n blocks, and where has_tree is 1: of the blocks the characters in links, the
   links, the images and the element; of the elements the one around it, its first block and the end of its blocks; the
   sizes of the texts in characters.
   bytes: tags and names of the elements, inline names and links of the blocks, in UTF-8.
   integers: for each field, then for the words, where each block's end; first block and end of each element's blocks.
   hashes: a path for each block, then the words.
   Returns the number of tokens, UNSOUND where the numbers do not fit together. */
EXPORT int64_t cd_page_features(const point_t *points, int64_t n_points, const int64_t *numbers, int64_t n,
    int64_t n_elements, int64_t has_tree, const uint8_t *bytes, int64_t n_bytes, const uint8_t *tables,
    const uint8_t *head, uint32_t *tokens, int64_t *integers, uint64_t *hashes, float *columns) {
    /* Without a tree these are never read. */
    const int64_t *links = numbers + 2 * n, *elements = has_tree ? links + 3 * n : links;
    const int64_t *parents = has_tree ? elements + n : links, *lasts = parents + 2 * n_elements;
    PageInput page = {points, numbers, n_points, n, n_bytes, has_tree != 0, links, elements, parents,
        parents + n_elements, lasts, n_elements, bytes, lasts + n_elements};
    PageOutput out = {tokens, integers, integers + N_FIELDS * n, integers + (N_FIELDS + 1) * n, hashes, hashes + n,
        columns};
    if (!is_sound(&page)) return UNSOUND;
    Scratch scratch;
    void *memory = malloc(lay_out(&scratch, NULL, n, n_elements));
    if (memory == NULL) return OUT_OF_MEMORY;
    lay_out(&scratch, memory, n, n_elements);
    int64_t n_tokens = fill_page(&page, (const Tables *)tables, (const Head *)head, &scratch, &out);
    free(memory);
    return n_tokens;
}
