/* Runs both stages of the model on a page, see two_stage.py. */
#include "model.h"

/* What a word of a teaser in an article's body costs beside being wrong, in words. Chosen on cross-validated answers: a
   higher one keeps more bodies free of teasers and costs other labels. From HTML 84.5 % of the labelled pages are free of
   them at 1, 87.8 % at 2, 88.2 % at 2.5 (macro-F1 0.9339, 0.9336, 0.9332); from text 71.3 % at 1, 73.3 % at 2, 75.4 % at 3
   (macro-F1 0.9065, 0.9046, 0.9023; body F1 a page 0.9585, 0.9577, 0.9561). */
#define TEASER_PRICE 2.0

/* Probability of body below which a block never is body, so that a page of one message has none: a choice. */
#define LEAST_BODY 0.1

/* Probability of body that some block of HTML has to reach, or the page has no body: a choice. Of 1,488 WCXB pages, 9 have no
   such block; 5 of their references are empty, and the word F1 of the other bodies is at most 0.2. From plain text, where the
   odds of body are lowered, bodies of a word F1 up to 0.87 would be lost. */
#define LEAST_OF_SUREST 0.5

/* Probabilities of body from which, and of teaser up to which, a whole sentence right below the body belongs to it. Such
   blocks are short, and the trees learn less from short blocks: of those with 0.25 to 0.5, 60 % to 70 % are body to the
   persons who labelled the pages. Chosen on cross-validated answers: with 0.15 in place of 0.1 for the teaser, bodies of
   Fundus from HTML gain 0.0006, and nothing else changes. */
#define LEAST_LAST_SENTENCE 0.25
#define MOST_TEASER 0.15

/* The former in plain text for one below a single teaser that stands within the body, such as "Read also: …": the trees take
   the block after a teaser for another one, above all where it is the last of an article. Of 13 such sentences on the
   labelled pages that have less than 0.6, or more than 0.2 of teaser, 8 are body. From HTML, where markup tells, 10 of 11
   such blocks are teasers. */
#define LEAST_BEYOND_TEASER 0.5

/* Numbers of kinds in types.py. */
enum { KIND_HEADLINE = 0, KIND_TEXT = 2, KIND_BYLINE = 9, KIND_DATE, KIND_METADATA, KIND_COMMENT, KIND_FURNITURE, KIND_TEASER };
enum { KIND_TEASER_HEADING = KIND_TEASER + 1 };

/* The ensembles of a form, by the blocks that they score. */
enum { OF_ALL, OF_BODY, OF_BOILERPLATE, OF_METADATA, OF_TEASERS, OF_PAGE, N_SCORED };
enum { MOST_ENSEMBLES = 16 };

/* The weights for one form of input, see `FormModel`. */
typedef struct {
    Linear first_stage, page_types;
    Ensembles scored[N_SCORED];
    double affinities[N_LABELS * N_LABELS];
    bool is_chained;                    /* whether neighbours say anything */
    int64_t body_kinds[MOST_ENSEMBLES]; /* a kind for each ensemble of OF_BODY */
} Form;

/* What `Predictions` has. */
typedef struct {
    double *odds; /* (3, n): of body, of teaser, of headline */
    double *probabilities, *page_types;
    int64_t *labels, *kinds;
    float *quality, *log_types;
} Answer;

EXPORT int64_t cd_form_size(void) { return sizeof(Form); }

EXPORT void cd_set_form(uint8_t *out, const uint8_t *first_stage, const uint8_t *page_types, const uint8_t *of_all,
                        const uint8_t *of_body, const uint8_t *of_boilerplate, const uint8_t *of_metadata,
                        const uint8_t *of_teasers, const uint8_t *of_page, const double *affinities,
                        const int64_t *body_kinds, int64_t n_kinds) {
    const uint8_t *scored[N_SCORED] = {of_all, of_body, of_boilerplate, of_metadata, of_teasers, of_page};
    Form form = {.first_stage = *(const Linear *)first_stage, .page_types = *(const Linear *)page_types};
    for (int64_t k = 0; k < N_SCORED; k++) form.scored[k] = *(const Ensembles *)scored[k];
    for (int64_t k = 0; k < N_LABELS * N_LABELS; k++) {
        form.affinities[k] = affinities[k];
        form.is_chained |= affinities[k] != 1.0;
    }
    for (int64_t k = 0; k < n_kinds; k++) form.body_kinds[k] = body_kinds[k];
    memcpy(out, &form, sizeof form);
}

