/* Reads the attributes of HTML elements that say what their text is. */
#include "html_walk.h"

static const struct {
    const char *name;
    size_t size;
} NAMES[N_ATTRIBUTES] = {
#define ATTRIBUTE(place, name) [place] = {name, sizeof(name) - 1}
    ATTRIBUTE(CLASS, "class"), ATTRIBUTE(ID, "id"), ATTRIBUTE(ROLE, "role"), ATTRIBUTE(ITEMPROP, "itemprop"),
    ATTRIBUTE(ITEMTYPE, "itemtype"), ATTRIBUTE(TESTID, "data-testid"), ATTRIBUTE(ARIA_LABEL, "aria-label"),
    ATTRIBUTE(STYLE, "style"), ATTRIBUTE(HIDDEN, "hidden"), ATTRIBUTE(HREF, "href"), ATTRIBUTE(REL, "rel"),
    ATTRIBUTE(ARIA_HIDDEN, "aria-hidden"), ATTRIBUTE(DATETIME, "datetime"), ATTRIBUTE(CONTENT, "content"),
    ATTRIBUTE(ALT, "alt"), ATTRIBUTE(SRC, "src"), ATTRIBUTE(OPEN, "open"), ATTRIBUTE(SHADOWROOTMODE, "shadowrootmode"),
    ATTRIBUTE(PROPERTY, "property"), ATTRIBUTE(NAME, "name"), ATTRIBUTE(HTTP_EQUIV, "http-equiv"),
    ATTRIBUTE(TYPE, "type"), ATTRIBUTE(LANG, "lang"), ATTRIBUTE(START, "start"), ATTRIBUTE(WIDTH, "width"),
    ATTRIBUTE(HEIGHT, "height"), ATTRIBUTE(DATA_SRC, "data-src"), ATTRIBUTE(DATA_ORIGINAL, "data-original"),
    ATTRIBUTE(DATA_LAZY_SRC, "data-lazy-src"), ATTRIBUTE(DATA_SRCSET, "data-srcset"), ATTRIBUTE(SRCSET, "srcset"),
    ATTRIBUTE(COLSPAN, "colspan"), ATTRIBUTE(ROWSPAN, "rowspan"),
};

#define BIT(place) ((uint64_t)1 << (place))

/* The places in NAMES of the names of each length, below 64 in all. */
static const uint64_t OF_SIZE[16] = {
    [2] = BIT(ID), [3] = BIT(REL) | BIT(ALT) | BIT(SRC),
    [4] = BIT(ROLE) | BIT(HREF) | BIT(OPEN) | BIT(NAME) | BIT(TYPE) | BIT(LANG),
    [5] = BIT(CLASS) | BIT(STYLE) | BIT(START) | BIT(WIDTH),
    [6] = BIT(HIDDEN) | BIT(HEIGHT) | BIT(SRCSET), [7] = BIT(CONTENT) | BIT(COLSPAN) | BIT(ROWSPAN),
    [8] = BIT(ITEMPROP) | BIT(ITEMTYPE) | BIT(DATETIME) | BIT(PROPERTY) | BIT(DATA_SRC),
    [10] = BIT(ARIA_LABEL) | BIT(HTTP_EQUIV),
    [11] = BIT(TESTID) | BIT(ARIA_HIDDEN) | BIT(DATA_SRCSET), [13] = BIT(DATA_ORIGINAL) | BIT(DATA_LAZY_SRC), [14] = BIT(SHADOWROOTMODE),
};

static int place_of(const uint8_t *name, size_t size) {
    uint64_t left = name == NULL || size > 15 ? 0 : OF_SIZE[size];
    for (int place = 0; left != 0; place++, left >>= 1) {
        if (left & 1 && memcmp(name, NAMES[place].name, size) == 0) return place;
    }
    return -1;
}

