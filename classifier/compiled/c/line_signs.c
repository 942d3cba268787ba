/* Finds the lines that a rule may match, by characters that its expression cannot do without; see line_signs.py. */
#include "core.h"

/* What a line may be, in the order of `LineSigns` in line_signs.py. */
enum { CREDIT, SHOWN, COMMENTS, LABEL, N_SIGNS };

/* Sizes as in captions.py, edge_words.py and story_order.py. */
enum { MIN_CAPTION = 60, CREDIT_FROM_END = 40, MAX_BEFORE_BRACKET = 200, MAX_COMMENTS = 40, MAX_REPLIES = 160, MAX_LABEL = 40 };

enum { AT_ONCE = 16 };

enum { COPYRIGHT = 0xA9, LONG_S = 0x17F, WIDE_COLON = 0xFF1A };

INLINE bool is_ascii(point_t code) { return code < 0x80; }

/* Returns whether the last code points of a line have a sign of a credit: "©", "/", ":", "|", or " by ". */
static bool ends_with_credit(const point_t *end) {
    const point_t *at = end - CREDIT_FROM_END;
    uint32_t found = 0;
    for (int64_t k = 0; k < CREDIT_FROM_END; k++)
        found |= (at[k] == COPYRIGHT) | (at[k] == '/') | (at[k] == ':') | (at[k] == '|');
    for (int64_t k = 0; k + 3 < CREDIT_FROM_END; k++)
        found |= (at[k] == ' ') & (at[k + 1] == 'b') & (at[k + 2] == 'y') & (at[k + 3] == ' ');
    return found;
}

/* Returns whether a word may begin here that says what is shown: "video", "watch", "symbol", "archiv", "file". The second
   letter may be beyond ASCII, as `re.IGNORECASE` takes some of these for others. */
INLINE bool opens_shown(const point_t *at, int64_t n) {
    if (n < 2) return false;
    point_t first = at[0] == LONG_S ? 's' : at[0] | 32, second = at[1] | 32;
    bool is_other = !is_ascii(second), before_i = (first == 'v') | (first == 'f');
    return (before_i & ((second == 'i') | is_other)) | ((first == 'w') & ((second == 'a') | is_other)) |
        ((first == 'a') & ((second == 'r') | is_other)) | ((first == 's') & ((second == 'y') | is_other));
}

INLINE bool is_bracket(point_t code) { return (code | 1) == ')'; } /* '(' is one less */

INLINE bool has_bracket(const point_t *at) {
    uint32_t found = 0;
    for (int64_t k = 0; k < AT_ONCE; k++) found |= is_bracket(at[k]);
    return found;
}

/* Returns whether such a word may be at the beginning, after at most one mark, or in the first brackets. */
static bool may_say_what_is_shown(const point_t *at, int64_t n) {
    if (opens_shown(at, n) || opens_shown(at + 1, n - 1)) return true;
    int64_t k = 0, stop = min_i64(n, MAX_BEFORE_BRACKET + 1);
    while (k + AT_ONCE <= stop && !has_bracket(at + k)) k += AT_ONCE;
    while (k < stop && !is_bracket(at[k])) k++;
    return k < stop && at[k] == '(' && opens_shown(at + k + 1, n - k - 1);
}

/* Returns whether a line may be a heading of comments: it has three letters that the words in ASCII for them have, or a
   character beyond ASCII. */
static bool may_head_comments(const point_t *at, int64_t n) {
    uint32_t found = 0;
    for (int64_t k = 0; k < n; k++) found |= !is_ascii(at[k]);
    for (int64_t k = 0; k + 2 < n; k++) {
        point_t first = at[k] | 32, second = at[k + 1] | 32, third = at[k + 2] | 32;
        found |= (first == 'o') & (second == 'm') & ((third == 'm') | (third == 'e')); /* comment, coment, komment */
        found |= (first == 'e') & (second == 'a') & (third == 'c'); /* reacties */
        found |= (first == 'o') & (second == 'r') & (third == 'u'); /* yorum */
    }
    return found;
}

static bool is_like(int sign, const point_t *at, int64_t n) {
    switch (sign) {
    case CREDIT: return n >= MIN_CAPTION && ends_with_credit(at + n);
    case SHOWN: return may_say_what_is_shown(at, n);
    case COMMENTS:
        return (n <= MAX_REPLIES && at[0] >= '1' && at[0] <= '9') || (n <= MAX_COMMENTS && may_head_comments(at, n));
    default: return n <= MAX_LABEL && (at[n - 1] == ':' || at[n - 1] == WIDE_COLON);
    }
}

/* Fills the numbers of the lines of each sort, room for n each, and how many these are; returns n, or -1 where a line is
   outside of the text. */
EXPORT int64_t cd_line_signs(const uint32_t *points, int64_t n_points, const int64_t *spans, int64_t n, int64_t *found,
    int64_t *counts) {
    for (int sign = 0; sign < N_SIGNS; sign++) counts[sign] = 0;
    for (int64_t line = 0; line < n; line++) {
        int64_t start = spans[2 * line], end = spans[2 * line + 1];
        if (start < 0 || end < start || end > n_points) return -1;
        if (start == end) continue;
        for (int sign = 0; sign < N_SIGNS; sign++)
            if (is_like(sign, points + start, end - start)) found[sign * n + counts[sign]++] = line;
    }
    return n;
}