/* Writes the probabilities of the labels by the log-odds of body and of teaser. */
static void find_probabilities(const double *odds, int64_t n, double *probabilities) {
    for (int64_t b = 0; b < n; b++) {
        double body = cd_expit(odds[b]), teaser = cd_expit(odds[n + b]);
        double *row = probabilities + N_LABELS * b;
        row[BODY] = body;
        row[BOILERPLATE] = (1.0 - body) * (1.0 - teaser);
        row[TEASERS] = (1.0 - body) * teaser;
    }
}

/* Scores all blocks by the trees that every block is scored by. */
static void score_all(const Form *form, const Context *c, int width, Answer *answer) {
    const Ensembles *trees = &form->scored[OF_ALL];
    _Alignas(64) float packed[N_COLUMNS * ROWS];
    double sums[3 * ROWS];
    for (int64_t first = 0; first < c->n; first += ROWS) {
        int64_t starts[N_PIECES];
        set_starts(first, c->n, starts);
        pack_rows(trees, c->out, c->n, starts, packed);
        score_rows(trees, width, packed, ALL_ROWS, sums);
        for (int64_t e = 0; e < 3; e++) copy_sums(sums + e * ROWS, starts, c->n, answer->odds + e * c->n);
    }
    find_probabilities(answer->odds, c->n, answer->probabilities);
}

