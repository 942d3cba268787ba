/* Tracks the open elements of an HTML parser tag by tag, and says which tags would nest too deep, and in XHTML which
   elements without content would swallow the page. */
#include "html_scanner.h"

#define MAX_DEPTH 384        /* as in parser_limits.py, and so are the next one and the families */
#define MAX_REOPENED 1000000
#define MAX_ROOT_TAGS 16
#define WINDOW 512      /* open elements that are searched for each tag */
#define MAX_ACTIVE 4096 /* formatting elements that are tracked */
#define MASK 1023       /* of the hash table of names */

enum {
    VOID = 1 << 0, RAW = 1 << 1, FORMATTING = 1 << 2, SPECIAL = 1 << 3, BARRIER = 1 << 4, CLOSES_P = 1 << 5,
    BREAKS_OUT = 1 << 6, HIDES = 1 << 7, MARKER = 1 << 8, INTEGRATION = 1 << 9, FOREIGN = 1 << 10, HEADING = 1 << 11,
    REMOVED = 1 << 12, KEPT_DEEP = 1 << 13, P = 1 << 14, LI = 1 << 15, DEFINITION = 1 << 16, TABLE = 1 << 17,
    SECTION = 1 << 18, ROW = 1 << 19, CELL = 1 << 20, CAPTION = 1 << 21, LINK = 1 << 22, FORM = 1 << 23,
    TEMPLATE = 1 << 24, LIST = 1 << 25, BUTTON = 1 << 26, LOOSE = 1 << 27,
    ROOT = 1 << 28,
    TABLE_PARTS = SECTION | ROW | CELL | CAPTION
};

typedef struct {
    uint64_t name;
    int32_t family;
    int32_t floor;   /* of a marker: the first active formatting element before it */
    bool in_foreign; /* whether an element in this one is in SVG or MathML itself, not in HTML inside one */
} Open;

typedef struct {
    Open *stack;
    int64_t depth, room;
    uint64_t active[MAX_ACTIVE]; /* names of the active formatting elements */
    int32_t n_active, floor;
    int64_t reopened, kept_at, at, tables, roots;
    bool kept, xhtml;
} Parser;

/* Returns the place of the innermost open element of a family, or `depth` if one of `stop` comes first. */
static int64_t find(const Parser *parser, int64_t depth, int32_t wanted, int32_t stop, int32_t passed) {
    for (int64_t k = depth - 1; k >= max_i64(0, depth - WINDOW); k--) {
        int32_t family = parser->stack[k].family;
        if (family & wanted) return k;
        if (family & stop && !(family & passed)) break;
    }
    return depth;
}

/* Closes the elements above `depth`, and counts the formatting elements that the parser will reopen. */
static void pop(Parser *parser, int64_t depth) {
    if (depth == parser->depth) return;
    for (int64_t k = parser->depth - 1; k >= depth; k--) {
        const Open *open = &parser->stack[k];
        if (open->family & MARKER) {
            parser->n_active = parser->floor;
            parser->floor = open->floor;
        }
        if (open->family & KEPT_DEEP) parser->kept = false;
        parser->tables -= (open->family & TABLE) != 0;
    }
    parser->depth = depth;
    parser->reopened += parser->n_active - parser->floor;
}

/* Removes the last formatting element of a name from the active ones. */
static void forget(Parser *parser, uint64_t name) {
    int32_t last = parser->n_active, first = parser->floor > last - WINDOW ? parser->floor : last - WINDOW;
    for (int32_t k = last - 1; k >= first; k--) {
        if (parser->active[k] != name) continue;
        memmove(parser->active + k, parser->active + k + 1, (size_t)(last - 1 - k) * sizeof(uint64_t));
        parser->n_active--;
        return;
    }
}

static void close_implied_in_table(Parser *parser, int32_t family) {
    int64_t depth = parser->depth;
    const Open *stack = parser->stack;
    if (family & TABLE) pop(parser, find(parser, depth, TABLE, CELL | CAPTION | TEMPLATE | FOREIGN, 0));
    if (!(family & TABLE_PARTS)) return;
    int64_t table = find(parser, depth, TABLE, TEMPLATE | FOREIGN, 0), keep = table + 1;
    if (table >= depth) return;
    if (family & (ROW | CELL) && keep < depth && stack[keep].family & SECTION) keep++;
    if (family & CELL && keep < depth && stack[keep].family & ROW) keep++;
    pop(parser, keep);
}

