/* Hashes each block's words, pairs of words and sub-words, and counts its characters; see block_text.py. */
#include "features.h"

#define HEAD 700 /* characters read at a block's start: HEAD_CHARS */
#define TAIL 300

enum { OTHER, LETTER, DIGIT, IDEOGRAPH, SPACE };
enum { WORD_SALT = 1, PAIR_SALT, PART_SALT, ENDING_SALT };

#define LEAD_WORDS 4 /* most words before a colon that are hashed together */

#define PRIME UINT64_C(0x100000001B3)
#define BMP 0x10000 /* code points in the tables */

/* What is carried from one word of a block to the next; all that uses it is INLINE, so that it stays in registers. */
typedef struct {
    uint64_t *tokens; /* of the block alone; they and the words are mixed at its end, many at once */
    uint64_t *words;
    uint64_t previous, first_word;
    uint64_t lead; /* hash of the block's words so far, of LEAD_WORDS at most */
    int64_t *row;
} Place;

INLINE int class_of(const Tables *tables, point_t code) {
    return code < BMP ? tables->classes[code] : (code >= 0x20000 ? IDEOGRAPH : OTHER);
}

/* Writes a word and its pair with the word before. */
INLINE void put_word(Place *at, uint64_t hash) {
    *at->words++ = salted(hash, WORD_SALT);
    at->tokens[0] = salted(hash, WORD_SALT);
    at->tokens[1] = salted(hash * 31 + at->previous, PAIR_SALT);
    at->tokens += 2;
    at->previous = hash;
    int64_t before = at->row[N_WORDS]++;
    if (before < LEAD_WORDS) at->lead = mix(hash * 31 + at->lead, PAIR_SALT);
    if (before < 2) at->row[FIRST_PAIR] = (int64_t)(at->lead & 0x7FFFFFFF);
}

/* Reads a word of letters, which ends at a code point of another class; returns where. */
INLINE const point_t *read_letters(Place *at, const Tables *tables, const point_t *from) {
    const point_t *p = from;
    uint64_t hash = 0, gram = 0;
    int64_t capitals = 0;
    bool capital_start = tables->lower[*p] != *p;
    do {
        uint64_t small = tables->lower[*p];
        capitals += small != *p;
        hash = (hash ^ small) * PRIME + 1;
        if (p - from >= 4) *at->tokens++ = salted(gram * PRIME + small, PART_SALT);
        gram = (gram & ((UINT64_C(1) << 42) - 1)) << 21 ^ small;
        p++;
    } while (*p < BMP && tables->classes[*p] == LETTER);
    int64_t length = p - from;
    put_word(at, hash);
    if (length >= 3) *at->tokens++ = salted(gram, ENDING_SALT);
    if (at->first_word == 0) at->first_word = hash;
    at->row[N_LETTERS] += length;
    at->row[N_CAPITALS] += capitals;
    at->row[N_TITLE_WORDS] += capital_start;
    at->row[LONGEST] = max_i64(at->row[LONGEST], length);
    return p;
}

/* Reads a number; all numbers with as many digits count as the same word. */
INLINE const point_t *read_digits(Place *at, const Tables *tables, const point_t *from) {
    const point_t *p = from + 1;
    while (*p < BMP && tables->classes[*p] == DIGIT) p++;
    int64_t length = p - from;
    put_word(at, (uint64_t)(7000 + min_i64(length, 12)));
    if (at->first_word == 0) at->first_word = mix_salted(at->tokens[-1]);
    at->row[N_DIGITS] += length;
    at->row[LONGEST] = max_i64(at->row[LONGEST], length);
    return p;
}

/* Counts a sentence's end, a comma, a quote or a bar. */
INLINE void count_mark(int64_t *row, point_t code, point_t after) {
    switch (code) {
    case '.': case '!': case '?': case 0x061F: case 0x06D4:
        row[N_SENTENCES] += after == ' ' || after == '\n' || after == '"' || after == 0x201D;
        break;
    case 0x0964: case 0x1362: case 0x3002: case 0xFF01: case 0xFF1F:
        row[N_SENTENCES]++;
        break;
    case ',': case 0x060C: case 0x3001: case 0xFF0C:
        row[N_COMMAS]++;
        break;
    case '"': case 0x201C: case 0x201D: case 0xAB: case 0x201E:
        row[N_QUOTES]++;
        break;
    case '|': case 0xB7: case 0x2022: case '/': case '>': case 0xBB:
        row[N_BARS]++;
        break;
    default:
        break;
    }
}

