/* Recognises hidden elements, and what inline elements are for, by their attributes: the patterns of hidden.py. */
#include "html_names.h"

enum { ANY, NO_WORD, NO_NAME, SPACES, NO_FOCUS }; /* what is beside a match; a word may have `-` and a name `:` too */

/* `?` and `*` count for the character before; `%` is `-` or `_`, `~` a character of white space, `#` a digit. */
typedef struct {
    Role role;
    uint8_t before, after;
    const char *begin, *ends; /* any of the ends, which `|` separates */
} Pattern;

#define TIP_ENDS "text|content|inner|body|box|bubble|popup"
#define NOTE_ENDS "text|content|popup|popover|body|tooltip|note"

/* The first pattern that matches counts; each begins with a letter, and they are fewer than 32. */
static const Pattern PATTERNS[] = {
    {SPOKEN, NO_NAME, NO_WORD, "sr-?_?only", ""},
    {SPOKEN, ANY, NO_FOCUS, "visually%?hidden", ""},
    {SPOKEN, ANY, ANY, "hidden-?visually", ""},
    {SPOKEN, ANY, ANY, "screen-?reader", ""},
    {SPOKEN, ANY, ANY, "show-for-sr", ""},
    {SPOKEN, ANY, ANY, "element-invisible", ""},
    {SPOKEN, ANY, ANY, "assistive-?text", ""},
    {SPOKEN, NO_WORD, NO_WORD, "off-?screen", ""},
    {SPOKEN, NO_WORD, NO_WORD, "a-off-?screen", ""},
    {POPUP, ANY, ANY, "tool-?tips?%*", TIP_ENDS},
    {POPUP, ANY, ANY, "popover-?_*", "content|body|inner"},
    {POPUP, ANY, NO_WORD, "foot-?note%*", NOTE_ENDS},
    {POPUP, ANY, NO_WORD, "end-?note%*", NOTE_ENDS},
    {POPUP, NO_WORD, NO_WORD, "side-?note", ""},
    {POPUP, NO_WORD, NO_WORD, "margin-?note", ""},
    {KICKER, ANY, ANY, "kicker", ""},
    {KICKER, ANY, ANY, "over-?", "line|title"},
    {KICKER, ANY, ANY, "eyebrow", ""},
    {KICKER, ANY, ANY, "dachzeile", ""},
    {KICKER, ANY, ANY, "spitzmarke", ""},
    {KICKER, ANY, ANY, "top-?line", ""},
    {KICKER, ANY, ANY, "pre-?title", ""},
    {KICKER, ANY, ANY, "super-?title", ""},
    {TERM, ANY, NO_WORD, "tool-?tips?", ""},
    {TERM, ANY, NO_WORD, "popovers?", ""},
    {TERM, ANY, NO_WORD, "hover-?card", ""},
    {TERM, NO_NAME, SPACES, "hid", "e|den"},
    {TERM, NO_NAME, SPACES, "d-none", ""},
};

#define SHOWN ":inline|:block|:flex|:show|-inline|-block|-flex|-show"

static const Pattern WIDE[] = {
    {TERM, ANY, ANY, "sm", SHOWN}, {TERM, ANY, ANY, "md", SHOWN},
    {TERM, ANY, ANY, "lg", SHOWN}, {TERM, ANY, ANY, "xl", SHOWN},
};

static const Pattern NOT_SHOWN[] = {
    {TERM, ANY, ANY, "display~*:~*none", ""},
    {TERM, ANY, ANY, "visibility~*:~*", "hidden|collapse"},
    {TERM, ANY, ANY, "left~*:~*-####", ""},
    {TERM, ANY, ANY, "clip~*:~*rect(0", ""},
    {TERM, ANY, ANY, "text-indent~*:~*-####", ""},
};

#define COUNT(patterns) ((int)(sizeof(patterns) / sizeof(Pattern)))

INLINE uint8_t small(uint8_t c) { return c >= 'A' && c <= 'Z' ? c | 32 : c; }

INLINE bool fits(uint8_t c, char wanted) {
    if (wanted == '%') return c == '-' || c == '_';
    if (wanted == '~') return c <= ' ' && is_space(c);
    if (wanted == '#') return c >= '0' && c <= '9';
    return small(c) == (uint8_t)wanted;
}

static bool is_free(Bytes text, int64_t at, int side) {
    if (side == NO_FOCUS) return !begins_with_word(text.data + at, text.n - at, "-focus", 6);
    if (side == ANY || at < 0 || at >= text.n) return true;
    uint8_t c = text.data[at];
    return side == SPACES ? is_space(c) : !is_ascii_word(c) && c != '-' && !(side == NO_NAME && c == ':');
}

/* Matches the ends of a pattern at a place. */
static bool match_ends(Bytes text, int64_t at, const Pattern *pattern) {
    const char *end = pattern->ends;
    for (;;) {
        int64_t size = (int64_t)strcspn(end, "|");
        if (begins_with_word(text.data + at, text.n - at, end, size) && is_free(text, at + size, pattern->after)) return true;
        if (end[size] == 0) return false;
        end += size + 1;
    }
}

