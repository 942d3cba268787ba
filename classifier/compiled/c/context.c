/* Fills the columns of the second stage, see context.py. */
#include "model.h"

enum { CONTAINERS = 5 };
static const int64_t WIDE[] = {TEXT, TEASER};
static const int64_t CLOSE[] = {METADATA, COMMENT, FURNITURE, TEASER_HEADING};
static const int64_t SHAPE[] = {LOG_CHARS, LINK_SHARE, ENDS_SENTENCE, ELLIPSIS};
static const int64_t SHARES[] = {SUM_TEXT, SUM_COMMENT, SUM_TEASER};
enum { N_SHARES = 3 };

enum { SIDE = 4 };
typedef float Quad __attribute__((vector_size(16), aligned(4)));
typedef int32_t Places __attribute__((vector_size(16)));
#ifdef __clang__
#define PICK(a, b, c, d, e, f) __builtin_shufflevector(a, b, c, d, e, f)
#else
#define PICK(a, b, c, d, e, f) __builtin_shuffle(a, b, (Places){c, d, e, f})
#endif

/* Copies SIDE rows of SIDE numbers into columns. */
INLINE void turn_square(float *out, int64_t n, const float *rows, int64_t width) {
    Quad a, b, c, d;
    memcpy(&a, rows, sizeof a);
    memcpy(&b, rows + width, sizeof b);
    memcpy(&c, rows + 2 * width, sizeof c);
    memcpy(&d, rows + 3 * width, sizeof d);
    Quad low = PICK(a, b, 0, 4, 1, 5), high = PICK(a, b, 2, 6, 3, 7);
    Quad other_low = PICK(c, d, 0, 4, 1, 5), other_high = PICK(c, d, 2, 6, 3, 7);
    a = PICK(low, other_low, 0, 1, 4, 5), b = PICK(low, other_low, 2, 3, 6, 7);
    c = PICK(high, other_high, 0, 1, 4, 5), d = PICK(high, other_high, 2, 3, 6, 7);
    memcpy(out, &a, sizeof a);
    memcpy(out + n, &b, sizeof b);
    memcpy(out + 2 * n, &c, sizeof c);
    memcpy(out + 3 * n, &d, sizeof d);
}

/* Copies a table of rows into columns. */
static void turn(float *out, const float *rows, int64_t n, int64_t width) {
    int64_t b = 0;
    for (; b + SIDE <= n; b += SIDE) {
        for (int64_t k = 0; k + SIDE <= width; k += SIDE) turn_square(out + k * n + b, n, rows + b * width + k, width);
        for (int64_t row = b; row < b + SIDE; row++)
            for (int64_t k = width - width % SIDE; k < width; k++) out[k * n + row] = rows[row * width + k];
    }
    for (; b < n; b++)
        for (int64_t k = 0; k < width; k++) out[k * n + b] = rows[b * width + k];
}

/* Fills scores from the first stage's log-odds. */
static void fill_scores(const Context *c, const float *own) {
    int64_t n = c->n, width = N_GROUPS + N_PARTS;
    for (int64_t b = 0; b < n; b++) {
        for (int64_t k = 0; k < width; k++) {
            float score = own[b * width + k];
            score = score < -8.0F ? -8.0F : score > 8.0F ? 8.0F : score;
            c->out[(k < N_GROUPS ? k : AT_PARTS + k - N_GROUPS) * n + b] = score;
        }
    }
}

/* Fills shares from the scores. */
static void fill_shares(const float *restrict scores, double *restrict shares, double *restrict totals, int64_t n) {
    for (int64_t b = 0; b < n; b++) totals[b] = 0.0;
    for (int64_t k = 0; k < N_GROUPS; k++) {
        for (int64_t b = 0; b < n; b++) {
            double share = 1.0 / (1.0 + cd_exp_small(-(double)scores[k * n + b]));
            shares[k * n + b] = share;
            totals[b] += share;
        }
    }
    for (int64_t k = 0; k < N_GROUPS; k++)
        for (int64_t b = 0; b < n; b++) shares[k * n + b] /= totals[b];
}

/* Fills lengths in characters, and their square roots. */
static void fill_weights(const float *restrict logs, double *restrict chars, double *restrict weights, int64_t n) {
    for (int64_t b = 0; b < n; b++) {
        chars[b] = cd_expm1_small(logs[b]);
        weights[b] = sqrtf((float)chars[b]);
    }
}

