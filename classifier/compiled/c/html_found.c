/* Collects what an HTML page says of itself beside its text: metas, JSON-LD, microdata, times. */
#include "html_walk.h"

void add_found(Walk *walk, int64_t kind, Bytes name, Bytes value) {
    append_utf8(&walk->strings, name, &walk->state);
    int64_t name_end = walk->strings.n;
    append_utf8(&walk->strings, value, &walk->state);
    if (!reserve(&walk->found, 1, &walk->state)) return;
    ((Found *)walk->found.data)[walk->found.n++] = (Found){kind, walk->blocks.n, name_end, walk->strings.n};
}

/* Adds the text of an element without others in it. */
static void add_text_found(Walk *walk, int64_t kind, Node *node) {
    add_found(walk, kind, (Bytes){NULL, 0}, (Bytes){NULL, 0});
    for (Node *child = node->first_child; child != NULL; child = child->next) {
        if (tag_bits(walk, child) % 16 == A_TEXT) append_utf8(&walk->strings, text_of(child), &walk->state);
    }
    if (walk->state == FINE) ((Found *)walk->found.data)[walk->found.n - 1].value_end = walk->strings.n;
}

/* Adds a `meta`, `link` or `script`; a script in the body may be a formula, which only the walk in Python reads. */
void add_meta(Walk *walk, Node *node, uint32_t bits, bool in_body) {
    Attributes attributes = {0};
    read_attributes(walk, node, &attributes);
    const Bytes *values = attributes.values;
    if (bits & T_SCRIPT) {
        if (is_media_type(walk, values[TYPE], "application/ld+json")) add_text_found(walk, F_JSON_LD, node);
        else if (in_body && begins_folded(walk, values[TYPE], "math/tex", false)) walk->state = NOT_HERE;
    } else if (bits & T_META) {
        static const int names[] = {PROPERTY, NAME, ITEMPROP, HTTP_EQUIV};
        Bytes name = {NULL, 0};
        for (int k = 0; k < 4 && name.n == 0; k++) name = values[names[k]];
        if (name.n > 0 && values[CONTENT].n > 0) add_found(walk, F_META, name, values[CONTENT]);
    } else if (values[HREF].n > 0 && begins_folded(walk, values[REL], "canonical", true)) {
        add_found(walk, F_CANONICAL, (Bytes){NULL, 0}, values[HREF]);
    }
}

static bool is_one_of(Bytes name, const char *const *names, int count) {
    for (int k = 0; k < count; k++) {
        if ((int64_t)strlen(names[k]) == name.n && memcmp(name.data, names[k], (size_t)name.n) == 0) return true;
    }
    return false;
}

/* Puts the text of an element, or of the name in it, to `joined`; nothing if there is more in it than a value. */
static void read_short_text(Walk *walk, Node *element) {
    static const char *const name[] = {"name"};
    Node *left[MAX_PROPERTY_NODES + 1] = {element};
    Vector *text = &walk->joined;
    int64_t n = 1;
    text->n = 0;
    for (int k = 0; k < MAX_PROPERTY_NODES; k++) {
        if (n == 0) return;
        Node *inner = left[--n];
        uint32_t bits = tag_bits(walk, inner);
        if (bits % 16 == A_TEXT) {
            int64_t start = text->n;
            append_utf8(text, text_of(inner), &walk->state);
            text->n = min_i64(text->n, start + 2 * MAX_PROPERTY_CHARACTERS);
        } else if (!(bits & T_UNREAD)) {
            Attributes attributes = {0};
            read_attributes(walk, inner, &attributes);
            if (is_one_of(attributes.values[ITEMPROP], name, 1)) {
                n = text->n = 0;
                append_utf8(text, attributes.values[CONTENT], &walk->state);
            }
            for (Node *child = inner->last_child; child != NULL && n < MAX_PROPERTY_NODES;) {
                left[n++] = child;
                child = child->prev;
            }
        }
    }
    text->n = 0;
}

/* Returns whether a word is among the words of a text. */
static bool has_word(Bytes text, const char *word) {
    int64_t size = (int64_t)strlen(word), start = 0;
    for (int64_t k = 0; k <= text.n; k++) {
        if (k < text.n && memchr(" \t\n\f\r", text.data[k], 5) == NULL) continue;
        if (k - start == size && memcmp(text.data + start, word, (size_t)size) == 0) return true;
        start = k + 1;
    }
    return false;
}

/* Adds the microdata of an element, or that it is a link to a subject; its value is an attribute, or the text of the name in it, or its own text. */
void add_property(Walk *walk, Node *node, const Attributes *attributes) {
    static const char *const names[] = {
        "author", "creator", "datePublished", "dateModified", "publisher", "articleSection", "keywords",
    };
    static const char tag[] = "tag";
    const Bytes *values = attributes->values;
    Bytes name = is_one_of(values[REL], names, 1) ? values[REL] : values[ITEMPROP];
    bool is_tag = !is_one_of(values[REL], names, 1) && has_word(values[REL], tag);
    if (is_tag) name = (Bytes){(const uint8_t *)tag, sizeof tag - 1};
    if (walk->n_properties >= MAX_PROPERTIES || (!is_tag && !is_one_of(name, names, 7))) return;
    Bytes value = values[CONTENT].n > 0 ? values[CONTENT] : values[DATETIME];
    int64_t found = walk->strings.n;
    add_found(walk, F_PROPERTY, name, value);
    if (value.n == 0) {
        read_short_text(walk, node);
        append_folded(&walk->strings, points_of(&walk->joined), walk->joined.n, &walk->state);
    }
    if (walk->state != FINE) return;
    Found *last = (Found *)walk->found.data + walk->found.n - 1;
    last->value_end = walk->strings.n;
    int64_t size = last->value_end - last->name_end;
    if (size > 0 && size <= MAX_PROPERTY_CHARACTERS) {
        walk->n_properties++;
    } else {
        walk->found.n--;
        walk->strings.n = found;
    }
}

/* Reads the children of `head`, and the page's language. */
void read_head(Walk *walk, Node *root, Node *head) {
    if (root != NULL) {
        Attributes attributes = {0};
        read_attributes(walk, root, &attributes);
        add_found(walk, F_LANGUAGE, (Bytes){NULL, 0}, attributes.values[LANG]);
    }
    Node *node = head == NULL ? NULL : head->first_child;
    for (; node != NULL && walk->state == FINE; node = node->next) {
        uint32_t bits = tag_bits(walk, node);
        if (bits & T_TITLE) add_text_found(walk, F_TITLE, node);
        else if (bits & (T_META | T_LINK | T_SCRIPT)) add_meta(walk, node, bits, false);
    }
}