/* Matches a pattern at a place; goes as deep as it has characters with `?`. What is repeated never begins what follows.
   `strange` becomes true where it ends at a byte outside of ASCII, which may be white space or a digit. */
static bool match(Bytes text, int64_t at, const char *begin, const Pattern *pattern, bool *strange) {
    for (; *begin != 0; begin++, at++) {
        char times = begin[1];
        if (times == '*') {
            while (at < text.n && fits(text.data[at], *begin)) at++;
            begin += 2;
            if (*begin == 0) break;
        } else if (times == '?') {
            if (at < text.n && fits(text.data[at], *begin) && match(text, at + 1, begin + 2, pattern, strange)) return true;
            return match(text, at, begin + 2, pattern, strange);
        }
        if (at >= text.n || !fits(text.data[at], *begin)) {
            *strange |= at < text.n && text.data[at] >= 0x80 && begin > pattern->begin;
            return false;
        }
    }
    *strange |= at < text.n && text.data[at] >= 0x80;
    return match_ends(text, at, pattern);
}

static bool search(Bytes text, const Pattern *pattern, bool *strange) {
    uint8_t first = (uint8_t)pattern->begin[0];
    for (int64_t at = 0; at < text.n; at++) {
        if (small(text.data[at]) != first) continue;
        if (is_free(text, at - 1, pattern->before) && match(text, at, pattern->begin, pattern, strange)) return true;
    }
    return false;
}

static bool search_any(Bytes text, const Pattern *patterns, int count, bool *strange) {
    for (int k = 0; k < count; k++) {
        if (search(text, &patterns[k], strange)) return true;
    }
    return false;
}

static bool is_ascii(Bytes bytes) {
    uint8_t all = 0;
    for (int64_t k = 0; k < bytes.n; k++) all |= bytes.data[k];
    return all < 0x80;
}

Role role_of(Bytes classes, State *state) {
    bool strange = false;
    if (!is_ascii(classes)) { /* other letters and white space, and a sign whose lower case is k */
        *state = NOT_HERE;
        return NO_ROLE;
    }
    uint32_t of_letter[26] = {0}, wanted = UINT32_MAX; /* a bit for each pattern */
    for (int k = 0; k < COUNT(PATTERNS); k++) of_letter[PATTERNS[k].begin[0] - 'a'] |= 1u << k;
    int best = -1;
    for (int64_t at = 0; at < classes.n && wanted != 0; at++) {
        uint32_t letter = (uint32_t)small(classes.data[at]) - 'a', left = letter < 26 ? of_letter[letter] & wanted : 0;
        for (; left != 0; left &= left - 1) {
            int k = __builtin_ctz(left);
            if (!is_free(classes, at - 1, PATTERNS[k].before)) continue;
            if (!match(classes, at, PATTERNS[k].begin, &PATTERNS[k], &strange)) continue;
            best = k;
            wanted = (1u << k) - 1; /* an earlier pattern counts more */
            break;
        }
    }
    if (best < 0) return NO_ROLE;
    bool shown = PATTERNS[best].role == TERM && search_any(classes, WIDE, COUNT(WIDE), &strange);
    return shown ? NO_ROLE : PATTERNS[best].role;
}

bool hides(Bytes style, State *state) {
    bool strange = false;
    if (style.n == 0 || memchr(style.data, ':', (size_t)style.n) == NULL) return false;
    if (search_any(style, NOT_SHOWN, COUNT(NOT_SHOWN), &strange)) return true;
    if (strange) *state = NOT_HERE;
    return false;
}

/* Returns whether "tex" ends a word of the names. */
static bool has_tex(Bytes names) {
    for (int64_t k = 0; k + 3 <= names.n; k++) {
        if (!begins_with_word(names.data + k, names.n - k, "tex", 3)) continue;
        if (k + 3 == names.n || !is_ascii_letter(names.data[k + 3])) return true;
    }
    return false;
}

/* Returns whether a description has a TeX command, or an index or exponent. */
static bool has_tex_signs(Bytes text) {
    for (int64_t k = 0; k + 1 < text.n; k++) {
        uint8_t c = text.data[k], before = k > 0 ? text.data[k - 1] : ' ', after = text.data[k + 1];
        if (c == '\\' && is_ascii_letter(after)) return true;
        if (c != '^' && c != '_') continue;
        bool word = is_ascii_word(before) || before >= 0x80 || before == ')' || before == '}';
        if (word && (is_ascii_word(after) || after >= 0x80 || after == '{' || after == '\\')) return true;
    }
    return false;
}

bool may_be_formula(Bytes classes, Bytes address, Bytes description) {
    if (description.n == 0) return false;
    if (has_tex(classes) || has_tex(address) || contains_word(classes, "mwe-math") || has_tex_signs(description)) return true;
    static const char *words[] = {"/math/render/", "codecogs", "cht=tx"};
    for (int k = 0; k < 3; k++) {
        if (contains_word(address, words[k])) return true;
    }
    return contains_word(classes, "math") || contains_word(classes, "formula") || contains_word(classes, "equation");
}
