/* Inline elements of an HTML page: links, hidden remarks, text for screen readers, explanations, kickers. */
#include "html_walk.h"

/* Puts the text of a small element without blocks and with one line and one link at most to `joined`; returns false for
   any other element. */
bool read_aside(Walk *walk, Node *node) {
    Node *left[2 * MAX_ASIDE_NODES + 4] = {node->first_child};
    Vector *text = &walk->joined;
    int64_t n = 1, count = 0, breaks = 0, links = 0;
    text->n = 0;
    while (n > 0) {
        Node *inner = left[--n];
        if (inner == NULL) continue;
        uint32_t action = tag_bits(walk, inner) % 16;
        count++;
        breaks += action == A_BREAK;
        links += action == A_LINK;
        if (count > MAX_ASIDE_NODES || action > A_LINK || breaks > 1 || links > 1) return false;
        left[n++] = inner->next;
        if (action == A_TEXT) append_utf8(text, text_of(inner), &walk->state);
        else if (action == A_BREAK) append_point(text, ' ', &walk->state);
        else if (action != A_SKIPPED) left[n++] = inner->first_child;
    }
    return true;
}

/* Returns whether an element only wraps MathML. */
static bool holds_formula(Walk *walk, Node *node) {
    Node *child = node->first_child;
    for (int k = 0; k < 3 && child != NULL; k++) {
        if (tag_bits(walk, child) & T_MATH) break;
        child = child->first_child;
    }
    return child != NULL && tag_bits(walk, child) & T_MATH;
}

static bool is_text(Walk *walk, Node *node) { return node != NULL && tag_bits(walk, node) % 16 == A_TEXT; }

/* Adds a hidden element inside a line as an aside; one with blocks inside or with much text is a block.
   Where text is on both sides of it, a word may go on after it. Elements are often set apart by a style sheet. */
Action add_hidden(Walk *walk, Node *node, const Attributes *attributes, bool is_link) {
    if (holds_formula(walk, node)) walk->state = NOT_HERE;
    bool small = walk->visible && walk->state == FINE && read_aside(walk, node);
    if (!small || walk->elements.n + walk->asides.n >= walk->max_elements) return A_BLOCK;
    add_aside(walk, node, attributes, &walk->joined, is_link, !(is_text(walk, node->prev) && is_text(walk, node->next)));
    return A_SKIPPED;
}

static int64_t count_words(const Vector *text) {
    int64_t count = 0;
    bool in_word = false;
    for (int64_t k = 0; k < text->n; k++) {
        bool space = is_space(points_of(text)[k]);
        count += !space && !in_word;
        in_word = !space;
    }
    return count;
}

/* Adds an inline element that is read out, explains a term or is a kicker. */
static Action add_by_role(Walk *walk, Role role, Node *node, const Attributes *attributes, bool in_link) {
    if (!read_aside(walk, node)) return A_INSIDE;
    const Vector *text = &walk->joined;
    int64_t words = count_words(text);
    if (words == 0) return A_INSIDE;
    if (role == SPOKEN) add_spoken(walk, text, in_link);
    else if (role == KICKER) add_kicker(walk, text, in_link);
    else if (walk->visible && (role == POPUP || words >= MIN_EXPLANATION)) add_aside(walk, node, attributes, text, in_link, true);
    else return A_INSIDE;
    return A_SKIPPED;
}

/* Looks up the role of class names, which few pages have many of. */
static Role cached_role(Walk *walk, Bytes classes) {
    uint32_t hash = (uint32_t)classes.n;
    for (int64_t k = 0; k < min_i64(classes.n, 32); k++) hash = hash * 31 + classes.data[k];
    uint32_t place = mix32(hash) % ROLE_CACHE;
    Bytes known = walk->roles[place].classes;
    if (known.n == classes.n && memcmp(known.data, classes.data, (size_t)classes.n) == 0) return walk->roles[place].role;
    Role role = role_of(classes, &walk->state);
    walk->roles[place].classes = classes;
    walk->roles[place].role = role;
    return role;
}

/* Keeps the tag and names of one of the run's first inline elements. */
static void add_inline_names(Walk *walk, Node *node, const Attributes *attributes) {
    if (walk->n_inline >= MAX_INLINE) return;
    Vector *names = &walk->inline_run;
    size_t size = 0;
    const uint8_t *tag = walk->lexbor.tag_name(node, &size);
    if (walk->n_inline++ > 0) append_point(names, ' ', &walk->state);
    append_utf8(names, (Bytes){tag, tag == NULL ? 0 : (int64_t)size}, &walk->state);
    append_point(names, ' ', &walk->state);
    append_utf8(names, attributes->values[CLASS], &walk->state);
    append_point(names, ' ', &walk->state);
    append_utf8(names, attributes->values[ITEMPROP], &walk->state);
}

/* Returns the first characters of a target. */
static Bytes cut_target(Bytes target) {
    int64_t k = 0, count = 0;
    for (; k < target.n; k++) {
        count += (target.data[k] & 0xC0) != 0x80;
        if (count > MAX_HREF) break;
    }
    return (Bytes){target.data, k};
}

static bool is_equal(Bytes value, const char *word) {
    return value.n == (int64_t)strlen(word) && memcmp(value.data, word, (size_t)value.n) == 0;
}

static bool is_class_space(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r';
}

/* Returns whether one of the class names is "br". */
static bool is_named_break(Bytes classes) {
    for (int64_t k = 0; k + 1 < classes.n; k++) {
        bool starts = k == 0 || is_class_space(classes.data[k - 1]);
        bool ends = k + 2 == classes.n || is_class_space(classes.data[k + 2]);
        if (starts && ends && classes.data[k] == 'b' && classes.data[k + 1] == 'r') return true;
    }
    return false;
}

/* Adds an inline element, and returns what the walk does with it: a link, a hidden block, or nothing special. */
Action add_inline(Walk *walk, Node *node, Action action, const Attributes *attributes, bool in_link) {
    add_inline_names(walk, node, attributes);
    if (attributes->count == 0) return A_INSIDE;
    const Bytes *values = attributes->values;
    Bytes target = action == A_LINK ? values[HREF] : (Bytes){NULL, 0};
    if (tag_bits(walk, node) & T_TIME && values[DATETIME].n > 0) {
        add_found(walk, F_TIME, (Bytes){NULL, 0}, values[DATETIME]);
    }
    if (HAS(attributes, ITEMPROP) || HAS(attributes, REL)) add_property(walk, node, attributes);
    if (is_equal(values[ROLE], "tooltip")) return add_by_role(walk, POPUP, node, attributes, in_link);
    if (is_hidden(walk, attributes)) return add_hidden(walk, node, attributes, in_link || target.data != NULL);
    if (values[CLASS].n > 0 && target.n == 0) {
        if (node->first_child == NULL && is_named_break(values[CLASS])) {
            add_mark(walk, LINE_END);
            return A_INSIDE;
        }
        Role role = cached_role(walk, values[CLASS]);
        if (role != NO_ROLE) return add_by_role(walk, role, node, attributes, in_link);
    }
    if (target.n == 0) return A_INSIDE;
    walk->links++;
    walk->link = cut_target(target);
    if (walk->href.n == 0) walk->href = walk->link;
    return A_LINK;
}