static void fill_sums(Context *c) {
    const float *lengths = dense_column(c, LOG_CHARS);
    int64_t step = c->n + 1;
    for (int64_t k = 0; k < N_SUMS; k++) c->sums[k * step] = 0.0;
    for (int64_t b = 0; b < c->n; b++) {
        double w = c->weights[b], text = share_of(c, TEXT)[b];
        double added[N_SUMS] = {
            [SUM_WEIGHT] = w,
            [SUM_TEXT] = w * text,
            [SUM_COMMENT] = w * share_of(c, COMMENT)[b],
            [SUM_TEASER] = w * (share_of(c, TEASER)[b] + share_of(c, TEASER_HEADING)[b]),
            [SUM_METADATA] = w * share_of(c, METADATA)[b],
            [SUM_LOG_CHARS] = lengths[b],
            [SUM_TEXT_CHARS] = w * w * text,
        };
        for (int64_t k = 0; k < N_SUMS; k++) c->sums[k * step + b + 1] = c->sums[k * step + b] + added[k];
    }
}

/* Fills a column with that of the blocks so far away, and with another value beyond the page. */
static void shift(float *out, const float *column, int64_t n, int64_t distance, float beyond) {
    int64_t away = min_i64(n, distance < 0 ? -distance : distance);
    memcpy(distance < 0 ? out + away : out, distance < 0 ? column : column + away, (size_t)(n - away) * sizeof *out);
    for (int64_t b = 0; b < away; b++) out[distance < 0 ? b : n - 1 - b] = beyond;
}

/* Fills columns of the blocks so far before, then so far after. */
static float *fill_neighbours(const Context *c, float *out, const float *columns, const int64_t *chosen, int64_t count,
                              int64_t distance, const float *beyond) {
    for (int64_t side = -1; side <= 1; side += 2)
        for (int64_t k = 0; k < count; k++, out += c->n)
            shift(out, columns + chosen[k] * c->n, c->n, side * distance, beyond[k]);
    return out;
}

/* Fills a share of text, comment and teaser in a span of blocks into a block's columns. */
INLINE void fill_span(const Context *c, float *out, int64_t first, int64_t last) {
    double total = sum_of(c, SUM_WEIGHT)[last] - sum_of(c, SUM_WEIGHT)[first];
    if (!(total > 1e-9)) total = 1e-9;
    for (int64_t k = 0; k < N_SHARES; k++)
        out[k * c->n] = (float)((sum_of(c, SHARES[k])[last] - sum_of(c, SHARES[k])[first]) / total);
}

/* Averages over the blocks `first` to `last` for a block's columns; -1 where there are none. */
INLINE void fill_window(const Context *c, float *out, int64_t first, int64_t last) {
    const double *weights = sum_of(c, SUM_WEIGHT), *lengths = sum_of(c, SUM_LOG_CHARS);
    if (last > first && weights[last] - weights[first] > 0.0) {
        fill_span(c, out, first, last);
        out[N_SHARES * c->n] = (float)((lengths[last] - lengths[first]) / (double)(last - first));
    } else {
        for (int64_t k = 0; k < N_SHARES + 1; k++) out[k * c->n] = -1.0F;
    }
}

/* Does the same for blocks whose windows are all of one size, `before` blocks before to `after` blocks after. */
INLINE void fill_whole_windows(const Context *c, float *out, int64_t from, int64_t to, int64_t before, int64_t after) {
    const double *weights = sum_of(c, SUM_WEIGHT);
    for (int64_t k = 0; k < N_SHARES + 1; k++) {
        const double *restrict sums = sum_of(c, k < N_SHARES ? SHARES[k] : SUM_LOG_CHARS);
        float *restrict column = out + k * c->n;
        double size = (double)(before + after);
        for (int64_t b = from; b < to; b++) {
            double weight = weights[b + after] - weights[b - before], total = weight > 1e-9 ? weight : 1e-9;
            double found = (sums[b + after] - sums[b - before]) / (k < N_SHARES ? total : size);
            column[b] = weight > 0.0 ? (float)found : -1.0F;
        }
    }
}

