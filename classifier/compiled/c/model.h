/* What the sources of classifier/model share: a page and the model as structs, and the tables that they fill.

   Tables with a row for each block are stored column by column, so that loops run over neighbours in memory. */
#ifndef COPYDESK_MODEL_H
#define COPYDESK_MODEL_H

#include "core.h"
#include "maths.h"
#include "sorting.h"

/* Blocks that the trees score together, in pieces of neighbours. The columns that the trees read are copied to one place
   first: read where they lie, in many pages of memory, scoring took twice as long. */
#define ROWS 32
#define PIECE 8
#define N_PIECES (ROWS / PIECE)
#define ALL_ROWS UINT32_MAX /* a bit for each */

enum { N_FIELDS = 3, N_GROUPS = 6, N_PARTS = 8, N_PAGE_TYPES = 7, N_LABELS = 3 };
enum { TEXT, METADATA, COMMENT, FURNITURE, TEASER, TEASER_HEADING }; /* groups, see groups.py */
enum { PART_HEADLINE, PART_STANDFIRST };
enum { BODY, BOILERPLATE, TEASERS }; /* labels */

/* Numbers in a line of memory that the sums of one row fill; the last lane has the squares. */
enum { MOST_LANES = 16, PAGE_LANES = 8 };

/* The dense columns of features/columns.py that are read here. */
enum { LOG_CHARS = 0, LOG_WORDS = 1, ENDS_SENTENCE = 6, ELLIPSIS = 7, LINK_SHARE = 15, IMAGES = 17, TITLE_FOUND = 19 };
enum { HEADING = 24, TITLE_MATCH = 33, IN_FIGURE = 37, N_DENSE = 77 };

/* The columns of context.py: where each part begins. */
enum {
    AT_NEIGHBOURS = N_GROUPS,
    AT_WINDOWS = AT_NEIGHBOURS + 5 * 4 + 2 * 8 + 3 * 8,
    AT_ALIKE = AT_WINDOWS + 3 * 3 * 4,
    AT_CONTAINERS = AT_ALIKE + 7,
    AT_PAGE = AT_CONTAINERS + 5 * 6,
    AT_SIMILARITY = AT_PAGE + 11,
    AT_LANDMARKS = AT_SIMILARITY + 4,
    AT_RHYTHM = AT_LANDMARKS + 40,
    AT_PARTS = AT_RHYTHM + 16,
    AT_BY_FIELD = AT_PARTS + 39,
    AT_PAGE_TYPES = AT_BY_FIELD + N_FIELDS * N_GROUPS,
    N_CONTEXT = AT_PAGE_TYPES + N_PAGE_TYPES,
    N_COLUMNS = N_CONTEXT + N_DENSE
};
enum { N_QUALITY = 14 + 3 + N_PAGE_TYPES };

/* What features/page_features.py has of a page. */
typedef struct {
    int64_t n_blocks, n_elements;
    const uint32_t *tokens;
    const int64_t *ends; /* (N_FIELDS, n_blocks) */
    const uint64_t *words;
    const int64_t *word_ends;
    const float *columns; /* (n_blocks, N_DENSE), row by row */
    const int64_t *spans, *parents, *elements;
    const uint64_t *paths;
} Page;

/* A linear model over hashed TF-IDF, see hashed_linear.py. */
typedef struct {
    const float *rows; /* (n_rows, lanes): each column's weights times its idf; in the last lane the squared idf */
    const float *intercepts;
    const double *dampened; /* the weight of a term by its count on the page, from 1 on */
    int64_t n_rows, lanes, n_classes;
} Linear;

/* Several ensembles of trees as flat lists of tests, see trees.py. */
typedef struct {
    const int32_t *used;    /* (n_used): the columns that are read */
    const int32_t *columns; /* places in `used` */
    const float *thresholds;
    const uint32_t *masks; /* a bit for each leaf that a value above the threshold rules out */
    const double *leaves;
    const int64_t *firsts; /* (n_trees + 1): each tree's first test; its first leaf comes after those of all before */
    const int64_t *ends;   /* (n_ensembles): where each ensemble's trees end */
    const double *baselines;
    int64_t n_ensembles, n_used;
} Ensembles;

/* Calls a function with a tree's number of tests, as a constant where it is one that training chooses: so its loop over the
   tests is unrolled. */
