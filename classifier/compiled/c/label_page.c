/* Labels the blocks of a segmented page: its features and both stages of the model, in one call. */
#include "model.h"
#include "page.h"

enum { TOKENS_OF_POINT = 2, SHAPE_TOKENS = 58, MARKUP_TOKENS = 160, LEAD_TOKENS = 2 }; /* at most: block_text.py, tokens.py */

/* Sets the addresses of a page's features from `base` on; returns how many bytes there have to be. */
static size_t lay_out(PageOutput *out, int64_t **no_elements, void *base, const PageInput *page) {
    size_t at = 0, n = (size_t)page->n, m = (size_t)page->n_elements, n_points = (size_t)page->n_points;
#define TAKE(name, count) name = (void *)((uintptr_t)base + at), at += (count) * sizeof *name
    TAKE(out->ends, PAGE_FIELDS * n), TAKE(out->word_ends, n), TAKE(out->spans, 2 * m), TAKE(*no_elements, m ? 0 : n);
    TAKE(out->paths, n), TAKE(out->words, n_points), TAKE(out->columns, n * N_DENSE);
    TAKE(out->tokens, TOKENS_OF_POINT * n_points + n * (SHAPE_TOKENS + (m ? MARKUP_TOKENS : LEAD_TOKENS)));
#undef TAKE
    return at;
}

static int64_t label_page(const uint8_t *form, const PageInput *page, const uint8_t *tables, const uint8_t *head,
                          float *floats, double *doubles, int64_t *numbers) {
    PageOutput found;
    int64_t *no_elements, n = page->n, m = page->n_elements;
    void *memory = malloc(lay_out(&found, &no_elements, NULL, page) + 1);
    if (memory == NULL) return OUT_OF_MEMORY;
    lay_out(&found, &no_elements, memory, page);
    int64_t answer = page_features(page, tables, head, &found);
    if (answer >= 0) {
        for (int64_t b = 0; b < n && m == 0; b++) no_elements[b] = -1;
        const int64_t *elements = m > 0 ? page->of_blocks : no_elements, *parents = page->of_elements + m;
        Page features = {n, m, found.tokens, found.ends, found.words, found.word_ends, found.columns, found.spans,
                         parents, elements, found.paths};
        answer = run_model(form, &features, false, floats, doubles, numbers);
    }
    free(memory);
    return answer;
}

/* Takes a form of the model, a page as cd_page_features does, and the arrays of `run_model`. Returns 0, UNSOUND or
   OUT_OF_MEMORY. */
EXPORT int64_t cd_label_page(const uint8_t *form, const uint32_t *points, int64_t n_points, const int64_t *spans, int64_t n,
                             const int64_t *of_blocks, const int64_t *of_elements, int64_t n_elements,
                             const uint64_t *tag_hashes, int64_t n_tags, const uint32_t *names, int64_t n_names,
                             const uint32_t *inline_names, int64_t n_inline, const uint32_t *hrefs, int64_t n_hrefs,
                             const uint8_t *tables, const uint8_t *head, float *floats, double *doubles,
                             int64_t *numbers) {
    PageInput page = {points, spans, n_points, n, of_blocks, of_elements, n_elements, tag_hashes, n_tags,
                      {names, n_names}, {inline_names, n_inline}, {hrefs, n_hrefs}};
    return label_page(form, &page, tables, head, floats, doubles, numbers);
}
