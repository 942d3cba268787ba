/* Fills the columns of a block's shape and of its place on the page and in the element tree; see layout.py. */
#include "features.h"

#define LOOKED_UP 60 /* words at a block's start that are looked up in what the page declares */
#define LOOKED_AT 4 /* elements around a block that are searched for the tags below */

/* CRC-32 of tag names, as of hash_tags() in markup_arrays.py. */
enum {
    TAG_H1 = 3173249898u, TAG_H2 = 606773968, TAG_H3 = 1395495494, TAG_H4 = 3444115429u, TAG_H5 = 3125688179u,
    TAG_H6 = 591881929, TAG_LI = 3170889640u, TAG_P = 2181537457u, TAG_FIGURE = 794276730, TAG_FIGCAPTION = 2123174919,
    TAG_UL = 1469428287, TAG_OL = 3887614180u, TAG_QUOTE = 4030392724u
};

/* Fills each element's depth, and a hash of the tags and names from it all the way up; parents come first. */
void element_paths(const TreeArrays *tree, int64_t *depths, uint64_t *paths) {
    for (int64_t e = 0; e < tree->n_elements; e++) {
        uint64_t here = tree->tags[e];
        for (int64_t k = e > 0 ? tree->name_ends[e - 1] : 0; k < tree->name_ends[e]; k++) {
            here = here * 31 + tree->names[k];
        }
        int64_t around = tree->parents[e];
        depths[e] = around >= 0 ? depths[around] + 1 : 0;
        paths[e] = around >= 0 ? mix(here + paths[around] * 17, 11) : here;
    }
}

INLINE double share(int64_t part, int64_t whole) { return (double)part / (double)max_i64(1, whole); }

INLINE void fill_words(float *c, const int64_t *row, const double *logs) {
    int64_t n_words = max_i64(1, row[N_WORDS]), n_signs = row[N_LETTERS] + row[N_DIGITS];
    c[LOG_CHARS] = (float)log_of(logs, row[N_CHARS]);
    c[LOG_WORDS] = (float)log_of(logs, row[N_WORDS]);
    c[CAPITALS] = (float)share(row[N_CAPITALS], row[N_LETTERS]);
    c[DIGITS] = (float)share(row[N_DIGITS], n_signs);
    c[SENTENCES] = (float)min_i64(row[N_SENTENCES], 12);
    c[COMMAS] = (float)share(row[N_COMMAS], n_words);
    c[TITLE_CASE] = (float)share(row[N_TITLE_WORDS], n_words);
    c[QUOTES] = (float)min_i64(row[N_QUOTES], 6);
    c[BARS] = (float)min_i64(row[N_BARS], 6);
    c[LONGEST_WORD] = (float)min_i64(row[LONGEST], 30);
    double length = share(n_signs, n_words);
    c[WORD_LENGTH] = (float)(length < 20.0 ? length : 20.0);
}

INLINE void fill_ends(float *c, const int64_t *row) {
    int64_t first = row[FIRST_CHAR], last = row[LAST_CHAR];
    switch (last) {
    case '"': case 0x201D: case ')': case 0xBB:
        c[ENDS_SENTENCE] = 0.5f;
        break;
    case '.': case '!': case '?': case 0x061F: case 0x06D4: case 0x0964: case 0x1362: case 0x3002: case 0xFF01: case 0xFF1F:
        c[ENDS_SENTENCE] = 1.0f;
        break;
    case ':':
        c[ENDS_SENTENCE] = -0.5f;
        break;
    default:
        break;
    }
    c[ELLIPSIS] = (float)row[IS_ELLIPSIS];
    c[STARTS_LOWER] = first >= 'a' && first <= 'z';
    c[STARTS_DIGIT] = first >= '0' && first <= '9';
}