/* Closes the elements that a start tag closes without an end tag. */
static void close_implied(Parser *parser, int32_t family) {
    int64_t depth = parser->depth;
    int32_t item = family & (LI | DEFINITION);
    if (item) pop(parser, find(parser, depth, item, SPECIAL, LOOSE | P));
    if (family & CLOSES_P) pop(parser, find(parser, parser->depth, P, SPECIAL, 0));
    if (family & LINK) pop(parser, find(parser, depth, LINK, SPECIAL, 0));
    depth = parser->depth;
    if (family & HEADING && depth > 0 && parser->stack[depth - 1].family & HEADING) pop(parser, depth - 1);
    if (parser->tables > 0) close_implied_in_table(parser, family);
}

static void push(Parser *parser, uint64_t name, int32_t family) {
    int64_t depth = parser->depth;
    Open *open = &parser->stack[depth];
    bool around = depth > 0 && parser->stack[depth - 1].in_foreign;
    *open = (Open){name, family, 0, family & FOREIGN ? true : family & INTEGRATION ? false : around};
    if (family & MARKER) {
        open->floor = parser->floor;
        parser->floor = parser->n_active;
    }
    parser->tables += (family & TABLE) != 0;
    parser->depth = depth + 1;
}

INLINE bool on_foreign(const Parser *parser) {
    return parser->depth > 0 && parser->stack[parser->depth - 1].family & FOREIGN;
}

/* Tracks a start tag; returns whether to remove it. */
static bool open_element(Parser *parser, uint64_t name, int32_t family, bool closed) {
    bool foreign = on_foreign(parser);
    if (foreign && family & BREAKS_OUT) {
        int64_t depth = parser->depth;
        while (depth > 0 && parser->stack[depth - 1].family & FOREIGN) depth--;
        pop(parser, depth);
        foreign = false;
    }
    if (foreign) {
        if (closed) return false;
        family = family & INTEGRATION ? INTEGRATION : family | FOREIGN;
    } else if (family & (VOID | RAW)) {
        return false;
    } else {
        close_implied(parser, family);
    }
    if (parser->depth >= MAX_DEPTH) {
        if (family & HIDES && !parser->kept) {
            family |= KEPT_DEEP;
            parser->kept = true;
            parser->kept_at = parser->at;
        } else {
            family = ((family | REMOVED) & ~(MARKER | FOREIGN | FORMATTING)) | (foreign ? FOREIGN : 0);
        }
    }
    if (family & FORMATTING) {
        if (parser->n_active == MAX_ACTIVE) {
            parser->reopened = MAX_REOPENED + 1;
            return false;
        }
        parser->active[parser->n_active++] = name;
    }
    push(parser, name, family);
    return family & REMOVED;
}

/* Tracks an end tag; returns whether to remove it, because its start tag was removed. */
static bool close_element(Parser *parser, uint64_t name, int32_t family) {
    if (family & FORMATTING) forget(parser, name);
    Open *stack = parser->stack;
    int32_t stop = family & SPECIAL ? BARRIER : SPECIAL, heading = family & HEADING;
    if (family & P) stop |= BUTTON;
    else if (family & LI) stop |= LIST;
    else if (family & TABLE_PARTS) stop = TABLE | TEMPLATE;
    else if (family & TABLE) stop = TEMPLATE;
    else if (family & TEMPLATE) stop = 0;
    int64_t k = parser->depth - 1, lowest = max_i64(0, parser->depth - WINDOW);
    for (; k >= lowest && stack[k].name != name && !(heading & stack[k].family); k--) {
        if (stack[k].family & stop) return false;
    }
    if (k < lowest) return false;
    bool removed = stack[k].family & REMOVED;
    if (!(family & FORM) || k == parser->depth - 1) pop(parser, k);
    else stack[k].name = 0; /* a parser removes the form and leaves the elements in it open */
    return removed;
}

/* Returns whether the innermost open element is of SVG or MathML itself, not HTML inside one. */
static bool is_foreign(const Parser *parser) {
    return on_foreign(parser) || (parser->depth > 1 && parser->stack[parser->depth - 2].in_foreign);
}

