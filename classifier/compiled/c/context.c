/* Fills the columns of the second stage, see context.py. */
#include "model.h"

enum { CONTAINERS = 5 };
static const int64_t WIDE[] = {TEXT, TEASER};
static const int64_t CLOSE[] = {METADATA, COMMENT, FURNITURE, TEASER_HEADING};
static const int64_t SHAPE[] = {LOG_CHARS, LINK_SHARE, ENDS_SENTENCE, ELLIPSIS};
static const int64_t SHARES[] = {SUM_TEXT, SUM_COMMENT, SUM_TEASER};
enum { N_SHARES = 3 };

/* Copies a table of rows into columns. */
static void turn(float *out, const float *rows, int64_t n, int64_t width) {
    for (int64_t first = 0; first < n; first += 16) { /* few rows at a time, which stay in the cache */
        int64_t last = min_i64(n, first + 16);
        for (int64_t k = 0; k < width; k++)
            for (int64_t b = first; b < last; b++) out[k * n + b] = rows[b * width + k];
    }
}

/* Fills scores, shares, weights and running sums from the first stage's log-odds. */
static void fill_shares(Context *c, const float *own) {
    int64_t n = c->n, width = N_GROUPS + N_PARTS;
    for (int64_t b = 0; b < n; b++) {
        double total = 0.0;
        for (int64_t k = 0; k < width; k++) {
            float score = own[b * width + k];
            score = score < -8.0F ? -8.0F : score > 8.0F ? 8.0F : score;
            c->out[(k < N_GROUPS ? k : AT_PARTS + k - N_GROUPS) * n + b] = score;
            if (k < N_GROUPS) total += c->shares[k * n + b] = 1.0 / (1.0 + cd_exp(-(double)score));
        }
        for (int64_t k = 0; k < N_GROUPS; k++) c->shares[k * n + b] /= total;
    }
}

static void fill_sums(Context *c) {
    const float *lengths = dense_column(c, LOG_CHARS);
    int64_t step = c->n + 1;
    for (int64_t k = 0; k < N_SUMS; k++) c->sums[k * step] = 0.0;
    for (int64_t b = 0; b < c->n; b++) {
        double w = sqrtf((float)cd_expm1(lengths[b]));
        double text = share_of(c, TEXT)[b];
        double added[N_SUMS] = {
            [SUM_WEIGHT] = w,
            [SUM_TEXT] = w * text,
            [SUM_COMMENT] = w * share_of(c, COMMENT)[b],
            [SUM_TEASER] = w * (share_of(c, TEASER)[b] + share_of(c, TEASER_HEADING)[b]),
            [SUM_METADATA] = w * share_of(c, METADATA)[b],
            [SUM_LOG_CHARS] = lengths[b],
            [SUM_TEXT_CHARS] = w * w * text,
        };
        c->weights[b] = w;
        for (int64_t k = 0; k < N_SUMS; k++) c->sums[k * step + b + 1] = c->sums[k * step + b] + added[k];
    }
}

/* Fills a column with that of the blocks so far away, and with another value beyond the page. */
static void shift(float *out, const float *column, int64_t n, int64_t distance, float beyond) {
    for (int64_t b = 0; b < n; b++) {
        int64_t other = b + distance;
        out[b] = other >= 0 && other < n ? column[other] : beyond;
    }
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

/* Averages over a window before, after and around each block; -1 where it is empty. */
static float *fill_windows(const Context *c, float *out, int64_t width) {
    const double *weights = sum_of(c, SUM_WEIGHT), *lengths = sum_of(c, SUM_LOG_CHARS);
    for (int64_t side = 0; side < 3; side++, out += (N_SHARES + 1) * c->n) {
        for (int64_t b = 0; b < c->n; b++) {
            int64_t first = side == 1 ? b + 1 : max_i64(0, b - width);
            int64_t last = side == 0 ? b : min_i64(c->n, b + 1 + width);
            if (last > first && weights[last] - weights[first] > 0.0) {
                fill_span(c, out + b, first, last);
                out[N_SHARES * c->n + b] = (float)((lengths[last] - lengths[first]) / (double)(last - first));
            } else {
                for (int64_t k = 0; k < N_SHARES + 1; k++) out[k * c->n + b] = -1.0F;
            }
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

void fill_context(Context *c, const float *own, const float *by_field, const float *log_types) {
    static const float none[] = {-9.0F, -9.0F, -9.0F, -9.0F}, no_shape[] = {-1.0F, 0.0F, 0.0F, 0.0F};
    float *out = c->out;
    int64_t n = c->n;
    if (c->n == 0) return;
    turn(out + N_CONTEXT * n, c->page->columns, c->n, N_DENSE);
    turn(out + AT_BY_FIELD * n, by_field, c->n, N_FIELDS * N_GROUPS);
    for (int64_t k = 0; k < N_PAGE_TYPES; k++)
        for (int64_t b = 0; b < c->n; b++) out[(AT_PAGE_TYPES + k) * n + b] = log_types[k];
    fill_shares(c, own);
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

void set_context(Context *c, const Page *page, float *out, double *memory) {
    int64_t n = page->n_blocks;
    *c = (Context){.page = page, .n = n, .out = out, .dense = out + N_CONTEXT * n};
    c->shares = memory;
    c->weights = c->shares + N_GROUPS * n;
    c->sums = c->weights + n;
    c->spare = c->sums + N_SUMS * (n + 1);
}