/* Averages over a window before, after and around each block; -1 where it is empty. */
static float *fill_windows(const Context *c, float *out, int64_t width) {
    for (int64_t side = 0; side < 3; side++, out += (N_SHARES + 1) * c->n) {
        int64_t before = side == 1 ? -1 : width, after = side == 0 ? 0 : width + 1;
        int64_t from = min_i64(c->n, max_i64(0, before)), to = max_i64(from, c->n - after);
        fill_whole_windows(c, out, from, to, before, after);
        for (int64_t b = 0; b < c->n; b++) {
            if (b == from) b = to;
            if (b < c->n) fill_window(c, out + b, max_i64(0, b - before), min_i64(c->n, b + after));
        }
    }
    return out;
}

/* Averages over blocks items[0 .. n], which are set in the same way. */
static void fill_group(const Context *c, float *out, const Item *items, int64_t n) {
    double total = 0.0, text = 0.0, metadata = 0.0, comment = 0.0, teaser = 0.0, chars = 0.0;
    for (int64_t i = 0; i < n; i++) {
        int64_t b = items[i].block;
        double w = c->weights[b];
        total += w;
        text += w * share_of(c, TEXT)[b];
        metadata += w * share_of(c, METADATA)[b];
        comment += w * share_of(c, COMMENT)[b];
        teaser += w * (share_of(c, TEASER)[b] + share_of(c, TEASER_HEADING)[b]);
        chars += dense_column(c, LOG_CHARS)[b];
    }
    float values[] = {
        (float)(text / total),   (float)(metadata / total),    (float)(comment / total),
        (float)(teaser / total), (float)(chars / (double)n),   (float)cd_log1p((double)n),
        (float)((double)n / (double)c->n),
    };
    for (int64_t k = 0; k < 7; k++)
        for (int64_t i = 0; i < n; i++) out[k * c->n + items[i].block] = values[k];
}

/* Averages over the blocks set in the same way: equal tags and names all the way up. */
static void fill_alike(const Context *c, float *out) {
    Item *items = (Item *)c->spare;
    for (int64_t b = 0; b < c->n; b++) items[b] = (Item){c->page->paths[b], b};
    sort_items(items, items + c->n, c->n);
    for (int64_t i = 0, j; i < c->n; i = j) {
        for (j = i + 1; j < c->n && items[j].key == items[i].key;) j++;
        fill_group(c, out, items + i, j - i);
    }
}

/* Describes an element in the six columns of one level, for block `out`. */
static void fill_element(const Context *c, float *out, int64_t e, double page_text) {
    const double *weights = sum_of(c, SUM_WEIGHT), *texts = sum_of(c, SUM_TEXT_CHARS);
    int64_t first = c->page->spans[2 * e], last = c->page->spans[2 * e + 1];
    double weight = weights[last] - weights[first];
    fill_span(c, out, first, last);
    out[3 * c->n] = (float)cd_log1p((double)(last - first));
    out[4 * c->n] = (float)cd_log1p(weight > 1e-9 ? weight : 1e-9);
    out[5 * c->n] = (float)((texts[last] - texts[first]) / page_text);
}

/* Averages over the enclosing elements of each block, leaving out those with no more blocks than the one inside. */
static void fill_containers(const Context *c, float *out) {
    const Page *page = c->page;
    double page_text = sum_of(c, SUM_TEXT_CHARS)[c->n];
    int64_t before[CONTAINERS] = {-1, -1, -1, -1, -1}; /* the elements of the block before, which most blocks share */
    if (!(page_text > 1e-9)) page_text = 1e-9;
    for (int64_t b = 0; b < c->n; b++) {
        int64_t size = 1, level = 0;
        float *at = out + b;
        for (int64_t e = page->elements[b]; e >= 0 && level < CONTAINERS; e = page->parents[e]) {
            int64_t blocks = page->spans[2 * e + 1] - page->spans[2 * e];
            if (blocks <= size) continue;
            size = blocks;
            if (before[level] == e) {
                for (int64_t k = 0; k < 6; k++) at[k * c->n] = at[k * c->n - 1];
            } else {
                fill_element(c, at, e, page_text);
                before[level] = e;
            }
            at += 6 * c->n;
            level += 1;
        }
        for (int64_t k = 0; k < 6 * (CONTAINERS - level); k++) at[k * c->n] = -1.0F;
        for (; level < CONTAINERS; level++) before[level] = -1;
    }
}

/* Where the densest run of text is (Kadane's maximum run), and the first and the last text. */
typedef struct {
    int64_t first, last, first_text, last_text;
} Run;