/* Looks up an attribute's place by the number of its name, of which a page has few. */
static int cached_place(Walk *walk, const Attribute *attribute) {
    uintptr_t name = attribute->node.name;
    uint32_t at = mix32((uint32_t)(name ^ name >> 7)) % NAME_CACHE;
    if (walk->attribute_names[at].name != name) {
        size_t size = 0;
        const uint8_t *written = walk->lexbor.attribute_name(attribute, &size);
        walk->attribute_names[at].place = place_of(written, size);
        walk->attribute_names[at].name = name;
    }
    return walk->attribute_names[at].place;
}

void read_attributes(Walk *walk, Node *node, Attributes *attributes) {
    for (uint64_t left = attributes->present; left != 0; left &= left - 1) {
        attributes->values[__builtin_ctzll(left)] = (Bytes){NULL, 0};
    }
    attributes->present = 0;
    attributes->count = 0;
    if (node->type != ELEMENT_TYPE) return;
    for (const Attribute *each = ((ElementNode *)node)->first_attribute; each != NULL; each = each->next) {
        attributes->count++;
        int place = cached_place(walk, each);
        if (place < 0) continue;
        const LexborString *value = each->value;
        bool given = value != NULL && value->data != NULL;
        attributes->values[place] = given ? (Bytes){value->data, (int64_t)value->size} : (Bytes){NULL, 0};
        attributes->present |= BIT(place);
    }
}

bool is_hidden(Walk *walk, const Attributes *attributes) {
    return HAS(attributes, HIDDEN) || hides(attributes->values[STYLE], &walk->state);
}

/* Appends an element's names in one string; if it is too long, the part before HIDDEN is cut. */
void append_names(Walk *walk, Vector *points, const Attributes *attributes) {
    static const char hidden_part[] = "hidden-part";
    int64_t start = points->n, size = (int64_t)sizeof(hidden_part) - 1;
    for (int place = CLASS; place <= ARIA_LABEL; place++) {
        if (attributes->values[place].n == 0) continue;
        if (points->n > start) append_point(points, ' ', &walk->state);
        append_utf8(points, attributes->values[place], &walk->state);
    }
    bool hidden = is_hidden(walk, attributes);
    points->n = min_i64(points->n, start + MAX_NAMES - (hidden ? size + 1 : 0));
    if (hidden) {
        append_point(points, ' ', &walk->state);
        append_utf8(points, (Bytes){(const uint8_t *)hidden_part, size}, &walk->state);
    }
}

/* Returns the entry of a node's tag; an element that is not in the table begins a block, but for MathJax's. */
uint32_t tag_bits(Walk *walk, Node *node) {
    uintptr_t tag = node->name;
    if (tag < MAX_TAGS) return walk->tags[tag];
    size_t size = 0;
    const uint8_t *name = walk->lexbor.tag_name(node, &size);
    if (name != NULL && size > 4 && memcmp(name, "mjx-", 4) == 0) walk->state = NOT_HERE;
    return A_BLOCK;
}

/* Returns whether a value begins with a word or is it, white space around it and the case of A to Z aside. */
bool begins_folded(Walk *walk, Bytes value, const char *word, bool whole) {
    Vector *points = &walk->scratch;
    points->n = 0;
    append_utf8(points, value, &walk->state);
    const point_t *text = points_of(points);
    int64_t start = after_spaces(text, 0, points->n), end = before_spaces(text, start, points->n);
    int64_t size = (int64_t)strlen(word);
    if (end - start < size || (whole && end - start > size)) return false;
    for (int64_t k = 0; k < size; k++) {
        point_t p = text[start + k];
        if ((p >= 'A' && p <= 'Z' ? p | 32 : p) != (point_t)word[k]) return false;
    }
    return true;
}

/* Returns whether a value is a media type, with or without parameters: "application/ld+json; charset=utf-8". */
bool is_media_type(Walk *walk, Bytes value, const char *type) {
    if (!begins_folded(walk, value, type, false)) return false;
    const point_t *text = points_of(&walk->scratch);
    int64_t n = walk->scratch.n;
    int64_t end = after_spaces(text, after_spaces(text, 0, n) + (int64_t)strlen(type), n);
    return end == n || text[end] == ';';
}