/* Fills how many of the words at a block's start the declared texts have, and how alike they are (Dice). */
static void fill_declared(float *c, const TextArrays *text, int64_t b) {
    int64_t found[DECLARED_TEXTS] = {0};
    int64_t begin = b > 0 ? text->word_ends[b - 1] : 0;
    for (int64_t k = begin; k < min_i64(text->word_ends[b], begin + LOOKED_UP); k++) {
        int texts = text->declared[text->words[k] & (DECLARED_PLACES - 1)];
        for (int each = 0; each < DECLARED_TEXTS; each++) found[each] += texts >> each & 1;
    }
    int64_t n_words = max_i64(1, text->counts[b * N_COUNTS + N_WORDS]);
    double of_both[DECLARED_TEXTS];
    for (int each = 0; each < DECLARED_TEXTS; each++) {
        of_both[each] = (double)found[each] / (double)(n_words + text->declared_words[each]);
    }
    double alike = of_both[1] > of_both[3] ? of_both[1] : of_both[3];
    c[TITLE_FOUND] = (float)min_i64(found[0], 20);
    c[TITLE_SHARE] = (float)share(found[0], n_words);
    c[TITLE_MATCH] = (float)(2.0 * (of_both[0] > alike ? of_both[0] : alike));
    c[DESCRIPTION_SHARE] = (float)share(found[2], n_words);
    c[DESCRIPTION_MATCH] = (float)(2.0 * (double)found[2] / (double)(n_words + text->declared_words[2]));
}

/* Returns the share of a block's pairs of words that the stated text of the article has; 0 for a single word. */
static double stated_share(const TextArrays *text, int64_t b) {
    int64_t begin = b > 0 ? text->word_ends[b - 1] : 0;
    int64_t end = min_i64(text->word_ends[b], begin + LOOKED_UP), found = 0;
    for (int64_t k = begin; k < end - 1; k++) {
        found += text->stated[(text->words[k] * 31 + text->words[k + 1]) & (STATED_PLACES - 1)];
    }
    return share(found, end - begin - 1);
}

/* Returns how surely the block's first words lead to another page; see call_words.py. */
static uint8_t call_of(const TextArrays *text, int64_t b) {
    int64_t begin = b > 0 ? text->word_ends[b - 1] : 0, end = min_i64(text->word_ends[b], begin + MAX_CALL_WORDS);
    uint64_t key = 0;
    uint8_t level = 0;
    for (int64_t k = begin; k < end; k++) {
        key = key * 31 + text->words[k];
        uint64_t place = key & (CALL_PLACES - 1);
        while (text->call_keys[place] != key && text->call_keys[place] != 0) place = (place + 1) & (CALL_PLACES - 1);
        if (text->call_keys[place] == key && text->call_levels[place] > level) level = text->call_levels[place];
    }
    return level;
}

INLINE float heading_of(uint64_t tag) {
    switch (tag) {
    case TAG_H1: return 6.0f;
    case TAG_H2: return 5.0f;
    case TAG_H3: return 4.0f;
    case TAG_H4: return 3.0f;
    case TAG_H5: return 2.0f;
    case TAG_H6: return 1.0f;
    default: return 0.0f;
    }
}

INLINE void raise_to(float *column, float value) { *column = *column < value ? value : *column; }

/* Fills whether the innermost elements around a block are a heading, figure, list or quote, or named as a part. */
INLINE void fill_around(float *c, int64_t element, const TreeArrays *tree, const uint8_t *parts) {
    for (int level = 0; level < LOOKED_AT && element >= 0; level++) {
        switch (tree->tags[element]) {
        case TAG_FIGURE:
            raise_to(c + IN_FIGURE, 1.0f);
            break;
        case TAG_FIGCAPTION:
            raise_to(c + IN_FIGURE, 2.0f);
            break;
        case TAG_UL: case TAG_OL:
            c[IN_LIST] = 1.0f;
            break;
        case TAG_QUOTE:
            c[IN_QUOTE] = 1.0f;
            break;
        default:
            raise_to(c + IN_HEADING, heading_of(tree->tags[element]));
        }
        for (int part = 0; parts[element] >> part; part++) {
            bool named = parts[element] >> part & 1 && c[FIRST_NAMED + part] == 0.0f;
            if (named) c[FIRST_NAMED + part] = (float)(LOOKED_AT - level);
        }
        element = tree->parents[element];
    }
}