static Run find_run(const Context *c) {
    Run run = {0, 0, c->n, -1};
    double best = 0.0, here = 0.0;
    int64_t first = 0;
    for (int64_t b = 0; b < c->n; b++) {
        double text = share_of(c, TEXT)[b];
        if (here <= 0.0) {
            here = 0.0;
            first = b;
        }
        here += c->weights[b] * (text - 0.4);
        if (here > best) {
            best = here;
            run.first = first;
            run.last = b + 1;
        }
        if (text > 0.6) {
            run.first_text = min_i64(run.first_text, b);
            run.last_text = b;
        }
    }
    return run;
}

/* Describes the page as a whole, and where its densest run of text is. */
static void fill_page(const Context *c, float *out) {
    int64_t n = c->n;
    Run run = find_run(c);
    const double *texts = sum_of(c, SUM_TEXT_CHARS);
    double weight = sum_of(c, SUM_WEIGHT)[n] > 1e-9 ? sum_of(c, SUM_WEIGHT)[n] : 1e-9;
    fill_span(c, out, 0, n);
    float same[] = {
        out[0], out[n], out[2 * n], (float)(sum_of(c, SUM_METADATA)[n] / weight), (float)cd_log1p(texts[n]),
    };
    float run_share = (float)((texts[run.last] - texts[run.first]) / (texts[n] > 1e-9 ? texts[n] : 1e-9));
    for (int64_t k = 0; k < 5; k++)
        for (int64_t b = 0; b < n; b++) out[k * n + b] = same[k];
    out += 5 * n;
    for (int64_t b = 0; b < n; b++) {
        out[b] = (float)(b - run.first);
        out[n + b] = (float)(b - run.last);
        out[2 * n + b] = run.first <= b && b < run.last ? 1.0F : 0.0F;
        out[3 * n + b] = run_share;
        out[4 * n + b] = (float)(b - run.first_text);
        out[5 * n + b] = (float)(b - run.last_text);
    }
}

INLINE void fill_context_of(Context *c, const float *own, const float *by_field, const float *log_types) {
    static const float none[] = {-9.0F, -9.0F, -9.0F, -9.0F}, no_shape[] = {-1.0F, 0.0F, 0.0F, 0.0F};
    float *out = c->out;
    int64_t n = c->n;
    if (c->n == 0) return;
    turn(out + N_CONTEXT * n, c->page->columns, c->n, N_DENSE);
    turn(out + AT_BY_FIELD * n, by_field, c->n, N_FIELDS * N_GROUPS);
    for (int64_t k = 0; k < N_PAGE_TYPES; k++)
        for (int64_t b = 0; b < c->n; b++) out[(AT_PAGE_TYPES + k) * n + b] = log_types[k];
    fill_scores(c, own);
    fill_shares(out, c->shares, c->spare, n);
    fill_weights(dense_column(c, LOG_CHARS), c->chars, c->weights, n);
    fill_sums(c);
    float *at = out + AT_NEIGHBOURS * n;
    for (int64_t d = 1; d <= 5; d++) at = fill_neighbours(c, at, out, WIDE, 2, d, none);
    for (int64_t d = 1; d <= 2; d++) at = fill_neighbours(c, at, out, CLOSE, 4, d, none);
    for (int64_t d = 1; d <= 3; d++) at = fill_neighbours(c, at, c->dense, SHAPE, 4, d, no_shape);
    at = fill_windows(c, at, 3);
    at = fill_windows(c, at, 8);
    at = fill_windows(c, at, 20);
    fill_containers(c, out + AT_CONTAINERS * n);
    fill_page(c, out + AT_PAGE * n);
    fill_rhythm(c, out + AT_RHYTHM * n);
    fill_parts(c, out + AT_PARTS * n);
    fill_alike(c, out + AT_ALIKE * n);
    fill_similarity(c, out + AT_SIMILARITY * n);
    fill_landmarks(c, out + AT_LANDMARKS * n);
}

WITH_VECTORS(void, fill_context, (Context *c, const float *own, const float *by_field, const float *log_types),
             (c, own, by_field, log_types))

void set_context(Context *c, const Page *page, float *out, double *memory) {
    int64_t n = page->n_blocks;
    *c = (Context){.page = page, .n = n, .out = out, .dense = out + N_CONTEXT * n};
    c->shares = memory;
    c->weights = c->shares + N_GROUPS * n;
    c->chars = c->weights + n;
    c->sums = c->chars + n;
    c->spare = c->sums + N_SUMS * (n + 1);
}
