/* Fills the columns from which the quality of a page's body is estimated, see quality.py. */
#include "model.h"

/* Characters of a page's blocks, added up: of which blocks, and times what. */
typedef struct {
    double page, body, teasers;        /* of all blocks, and of those with these labels */
    double hits;                       /* of body, times the probability of body */
    double expected, expected_teasers; /* of all blocks, times the probability of body, and of teaser */
    double links, sentences;           /* of body, times the share of links; and of blocks that end a sentence */
    double words[3];                   /* of body, times the scores by words alone */
    float longest, title;              /* the most of a block of body: log characters, words of the title */
    int64_t blocks;                    /* of body */
} Sums;

static Sums sum_up(const Context *c, const int64_t *labels, const double *probabilities) {
    static const int64_t by_words[] = {AT_BY_FIELD + TEXT, AT_BY_FIELD + FURNITURE, AT_BY_FIELD + TEASER};
    const float *lengths = dense_column(c, LOG_CHARS), *titles = dense_column(c, TITLE_FOUND);
    Sums s = {0};
    for (int64_t b = 0; b < c->n; b++) {
        double size = c->chars[b];
        s.page += size;
        s.expected += size * probabilities[N_LABELS * b + BODY];
        s.expected_teasers += size * probabilities[N_LABELS * b + TEASERS];
        if (labels[b] == TEASERS) s.teasers += size;
        if (labels[b] != BODY) continue;
        s.blocks += 1;
        s.body += size;
        s.hits += size * probabilities[N_LABELS * b + BODY];
        s.links += size * dense_column(c, LINK_SHARE)[b];
        if (dense_column(c, ENDS_SENTENCE)[b] > 0.0F) s.sentences += size;
        for (int64_t k = 0; k < 3; k++) s.words[k] += size * c->out[by_words[k] * c->n + b];
        s.longest = lengths[b] > s.longest ? lengths[b] : s.longest;
        s.title = titles[b] > s.title ? titles[b] : s.title;
    }
    return s;
}

void fill_quality(const Context *c, const int64_t *labels, const double *probabilities, const double *headline_odds,
                  const float *log_types, float *row) {
    Sums s = sum_up(c, labels, probabilities);
    double total = s.page > 1.0 ? s.page : 1.0, body = s.body > 1e-9 ? s.body : 1e-9;
    double expected = s.expected > 1e-9 ? s.expected : 1e-9, headline = -8.0;
    for (int64_t b = 0; b < c->n; b++) headline = headline_odds[b] > headline ? headline_odds[b] : headline;
    double values[] = {
        2.0 * s.hits / (body + expected),
        s.hits / body,
        s.hits / expected,
        cd_log1p(body),
        cd_log1p((double)s.blocks),
        body / total,
        s.teasers / total,
        s.expected_teasers / total,
        cd_log1p((double)c->n),
        s.longest,
        s.links / body,
        s.sentences / body,
        s.title,
        headline,
        s.words[0] / body,
        s.words[1] / body,
        s.words[2] / body,
    };
    for (int64_t k = 0; k < N_QUALITY - N_PAGE_TYPES; k++) *row++ = (float)values[k];
    for (int64_t k = 0; k < N_PAGE_TYPES; k++) *row++ = log_types[k];
}