/* Fills what the innermost element around a block is, how much it holds, and where in it the block is. */
INLINE void fill_element(float *c, int64_t e, const TreeArrays *tree, int64_t b, const double *logs) {
    const int64_t *span = tree->spans + 2 * e;
    c[SIBLINGS] = (float)log_of(logs, span[1] - span[0]);
    c[SIBLING_PLACE] = (float)share(b - span[0], span[1] - span[0]);
    c[HEADING] = heading_of(tree->tags[e]);
    c[LIST_ITEM] = tree->tags[e] == TAG_LI;
    c[PARAGRAPH] = tree->tags[e] == TAG_P;
}

/* Fills the share of the page's characters that has the same path as each block. */
static void fill_path_shares(float *out, const uint64_t *paths, const TextArrays *text, int64_t page_chars,
    Sorting room) {
    memcpy(room.keys, paths, (size_t)text->n * sizeof *paths);
    sort_keys(&room, text->n);
    for (int64_t i = 0, j; i < text->n; i = j) {
        int64_t chars = 0;
        for (j = i; j < text->n && room.keys[j] == room.keys[i]; j++) {
            chars += text->counts[(int64_t)room.order[j] * N_COUNTS + N_CHARS];
        }
        float found = (float)share(chars, page_chars);
        for (int64_t k = i; k < j; k++) out[(int64_t)room.order[k] * N_COLUMNS + PATH_SHARE] = found;
    }
}

/* Fills the columns before LINKED of all blocks; `out` and `paths` are zero before. */
void fill_layout_columns(float *out, const TextArrays *text, const TreeArrays *tree,
    const Elements *inside, uint64_t *paths, const double *logs, Sorting room) {
    int64_t n = text->n, page_chars = 0, page_words = 0, page_links = 0, words_before = 0;
    bool declares = false;
    for (int each = 0; each < DECLARED_TEXTS; each++) declares |= text->declared_words[each] > 0;
    for (int64_t b = 0; b < n; b++) {
        page_chars += text->counts[b * N_COUNTS + N_CHARS];
        page_words += text->counts[b * N_COUNTS + N_WORDS];
        page_links += text->counts[b * N_COUNTS + LINK_CHARS];
    }
    float log_stated = (float)log_of(logs, text->stated_words), log_blocks = (float)log_of(logs, n);
    float log_words = (float)log_of(logs, page_words), link_share = (float)share(page_links, page_chars);
    for (int64_t b = 0; b < n; b++) {
        const int64_t *row = text->counts + b * N_COUNTS;
        float *c = out + b * N_COLUMNS;
        fill_words(c, row, logs);
        fill_ends(c, row);
        double links = share(row[LINK_CHARS], row[N_CHARS]);
        c[LINK_SHARE] = (float)(links < 1.0 ? links : 1.0);
        c[LINKS] = (float)min_i64(row[N_LINKS], 12);
        c[IMAGES] = (float)min_i64(row[N_IMAGES], 5);
        c[REPEATS] = (float)min_i64(text->repeats[b], 6);
        if (declares) fill_declared(c, text, b);
        c[STATED_SHARE] = text->stated_words > 0 ? (float)stated_share(text, b) : -1.0f;
        c[STATED_LOG_WORDS] = log_stated;
        c[CALL] = (float)call_of(text, b);
        int64_t e = tree->elements[b];
        if (e >= 0) {
            paths[b] = inside->paths[e];
            c[DEPTH] = (float)min_i64(inside->depths[e], 40);
            fill_element(c, e, tree, b, logs);
            fill_around(c, e, tree, inside->parts);
        }
        c[PLACE_BY_BLOCKS] = (float)(((double)b + 0.5) / (double)n);
        double before = (double)words_before + (double)row[N_WORDS] * 0.5;
        c[PLACE_BY_WORDS] = (float)(before / (double)max_i64(1, page_words));
        c[LOG_PAGE_BLOCKS] = log_blocks;
        c[LOG_PAGE_WORDS] = log_words;
        c[PAGE_LINK_SHARE] = link_share;
        words_before += row[N_WORDS];
    }
    fill_path_shares(out, paths, text, page_chars, room);
}
