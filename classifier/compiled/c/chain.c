/* Lets neighbouring blocks have a say in each other's labels, which come in runs: the blocks of a page are a chain whose
   probabilities the forward-backward algorithm gives exactly (Rabiner 1989). */
#include "model.h"

/* Least probability of a label before its neighbours are asked, so that no block forbids a label. */
#define LEAST 1e-6

/* Writes to `to` what the blocks up to `from` say about the next one's label; it sums to 1. */
static void pass_on(const double *from, const double *own, const double *affinities, int64_t step, int64_t across,
                    double *to) {
    double total = 0.0;
    for (int64_t other = 0; other < N_LABELS; other++) {
        double heard = 0.0;
        for (int64_t label = 0; label < N_LABELS; label++)
            heard += from[label] * own[label] * affinities[label * step + other * across];
        to[other] = heard;
        total += heard;
    }
    for (int64_t other = 0; other < N_LABELS; other++) to[other] /= total;
}

void chain_labels(const double *probabilities, const double *affinities, int64_t n, double *memory, double *found) {
    double *own = memory, *before = own + N_LABELS * n, *after = before + N_LABELS * n;
    for (int64_t i = 0; i < N_LABELS * n; i++) {
        own[i] = probabilities[i] > LEAST ? probabilities[i] : LEAST;
        before[i] = after[i] = 1.0;
    }
    for (int64_t step = 1; step < n; step++) {
        int64_t up = N_LABELS * step, down = N_LABELS * (n - step);
        pass_on(before + up - N_LABELS, own + up - N_LABELS, affinities, N_LABELS, 1, before + up);
        pass_on(after + down, own + down, affinities, 1, N_LABELS, after + down - N_LABELS);
    }
    for (int64_t b = 0; b < N_LABELS * n; b += N_LABELS) {
        double total = 0.0;
        for (int64_t k = b; k < b + N_LABELS; k++) total += found[k] = own[k] * before[k] * after[k];
        for (int64_t k = b; k < b + N_LABELS; k++) found[k] /= total;
    }
}