/* Notes a block's length, and its first and last character and word. */
INLINE void count_ends(const Place *at, const point_t *block, int64_t n) {
    int64_t *row = at->row;
    row[N_CHARS] = n;
    row[LAST_CHAR] = block[n - 1];
    row[FIRST_CHAR] = block[0];
    bool dots = n >= 3 && block[n - 1] == '.' && block[n - 2] == '.' && block[n - 3] == '.';
    row[IS_ELLIPSIS] = dots || block[n - 1] == 0x2026;
    row[FIRST_WORD] = (int64_t)(at->first_word & 0x7FFFFFFF);
    row[LAST_WORD] = (int64_t)(at->previous & 0x7FFFFFFF);
}

/* Reads n code points, which a space follows; `cut`: the place where the middle is left out, and its first. */
INLINE void read_points(Place *at, const Tables *tables, const point_t *points, int64_t n, int64_t cut,
    point_t after_cut) {
    const point_t *p = points, *end = points + n;
    while (p < end) {
        point_t code = *p;
        switch (class_of(tables, code)) {
        case LETTER:
            p = read_letters(at, tables, p);
            break;
        case DIGIT:
            p = read_digits(at, tables, p);
            break;
        case IDEOGRAPH:
            put_word(at, code);
            if (at->first_word == 0) at->first_word = code;
            at->row[N_LETTERS]++;
            p++;
            break;
        case SPACE:
            p++;
            break;
        default:
            p++;
            if ((code == ':' || code == 0xFF1A) && at->row[N_WORDS] <= LEAD_WORDS && at->row[LEAD] == 0)
                at->row[LEAD] = (int64_t)(at->lead & 0x7FFFFFFF);
            count_mark(at->row, code, p - points == cut ? after_cut : *p);
        }
    }
}

INLINE void read_block(Place *at, const Tables *tables, const point_t *block, int64_t n) {
    point_t copy[HEAD + TAIL + 1];
    bool is_long = n > HEAD + TAIL;
    int64_t size = is_long ? HEAD + TAIL : n, head = is_long ? HEAD : n;
    memcpy(copy, block, (size_t)head * sizeof *copy);
    memcpy(copy + head, block + n - (size - head), (size_t)(size - head) * sizeof *copy);
    copy[size] = ' ';
    read_points(at, tables, copy, size, is_long ? HEAD : -1, is_long ? block[HEAD] : ' ');
    count_ends(at, block, n);
}

INLINE void read_blocks_of(const Blocks *blocks, const Tables *tables, BlockWords *out) {
    uint64_t raw[2 * (HEAD + TAIL)];
    uint32_t *tokens = out->tokens;
    Place at = {raw, out->words, 0, 0, 0, NULL};
    memset(out->counts, 0, (size_t)(blocks->n * N_COUNTS) * sizeof *out->counts);
    for (int64_t b = 0; b < blocks->n; b++) {
        int64_t start = blocks->starts[b], size = blocks->ends[b] - start;
        at.row = out->counts + b * N_COUNTS;
        at.previous = at.first_word = at.lead = 0;
        at.tokens = raw;
        if (size > 0) read_block(&at, tables, blocks->points + start, size);
        int64_t n = at.tokens - raw;
        for (int64_t k = 0; k < n; k++) tokens[k] = (uint32_t)mix_salted(raw[k]);
        tokens += n;
        out->token_ends[b] = tokens - out->tokens;
        out->word_ends[b] = at.words - out->words;
    }
    out->n_tokens = tokens - out->tokens;
    out->n_words = at.words - out->words;
    for (int64_t k = 0; k < out->n_words; k++) out->words[k] = mix_salted(out->words[k]);
}

WITH_VECTORS(void, read_blocks, (const Blocks *blocks, const Tables *tables, BlockWords *out), (blocks, tables, out))

/* Returns whether the blocks are within the code points and none begins before the one before it ends. */
static bool are_in_order(const Blocks *blocks, int64_t n_points) {
    int64_t before = 0;
    for (int64_t b = 0; b < blocks->n; b++) {
        if (blocks->starts[b] < before || blocks->ends[b] < blocks->starts[b]) return false;
        before = blocks->ends[b];
    }
    return before <= n_points;
}

/* Returns the number of tokens, or -2 where a block overlaps another or is not within the code points. */
EXPORT int64_t cd_read_blocks(const point_t *points, int64_t n_points, const int64_t *starts, const int64_t *ends,
    int64_t n, const uint8_t *tables, uint32_t *tokens, int64_t *token_ends, uint64_t *words, int64_t *word_ends,
    int64_t *counts) {
    Blocks blocks = {points, starts, ends, n};
    if (!are_in_order(&blocks, n_points)) return -2;
    BlockWords out = {tokens, words, token_ends, word_ends, counts, 0, 0};
    read_blocks(&blocks, (const Tables *)tables, &out);
    return out.n_tokens;
}
