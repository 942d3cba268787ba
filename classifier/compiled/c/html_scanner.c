/* Finds the tags in the bytes of an HTML page: where each begins and ends, and its name. Reads each byte a fixed number
   of times, and never behind the page's end. */
#include "html_scanner.h"

#define PRIME 1000003                          /* of a name's hash */
#define SCRIPT UINT64_C(8105380979647886263) /* `name_hash` of "script" */

enum { SPACE = 1, GREATER = 2, SLASH = 4, EQUALS = 8 };

static const uint8_t KINDS[256] = {
    [' '] = SPACE, ['\n'] = SPACE, ['\t'] = SPACE, ['\r'] = SPACE, ['\f'] = SPACE,
    ['>'] = GREATER, ['/'] = SLASH, ['='] = EQUALS,
};

uint64_t name_hash(Page page, int64_t *at) {
    uint64_t value = 0;
    int64_t k = *at;
    for (; k < page.n; k++) {
        uint8_t c = page.data[k];
        if (KINDS[c] & (SPACE | GREATER | SLASH)) break;
        value = value * PRIME + (uint64_t)(c >= 'A' && c <= 'Z' ? c | 32 : c);
    }
    *at = k;
    return value;
}

EXPORT int64_t cd_name_hash(const uint8_t *name, int64_t n) {
    int64_t at = 0;
    return (int64_t)name_hash((Page){name, n}, &at);
}

/* Returns the next place with a byte of other kinds than these. */
INLINE int64_t after_kinds(Page page, int64_t at, uint8_t kinds) {
    while (at < page.n && KINDS[page.data[at]] & kinds) at++;
    return at;
}

/* Returns the next place with a byte of one of these kinds. */
INLINE int64_t before_kinds(Page page, int64_t at, uint8_t kinds) {
    while (at < page.n && !(KINDS[page.data[at]] & kinds)) at++;
    return at;
}

/* Returns the next place of a byte, or the page's length. */
INLINE int64_t next_byte(Page page, int64_t at, uint8_t wanted) {
    if (at >= page.n) return page.n;
    const uint8_t *found = memchr(page.data + at, wanted, (size_t)(page.n - at));
    return found == NULL ? page.n : found - page.data;
}

int64_t next_tag(Page page, int64_t at) { return next_byte(page, at, '<'); }

Tag tag_end(Page page, int64_t at) {
    int64_t n = page.n, attributes = 0;
    Tag tag = {0, 0, false};
    for (;;) {
        int64_t before = at;
        at = after_kinds(page, at, SPACE | SLASH);
        if (at == n || page.data[at] == '>') {
            tag.end = at;
            tag.closed = at > before && page.data[at - 1] == '/';
            return tag;
        }
        if (++attributes == MAX_ATTRIBUTES + 1) tag.excess = at;
        at = after_kinds(page, before_kinds(page, at + 1, SPACE | GREATER | SLASH | EQUALS), SPACE);
        if (at == n || page.data[at] != '=') continue;
        at = after_kinds(page, at + 1, SPACE);
        if (at < n && (page.data[at] == '"' || page.data[at] == '\'')) {
            at = min_i64(n, next_byte(page, at + 1, page.data[at]) + 1);
        } else {
            at = before_kinds(page, at, SPACE | GREATER);
        }
    }
}

INLINE bool begins(Page page, int64_t at, const char *wanted, int64_t size) {
    return at + size <= page.n && memcmp(page.data + at, wanted, (size_t)size) == 0;
}

static int64_t after_comment(Page page, int64_t at) {
    const uint8_t *data = page.data;
    for (int64_t k = next_byte(page, at + 4, '>'); k < page.n; k = next_byte(page, k + 1, '>')) {
        bool odd = k > at + 6 && data[k - 1] == '!' && data[k - 3] == '-';
        if (data[k - 2] == '-' && (odd || data[k - 1] == '-')) return k + 1;
    }
    return page.n;
}

int64_t after_non_tag(Page page, int64_t at, bool foreign) {
    uint8_t c = page.data[at + 1];
    if (foreign && begins(page, at, "<![CDATA[", 9)) {
        for (int64_t k = next_byte(page, at + 9, '>'); k < page.n; k = next_byte(page, k + 1, '>')) {
            if (k >= at + 11 && page.data[k - 1] == ']' && page.data[k - 2] == ']') return k + 1;
        }
        return page.n;
    }
    if (begins(page, at, "<!--", 4)) return after_comment(page, at);
    return c == '!' || c == '?' || c == '/' ? next_byte(page, at + 2, '>') + 1 : at + 1;
}

/* Returns whether there is `-->` between two places; its dashes may be those of `<!--`. */
static bool closes_comment(Page page, int64_t first, int64_t last) {
    Page part = {page.data, last};
    for (int64_t k = next_byte(part, first + 4, '>'); k < last; k = next_byte(part, k + 1, '>')) {
        if (page.data[k - 1] == '-' && page.data[k - 2] == '-') return true;
    }
    return false;
}

/* In a script, an end tag after `<!--` and `<script` is ignored, since old pages put scripts into comments. */
int64_t raw_end(Page page, int64_t at, uint64_t name) {
    bool script = name == SCRIPT, escaped = false, hidden = false;
    at = next_tag(page, at);
    int64_t end = at;
    while (at < page.n - 2) {
        if (escaped && closes_comment(page, end, at)) escaped = hidden = false;
        end = at;
        int64_t closing = at + 2, opening = at + 1;
        if (page.data[at + 1] == '/' && name_hash(page, &closing) == name) {
            if (!hidden) return at;
            hidden = false;
        } else if (script && begins(page, at, "<!--", 4)) {
            escaped = true;
        } else if (escaped && name_hash(page, &opening) == SCRIPT) {
            hidden = true;
        }
        at = next_tag(page, at + 1);
    }
    return -1;
}

/* Returns whether "<base" is in a page, in any case. */
INLINE bool has_base_of(const uint8_t *data, int64_t n) {
    uint8_t found = 0;
    for (int64_t k = 0; k + 4 < n; k++) {
        found |= (data[k] == '<') & ((data[k + 1] | 32) == 'b') & ((data[k + 2] | 32) == 'a') &
                 ((data[k + 3] | 32) == 's') & ((data[k + 4] | 32) == 'e');
    }
    return found;
}

WITH_VECTORS(bool, has_base, (const uint8_t *data, int64_t n), (data, n))

EXPORT int64_t cd_has_base(const uint8_t *data, int64_t n) { return has_base(data, n); }