#define CALL_WITH_N_TESTS(n_tests, function, ...) \
    switch (n_tests) { \
    case 7: function(7, __VA_ARGS__); break; \
    case 15: function(15, __VA_ARGS__); break; \
    case 19: function(19, __VA_ARGS__); break; \
    case 23: function(23, __VA_ARGS__); break; \
    default: function(n_tests, __VA_ARGS__); \
    }
#ifdef __clang__
#define UNROLLED _Pragma("unroll 32")
#else
#define UNROLLED _Pragma("GCC unroll 32")
#endif

/* The columns of a page's blocks, and what they are computed from. */
typedef struct {
    const Page *page;
    int64_t n;
    float *out;         /* (N_COLUMNS, n) */
    const float *dense; /* the page's own columns, in `out` */
    double *shares;     /* (N_GROUPS, n): the first stage's odds, of each block scaled to sum to 1 */
    double *chars;      /* (n): lengths in characters */
    double *weights;    /* (n): their square roots */
    double *sums;       /* (N_SUMS, n + 1): running sums of weighted shares and lengths */
    double *spare;      /* SPARE(n): what one source after the other works with */
} Context;
enum { SUM_WEIGHT, SUM_TEXT, SUM_COMMENT, SUM_TEASER, SUM_METADATA, SUM_LOG_CHARS, SUM_TEXT_CHARS, N_SUMS };

#define WORD_PLACES 2048 /* in tables of words */
#define SPARE(n) (6 * (n) + 6 * WORD_PLACES)
INLINE int64_t context_doubles(int64_t n) { return (N_GROUPS + 2 + N_SUMS) * (n + 1) + SPARE(n); }

INLINE const float *dense_column(const Context *c, int64_t column) { return c->dense + column * c->n; }
INLINE const double *share_of(const Context *c, int64_t group) { return c->shares + group * c->n; }
INLINE const double *sum_of(const Context *c, int64_t sum) { return c->sums + sum * (c->n + 1); }

/* two_stage.c: runs both stages, or with `is_scored` the second one; then `floats` begins with what the first one says.

   The results are in three arrays, since handing over an array takes Python longer than scoring a block takes C. `floats`:
   own, by_field (n rows), the columns (N_COLUMNS, n), quality. `doubles`: the odds of body, teaser and headline (n each),
   probabilities (n rows), page types. `numbers`: labels, kinds (n each). */
int64_t run_model(const uint8_t *form_model, const Page *page, bool is_scored, float *floats, double *doubles,
                  int64_t *numbers);
/* hashed_linear.c */
void score_blocks(const Linear *linear, const Page *page, float *own, float *by_field);
int64_t score_page(const Linear *linear, const Page *page, float *log_types);
/* chain.c: `memory` has room for three values for each of the probabilities */
void chain_labels(const double *probabilities, const double *affinities, int64_t n, double *memory, double *found);
/* quality.c */
void fill_quality(const Context *c, const int64_t *labels, const double *probabilities, const double *headline_odds,
                  const float *log_types, float *row);
/* context.c and the sources that it uses; `memory` has room for `context_doubles` numbers */
void set_context(Context *c, const Page *page, float *out, double *memory);
void fill_context(Context *c, const float *own, const float *by_field, const float *log_types);
void fill_similarity(const Context *c, float *out);
void fill_landmarks(const Context *c, float *out);
void fill_rhythm(const Context *c, float *out);
void fill_parts(const Context *c, float *out);
/* trees.c: packs the columns that the trees read, of the blocks from each of `starts` on. `table` has column after column,
   of n numbers; if n is less than PIECE, all starts are 0, and the rows from n on become 0 */
void pack_rows(const Ensembles *trees, const float *table, int64_t n, const int64_t *starts, float *packed);
/* sums[e * ROWS + r] becomes the log-odds of ensemble e for row r of those that are packed, where bit r of `wanted` is set;
   `width` is at most `vector_width()` */
void score_rows(const Ensembles *trees, int width, const float *packed, uint32_t wanted, double *sums);
/* Sets the starts for ROWS blocks from `first` on of n; the last pieces may overlap. `copy_sums` copies one ensemble's sums */
void set_starts(int64_t first, int64_t n, int64_t *starts);
void copy_sums(const double *sums, const int64_t *starts, int64_t n, double *out);
/* trees_wider.c: scores all rows, with BITS_512 */
void score_rows16(const Ensembles *trees, const float *packed, double *sums);

#endif