/* A key that sorts numbers downwards; of 0 and -0 the same. */
static uint64_t key_downwards(double value) {
    uint64_t bits = double_to_bits(0.0 - value);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* Chooses labels so that the body as a whole has the highest expected word F1.

   Where the best choice of blocks reaches an expected F1 of f, a block belongs to it from the probability f / 2 on
   (Lipton, Elkan and Naryanaswamy 2014): on an easy page 0.5, on a hard one less, as there too little is lost by a wrong
   block to leave out a right one. A block that is not body gets the likelier of the other two labels. `words` are at
   least 1; `price` is what a word of a teaser in the body costs beside being wrong, in words: such pages annoy readers
   most. Unless a block has the probability `least`, none is body; returns whether one has. */
static bool choose_labels(const double *probabilities, const double *words, double price, double least, int64_t n,
                          double *gains, Item *items, int64_t *labels) {
    double expected = 0.0, hits = 0.0, chosen = 0.0, best = -INFINITY, surest = 0.0;
    for (int64_t b = 0; b < n; b++) {
        const double *row = probabilities + N_LABELS * b;
        gains[b] = row[BODY] < LEAST_BODY ? -1.0 : row[BODY] - price * row[TEASERS];
        items[b] = (Item){key_downwards(gains[b]), b};
        expected += words[b] * row[BODY];
        surest = row[BODY] > surest ? row[BODY] : surest;
    }
    bool has_body = surest >= least;
    sort_items(items, items + n, n);
    for (int64_t i = 0; i < n; i++) {
        int64_t b = items[i].block;
        hits += words[b] * gains[b];
        chosen += words[b];
        double f1 = 2.0 * hits / (chosen + expected);
        best = f1 > best ? f1 : best;
    }
    for (int64_t b = 0; b < n; b++) {
        const double *row = probabilities + N_LABELS * b;
        bool is_body = has_body && gains[b] >= best / 2.0 && gains[b] > 0.0;
        labels[b] = is_body ? BODY : row[TEASERS] > row[BOILERPLATE] ? TEASERS : BOILERPLATE;
    }
    return has_body;
}

/* Adds whole sentences right below the body, or in plain text below one teaser within it, one after the other. */
static void add_sentences(const double *probabilities, const float *ends_sentence, bool plain, int64_t n,
                          int64_t *labels) {
    for (int64_t b = 1; b < n; b++) {
        const double *row = probabilities + N_LABELS * b;
        bool is_below = labels[b - 1] == BODY && row[BODY] >= LEAST_LAST_SENTENCE && row[TEASERS] <= MOST_TEASER;
        bool is_beyond = plain && b > 1 && labels[b - 1] == TEASERS && labels[b - 2] == BODY &&
                         row[BODY] >= LEAST_BEYOND_TEASER;
        if ((is_below || is_beyond) && ends_sentence[b] == 1.0F) labels[b] = BODY;
    }
}

/* Chooses the labels; `memory` has room for 12 * n numbers. */
static void label_blocks(const Form *form, const Context *c, double *memory, Answer *answer) {
    int64_t n = c->n;
    double *words = memory + N_LABELS * n;
    const double *agreed = answer->probabilities;
    if (form->is_chained && n > 0) {
        chain_labels(agreed, form->affinities, n, words, memory);
        agreed = memory;
    }
    const float *log_words = dense_column(c, LOG_WORDS);
    for (int64_t b = 0; b < n; b++) {
        double count = rint(cd_expm1(log_words[b]));
        words[b] = count > 1.0 ? count : 1.0;
    }
    double price = TEASER_PRICE * cd_exp(answer->log_types[0]);
    bool plain = c->page->n_elements == 0;
    double least = plain ? 0.0 : LEAST_OF_SUREST;
    bool has_body = choose_labels(agreed, words, price, least, n, words + n, (Item *)(words + 2 * n), answer->labels);
    for (int64_t b = 0; b < n; b++)
        if (answer->odds[2 * n + b] > 0.0) answer->labels[b] = BODY;
    /* Without the neighbours' say, as a body is one already. */
    if (has_body) add_sentences(answer->probabilities, dense_column(c, ENDS_SENTENCE), plain, n, answer->labels);
}

/* Blocks of one kind that are scored together, a bit for each that is of this kind. */
typedef struct {
    int64_t starts[N_PIECES];
    uint32_t wanted;
} Part;

/* Chooses the next pieces, from block b on, that begin with a block of a kind; returns the block after them. */
static int64_t choose_part(const int64_t *kinds, int64_t kind, int64_t b, int64_t n, Part *part) {
    *part = (Part){{0}, 0};
    for (int64_t p = 0; p < N_PIECES; p++) {
        while (b < n && kinds[b] != kind) b++;
        if (b == n) break;
        int64_t start = part->starts[p] = max_i64(0, min_i64(b, n - PIECE)), end = min_i64(n, start + PIECE);
        for (; b < end; b++) part->wanted |= (uint32_t)(kinds[b] == kind) << (p * PIECE + b - start);
    }
    return b;
}

/* How blocks of one kind are divided: kinds[e] is that which ensemble e scores; with `headline`, that kind may be the
   likeliest, too. */
typedef struct {
    int64_t of, from;
    const int64_t *kinds;
    bool headline;
} Division;

/* Gives a block the likeliest of some kinds, where it is likelier than not; `sums`: its odds, a row of ROWS each. */
static void choose_kind(const Division *by, int64_t n_kinds, const double *sums, double headline_odds, int64_t *kind) {
    double best = 0.0;
    if (by->headline && headline_odds > best) {
        best = headline_odds;
        *kind = KIND_HEADLINE;
    }
    for (int64_t e = 0; e < n_kinds; e++) {
        if (!(sums[e * ROWS] > best)) continue;
        best = sums[e * ROWS];
        *kind = by->kinds[e];
    }
}

/* Divides the blocks of one kind. */
static void divide(const Form *form, const Context *c, int width, const Division *by, Answer *answer) {
    const Ensembles *trees = &form->scored[by->of];
    _Alignas(64) float packed[N_COLUMNS * ROWS];
    double sums[MOST_ENSEMBLES * ROWS];
    for (int64_t b = 0; b < c->n;) {
        Part part;
        b = choose_part(answer->kinds, by->from, b, c->n, &part);
        if (!part.wanted) break;
        pack_rows(trees, c->out, c->n, part.starts, packed);
        score_rows(trees, width, packed, part.wanted, sums);
        for (int64_t r = 0; r < ROWS; r++) {
            int64_t block = part.starts[r / PIECE] + r % PIECE;
            if (part.wanted >> r & 1)
                choose_kind(by, trees->n_ensembles, sums + r, answer->odds[2 * c->n + block], answer->kinds + block);
        }
    }
}

/* Finds the kind of each block: further trees tell the kinds under each label apart. */
static void find_kinds(const Form *form, const Context *c, int width, Answer *answer) {
    static const int64_t otherwise[] = {KIND_TEXT, KIND_FURNITURE, KIND_TEASER};
    static const int64_t boilerplate[] = {KIND_METADATA, KIND_COMMENT}, metadata[] = {KIND_BYLINE, KIND_DATE};
    static const int64_t teasers[] = {KIND_TEASER_HEADING};
    const Division divisions[] = {
        {OF_BODY, KIND_TEXT, form->body_kinds, true},
        {OF_BOILERPLATE, KIND_FURNITURE, boilerplate, false},
        {OF_METADATA, KIND_METADATA, metadata, false},
        {OF_TEASERS, KIND_TEASER, teasers, false},
    };
    for (int64_t b = 0; b < c->n; b++) answer->kinds[b] = otherwise[answer->labels[b]];
    for (int64_t k = 0; k < 4; k++) divide(form, c, width, &divisions[k], answer);
}

static void predict(const Form *form, const Context *c, double *memory, Answer *answer) {
    int width = vector_width();
    double total = 0.0;
    score_all(form, c, width, answer);
    label_blocks(form, c, memory, answer);
    find_kinds(form, c, width, answer);
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) total += answer->page_types[k] = cd_exp(answer->log_types[k]);
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) answer->page_types[k] /= total;
    fill_quality(c, answer->labels, answer->probabilities, answer->odds + 2 * c->n, answer->log_types, answer->quality);
}