static bool reserve(Parser *parser) {
    if (parser->depth < parser->room) return true;
    int64_t room = 2 * parser->room + 256;
    Open *stack = realloc(parser->stack, (size_t)room * sizeof(Open));
    if (stack == NULL) return false;
    parser->stack = stack;
    parser->room = room;
    return true;
}

/* Looks up a name's hash; unknown names are inline elements. */
static int32_t family_of(const int64_t *keys, const int64_t *families, uint64_t name) {
    uint64_t slot = (name ^ name >> 8) & MASK;
    while ((uint64_t)keys[slot] != name && keys[slot] != 0) slot = (slot + 1) & MASK;
    return (int32_t)families[slot];
}

typedef struct {
    int64_t *rows; /* begin, end, replacement, as in `_scan` */
    int64_t n, room, last_end;
} Cuts;

static void cut(Cuts *cuts, int64_t begin, int64_t end, int64_t replacement) {
    if (cuts->n < cuts->room) {
        int64_t *row = cuts->rows + 3 * cuts->n;
        row[0] = begin, row[1] = end, row[2] = replacement;
    }
    cuts->n++;
    cuts->last_end = end;
}

/* Returns whether an element without content is one of XHTML that a parser of HTML takes for a start tag, and that hides
   what follows it. */
static bool swallows(const Parser *parser, int32_t family) {
    return parser->xhtml && family & (RAW | HIDES) && !(family & FOREIGN) && !on_foreign(parser);
}

static bool scan(Page page, Parser *parser, const int64_t *keys, const int64_t *families, bool formatting, Cuts *cuts) {
    bool raw = true;
    int64_t i = next_tag(page, 0);
    while (i < page.n - 2 && parser->reopened <= MAX_REOPENED) {
        bool closing = page.data[i + 1] == '/';
        int64_t at = closing ? i + 2 : i + 1;
        uint8_t letter = page.data[at] | 32;
        if (letter < 'a' || letter > 'z') {
            i = next_tag(page, after_non_tag(page, i, is_foreign(parser)));
            continue;
        }
        uint64_t name = name_hash(page, &at);
        int32_t family = family_of(keys, families, name);
        Tag tag = tag_end(page, at);
        if (tag.end == page.n) break;
        if (!reserve(parser)) return false;
        bool foreign = on_foreign(parser), kept = parser->kept;
        parser->at = i;
        bool surplus = family & ROOT && !closing && ++parser->roots > MAX_ROOT_TAGS;
        bool removed = surplus || (family & FORMATTING && !formatting);
        bool empty = tag.closed && !closing && swallows(parser, family);
        if (!removed && !empty) {
            removed = closing ? close_element(parser, name, family) : open_element(parser, name, family, tag.closed);
        }
        if (removed) {
            bool breaks = family & SPECIAL && (cuts->n == 0 || cuts->last_end != i);
            cut(cuts, i, tag.end + 1, kept && !parser->kept ? parser->kept_at : breaks ? -1 : 0);
        } else if (empty) {
            cut(cuts, tag.excess > 0 ? tag.excess : tag.end - 1, tag.end + 1, -2 - i);
        } else if (tag.excess > 0) {
            cut(cuts, tag.excess, tag.end, 0);
        }
        i = tag.end + 1;
        if (raw && family & RAW && !closing && !foreign && !empty) {
            int64_t after = raw_end(page, i, name);
            raw = after >= 0;
            i = max_i64(i, after);
        }
        i = next_tag(page, i);
    }
    return true;
}

EXPORT int64_t cd_scan_nesting(const uint8_t *data, int64_t n, const int64_t *keys, const int64_t *families,
                               int64_t formatting, int64_t xhtml, int64_t *cuts, int64_t max_cuts,
                               int64_t *reopened) {
    Parser *parser = calloc(1, sizeof(Parser));
    if (parser == NULL) return OUT_OF_MEMORY;
    parser->xhtml = xhtml != 0;
    Cuts found = {cuts, 0, max_cuts, 0};
    bool done = scan((Page){data, n}, parser, keys, families, formatting != 0, &found);
    reopened[0] = parser->reopened;
    free(parser->stack);
    free(parser);
    return done ? found.n : OUT_OF_MEMORY;
}
