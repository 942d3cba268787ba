/* What the C sources of classifier/duplicates share. The constants repeat those of the Python modules; a test compares
   them. Signatures, digests and keys are in saved indexes, so no hash may ever change. */
#ifndef COPYDESK_DUPLICATES_H
#define COPYDESK_DUPLICATES_H

#include "core.h"

/* normalized_words.py, fact_words.py */
#define TABLE 0x20000
#define MULTIPLIER UINT64_C(0x9DDFEA08EB382D69)
#define MARK_BITS 7
#define FIRST_NAME 32
#define FIRST_NUMBER 64

/* shingles.py, minhash.py */
#define SET_BITS 24
#define KEY_BITS 47
#define EMPTY UINT32_C(0xFFFFFFFF)

enum { ORDINARY, NAME, NUMBER }; /* kinds of words, as in fact_words.py */

/* The words of some texts, one text after the other, as in normalized_words.py. */
typedef struct {
    uint64_t *hashes;
    int32_t *starts, *ends;
    uint8_t *marks;
    int64_t n;
} Words;

INLINE int mark_kind(uint8_t mark) { return mark < FIRST_NAME ? ORDINARY : mark < FIRST_NUMBER ? NAME : NUMBER; }

/* The hash of a shingle alone, as shingles are compared. */
INLINE uint32_t shorten(uint32_t shingle) { return shingle >> (32 - SET_BITS); }

INLINE uint64_t key_of(uint64_t hash) { return scatter(hash) >> (64 - KEY_BITS); }

/* Marks the words of one text from word `first` on; `kinds` is the table of fact_words.py. */
void mark_text(const point_t *text, const uint8_t *kinds, const Words *words, int64_t first);

/* Sizes of runs that begin with a word, and with a character of an unspaced script. */
typedef struct {
    int64_t words, characters;
} RunSizes;

/* Chooses a text's passages; returns the number of keys, or OUT_OF_MEMORY. `runs` has room for one number a word. */
int64_t choose_passages(const uint64_t *words, int64_t n, RunSizes sizes, int64_t window, uint64_t *runs,
                        uint64_t *keys);

uint64_t text_digest(const uint64_t *words, int64_t n);

/* The permutations of minhash.py, and how many. */
typedef struct {
    const uint32_t *factors, *summands;
    int64_t n;
} Permutations;

typedef void LeastValues(const uint32_t *shingles, int64_t n, const Permutations *permutations, uint32_t *least);

/* The function that signs one text, for this processor. */
LeastValues *least_values(void);

void cut_bands(const uint32_t *signature, int64_t bands, int64_t rows, uint64_t *keys);

#endif