int64_t run_model(const uint8_t *form_model, const Page *page, bool is_scored, float *floats, double *doubles,
                  int64_t *numbers) {
    const Form *form = (const Form *)form_model;
    int64_t n = page->n_blocks;
    float log_types[N_PAGE_TYPES], *by_field = floats + n * (N_GROUPS + N_PARTS);
    float *context = by_field + n * N_FIELDS * N_GROUPS;
    Answer answer = {
        .odds = doubles,
        .probabilities = doubles + 3 * n,
        .page_types = doubles + (3 + N_LABELS) * n,
        .labels = numbers,
        .kinds = numbers + n,
        .quality = context + n * N_COLUMNS,
        .log_types = log_types,
    };
    double *memory = malloc((size_t)(context_doubles(n) + 12 * n) * sizeof *memory);
    if (!memory) return OUT_OF_MEMORY;
    if (!is_scored) score_blocks(&form->first_stage, page, floats, by_field);
    int64_t status = score_page(&form->page_types, page, log_types);
    if (status == 0) {
        Context c;
        set_context(&c, page, context, memory);
        fill_context(&c, floats, by_field, log_types);
        predict(form, &c, memory + context_doubles(n), &answer);
    }
    free(memory);
    return status;
}

/* Runs both stages, or with `is_scored` the second one; see `run_model`. */
EXPORT int64_t cd_run_model(const uint8_t *form_model, const uint32_t *tokens, const int64_t *ends,
                            const uint64_t *words, const int64_t *word_ends, const float *columns, const int64_t *spans,
                            const int64_t *parents, const int64_t *elements, const uint64_t *paths, int64_t n,
                            int64_t n_elements, int64_t is_scored, float *floats, double *doubles, int64_t *numbers) {
    Page page = {n, n_elements, tokens, ends, words, word_ends, columns, spans, parents, elements, paths};
    return run_model(form_model, &page, is_scored, floats, doubles, numbers);
}

/* Returns the word F1 that is expected of a page's body, from the columns of `fill_quality`; 0 without a body. */
EXPORT double cd_expected_f1(const uint8_t *form_model, const int64_t *labels, int64_t n, const float *quality) {
    bool has_body = false;
    for (int64_t b = 0; b < n; b++) has_body |= labels[b] == BODY;
    if (!has_body) return 0.0;
    const Form *form = (const Form *)form_model;
    const Ensembles *trees = &form->scored[OF_PAGE];
    const int64_t starts[N_PIECES] = {0};
    float packed[N_QUALITY * ROWS];
    double sums[ROWS];
    pack_rows(trees, quality, 1, starts, packed);
    score_rows(trees, vector_width(), packed, 1, sums);
    return cd_expit(sums[0]);
}

/* Fills the columns that the trees see. */
EXPORT int64_t cd_context_columns(const uint64_t *words, const int64_t *word_ends, const float *columns,
                                  const int64_t *spans, const int64_t *parents, const int64_t *elements,
                                  const uint64_t *paths, int64_t n_blocks, int64_t n_elements, const float *own,
                                  const float *by_field, const float *log_types, float *context) {
    Page page = {n_blocks, n_elements, NULL, NULL, words, word_ends, columns, spans, parents, elements, paths};
    double *memory = malloc((size_t)context_doubles(n_blocks) * sizeof *memory);
    if (!memory) return OUT_OF_MEMORY;
    Context c;
    set_context(&c, &page, context, memory);
    fill_context(&c, own, by_field, log_types);
    free(memory);
    return 0;
}
