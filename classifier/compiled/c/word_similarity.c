/* Fills how alike a block's words are to those of the page's body and of the blocks next to it (cosine). Words are weighted
   by the log of their rarity on the page. */
#include "model.h"

enum { FEW = 64 };

/* Tables of word weights, by the low bits of a word's hash. */
typedef struct {
    double *rarity, *own, *body, *before;
} Vectors;

/* What `compare` finds. */
typedef struct {
    double own_norm;   /* the block's squared length */
    double dot;        /* its product with the rest of the body */
    double change;     /* by how much the body's squared length shrinks without the block */
    double dot_before; /* its product with the block before */
} Products;

INLINE int64_t place_of(uint64_t word) { return (int64_t)(word & (WORD_PLACES - 1)); }
INLINE int64_t first_word(const Page *page, int64_t b) { return b > 0 ? page->word_ends[b - 1] : 0; }

/* Finds how rare each place of the table is among the page's blocks; `seen` is the last block that a place was in. */
static void find_rarity(const Page *page, double *rarity, double *blocks_with, int64_t *seen) {
    for (int64_t place = 0; place < WORD_PLACES; place++) {
        blocks_with[place] = 0.0;
        seen[place] = -1;
    }
    for (int64_t b = 0; b < page->n_blocks; b++) {
        for (int64_t i = first_word(page, b); i < page->word_ends[b]; i++) {
            int64_t place = place_of(page->words[i]);
            blocks_with[place] += seen[place] != b;
            seen[place] = b;
        }
    }
    double known[FEW] = {0.0}; /* most places are in few blocks */
    for (int64_t place = 0; place < WORD_PLACES; place++) {
        int64_t count = (int64_t)blocks_with[place];
        if (count >= FEW || known[count] == 0.0) {
            rarity[place] = cd_log((1.0 + (double)page->n_blocks) / (1.0 + (double)count)) + 0.1;
            if (count < FEW) known[count] = rarity[place];
        } else {
            rarity[place] = known[count];
        }
    }
}

/* Sums up the page's words, each block's times its share of text. */
static void sum_body(const Context *c, const double *rarity, double *body) {
    memset(body, 0, WORD_PLACES * sizeof *body);
    for (int64_t b = 0; b < c->n; b++) {
        for (int64_t i = first_word(c->page, b); i < c->page->word_ends[b]; i++) {
            int64_t place = place_of(c->page->words[i]);
            body[place] += share_of(c, TEXT)[b] * rarity[place];
        }
    }
}

/* Compares a block's words with those of the body and of the block before. A word may occur twice: entries that have
   been read are negated. */
static Products compare(const uint64_t *words, int64_t n, const Vectors *v, double share) {
    Products p = {0.0, 0.0, 0.0, 0.0};
    for (int64_t i = 0; i < n; i++) {
        int64_t place = place_of(words[i]);
        double value = v->own[place];
        if (!(value > 0.0)) continue;
        double body = v->body[place], left = body - share * value;
        p.own_norm += value * value;
        p.dot += value * (left > 0.0 ? left : 0.0);
        p.change += body * body - left * left;
        p.dot_before += value * v->before[place];
        v->own[place] = -value;
    }
    return p;
}

/* Moves a block's words to the table of the block before, which is empty. */
static void move_words(const uint64_t *words, int64_t n, const Vectors *v) {
    for (int64_t i = 0; i < n; i++) v->before[place_of(words[i])] = fabs(v->own[place_of(words[i])]);
    for (int64_t i = 0; i < n; i++) v->own[place_of(words[i])] = 0.0;
}

void fill_similarity(const Context *c, float *out) {
    const Page *page = c->page;
    double *spare = c->spare;
    Vectors v = {spare, spare + WORD_PLACES, spare + 2 * WORD_PLACES, spare + 3 * WORD_PLACES};
    find_rarity(page, v.rarity, spare + 4 * WORD_PLACES, (int64_t *)(spare + 5 * WORD_PLACES));
    sum_body(c, v.rarity, v.body);
    memset(v.own, 0, WORD_PLACES * sizeof *v.own);
    memset(v.before, 0, WORD_PLACES * sizeof *v.before);
    double norm = 0.0, before_norm = 0.0;
    for (int64_t place = 0; place < WORD_PLACES; place++) norm += v.body[place] * v.body[place];
    float *like_body = out, *like_before = out + c->n, *like_after = like_before + c->n;
    float *rarities = like_after + c->n;
    for (int64_t b = 0; b < c->n; b++) {
        int64_t first = first_word(page, b), n = page->word_ends[b] - first;
        const uint64_t *words = page->words + first;
        for (int64_t i = 0; i < n; i++) v.own[place_of(words[i])] += v.rarity[place_of(words[i])];
        Products p = compare(words, n, &v, share_of(c, TEXT)[b]);
        double rest = norm - p.change;
        like_body[b] = p.own_norm > 0.0 ? (float)(p.dot / sqrt(p.own_norm * (rest > 1e-9 ? rest : 1e-9))) : 0.0F;
        bool both = b > 0 && p.own_norm > 0.0 && before_norm > 0.0;
        like_before[b] = both ? (float)(p.dot_before / sqrt(p.own_norm * before_norm)) : 0.0F;
        like_after[b] = 0.0F;
        if (b > 0) like_after[b - 1] = like_before[b];
        for (int64_t i = b > 0 ? first_word(page, b - 1) : 0; i < first; i++) v.before[place_of(page->words[i])] = 0.0;
        move_words(words, n, &v);
        before_norm = p.own_norm;
        rarities[b] = (float)p.own_norm;
    }
}
