/* Scores blocks by boosted trees, see trees.py.

   Every test of a tree runs on many blocks at once, without a branch. A value above the threshold rules out the leaves
   to the left of it; the leftmost leaf that remains is where a walk would have ended (Lucchese et al. 2015,
   "QuickScorer"; here tree by tree, so that sums keep their order). */
#include "model.h"

/* Trees whose leaves are found before they are added up: so both loops keep what they work on in registers. */
enum { TREES_AT_ONCE = 16 };

/* Adds the leaves of some trees, in their order, to the sums of the blocks that are wanted, a bit each. */
static void add_leaves(const Ensembles *trees, int64_t tree, int64_t count, const int32_t *found, uint32_t wanted,
                       double *sums) {
    for (int64_t r = 0; r < ROWS; r += 8, sums += 8, found += 8) {
        if (!(wanted >> r & 255)) continue;
        double a = sums[0], b = sums[1], c = sums[2], d = sums[3], e = sums[4], f = sums[5], g = sums[6], h = sums[7];
        for (int64_t t = 0; t < count; t++) {
            const double *leaves = trees->leaves + trees->firsts[tree + t] + tree + t;
            const int32_t *leaf = found + t * ROWS;
            a += leaves[leaf[0]];
            b += leaves[leaf[1]];
            c += leaves[leaf[2]];
            d += leaves[leaf[3]];
            e += leaves[leaf[4]];
            f += leaves[leaf[5]];
            g += leaves[leaf[6]];
            h += leaves[leaf[7]];
        }
        sums[0] = a, sums[1] = b, sums[2] = c, sums[3] = d, sums[4] = e, sums[5] = f, sums[6] = g, sums[7] = h;
    }
}

#define WIDTH 4
#define TARGET
#define FLOATS Floats4
#define INTS Ints4
#define LOWEST_UNSET lowest_unset4
#define FIND_LEAVES find_leaves4
#define SCORE_ROWS score_rows4
#include "trees_rows.h"

#if HAS_WIDE_VECTORS
#define WIDTH 8
#define TARGET WIDE_VECTORS
#define FLOATS Floats8
#define INTS Ints8
#define LOWEST_UNSET lowest_unset8
#define FIND_LEAVES find_leaves8
#define SCORE_ROWS score_rows8
#include "trees_rows.h"
#endif

INLINE void pack_rows_of(const Ensembles *trees, const float *table, int64_t n, const int64_t *starts, float *packed) {
    if (n < PIECE) memset(packed, 0, (size_t)(trees->n_used * ROWS) * sizeof *packed);
    for (int64_t k = 0; k < trees->n_used; k++) {
        const float *column = table + trees->used[k] * n;
        for (int64_t p = 0; p < N_PIECES; p++, packed += PIECE) {
            if (n >= PIECE) /* a copy of known size is a few instructions */
                memcpy(packed, column + starts[p], PIECE * sizeof *packed);
            else
                memcpy(packed, column, (size_t)n * sizeof *packed);
        }
    }
}

WITH_VECTORS(void, pack_rows,
             (const Ensembles *trees, const float *table, int64_t n, const int64_t *starts, float *packed),
             (trees, table, n, starts, packed))

void set_starts(int64_t first, int64_t n, int64_t *starts) {
    for (int64_t p = 0; p < N_PIECES; p++) starts[p] = max_i64(0, min_i64(first + p * PIECE, n - PIECE));
}

void copy_sums(const double *sums, const int64_t *starts, int64_t n, double *out) {
    for (int64_t p = 0; p < N_PIECES; p++)
        memcpy(out + starts[p], sums + p * PIECE, (size_t)min_i64(PIECE, n) * sizeof *out);
}

void score_rows(const Ensembles *trees, int width, const float *packed, uint32_t wanted, double *sums) {
#if HAS_WIDE_VECTORS
    if (width == BITS_512) {
        score_rows16(trees, packed, sums);
        return;
    }
    if (width == BITS_256) {
        score_rows8(trees, packed, wanted, sums);
        return;
    }
#endif
    (void)width;
    score_rows4(trees, packed, wanted, sums);
}

EXPORT int64_t cd_ensembles_size(void) { return sizeof(Ensembles); }

EXPORT void cd_set_ensembles(uint8_t *out, const int32_t *used, const int32_t *columns, const float *thresholds,
                             const uint32_t *masks, const double *leaves, const int64_t *firsts, const int64_t *ends,
                             const double *baselines, int64_t n_ensembles, int64_t n_used) {
    *(Ensembles *)out = (Ensembles){used, columns, thresholds, masks, leaves, firsts, ends, baselines, n_ensembles, n_used};
}

/* Scores n blocks: out[e * n + b] becomes the log-odds of ensemble e for block b. `table` has column after column.
   `width`: BITS_128 for vectors that every processor has, BITS_256 or BITS_512; never more than this processor has. */
EXPORT int64_t cd_score_trees(const uint8_t *ensembles, const float *table, int64_t n, int64_t width, double *out) {
    const Ensembles *trees = (const Ensembles *)ensembles;
    double *sums = malloc((size_t)(trees->n_ensembles + trees->n_used) * ROWS * sizeof *sums + 1);
    if (!sums) return OUT_OF_MEMORY;
    float *packed = (float *)(sums + trees->n_ensembles * ROWS);
    for (int64_t first = 0; first < n; first += ROWS) {
        int64_t starts[N_PIECES];
        set_starts(first, n, starts);
        pack_rows(trees, table, n, starts, packed);
        score_rows(trees, (int)min_i64(width, vector_width()), packed, ALL_ROWS, sums);
        for (int64_t e = 0; e < trees->n_ensembles; e++) copy_sums(sums + e * ROWS, starts, n, out + e * n);
    }
    free(sums);
    return 0;
}

/* Finds each node's tree, how many of the tree's leaves are to the left of it, and how many are below it. Children come
   after their node, and the two of a node are side by side. */
EXPORT void cd_tree_places(const int32_t *roots, int64_t n_roots, const int16_t *columns, const int32_t *lefts,
                           int64_t n_nodes, int64_t *tree, int64_t *before, int64_t *below) {
    for (int64_t node = n_nodes - 1; node >= 0; node--) {
        tree[node] = before[node] = 0;
        below[node] = columns[node] < 0 ? 1 : below[lefts[node]] + below[lefts[node] + 1];
    }
    for (int64_t number = 0; number < n_roots; number++) tree[roots[number]] = number;
    for (int64_t node = 0; node < n_nodes; node++) {
        if (columns[node] < 0) continue;
        int64_t left = lefts[node];
        tree[left] = tree[left + 1] = tree[node];
        before[left] = before[node];
        before[left + 1] = before[node] + below[left];
    }
}

/* Adds how far each step down the trees moves the score to the column that the step tests. */
EXPORT void cd_contributions(const float *row, const int32_t *roots, int64_t n_roots, const int16_t *columns,
                             const float *thresholds, const int32_t *lefts, const double *values, double *out) {
    for (int64_t tree = 0; tree < n_roots; tree++) {
        int64_t node = roots[tree];
        while (columns[node] >= 0) {
            int64_t child = lefts[node] + (row[columns[node]] > thresholds[node]);
            out[columns[node]] += values[child] - values[node];
            node = child;
        }
    }
}
