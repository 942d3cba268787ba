/* Visits every node of an HTML page in its order, and cuts the page into blocks: the walk of html.py in C. Where it meets
   something rare that only the walk in Python can do, it says so, and the page is walked there. */
#include "html_walk.h"

typedef struct {
    Node *node;
    Action action;
    int64_t element; /* the block element around a node that begins one, and whether that is a heading */
    bool heading;
} Frame;

typedef struct {
    Walk *walk;
    Vector stack;
    int64_t element, in_link, in_pre, in_row;
    bool heading;
} Path;

static bool follows_break(Walk *walk, Node *node) {
    Node *before = node->prev;
    for (; before != NULL; before = before->prev) {
        uint32_t bits = tag_bits(walk, before);
        if (bits % 16 != A_TEXT && !(bits & T_COMMENT)) return bits & T_BREAK;
    }
    return false;
}

/* Returns whether a row is data and not page layout: it has a few cells, and no blocks in them. */
static bool is_data_row(Walk *walk, Node *row) {
    int64_t cells = 0;
    Node *at = row->first_child;
    for (Node *child = at; child != NULL && cells <= MAX_ROW_CELLS; child = child->next) {
        cells += tag_bits(walk, child) % 16 == A_CELL;
    }
    if (cells <= 1 || cells > MAX_ROW_CELLS) return false;
    while (at != row) {
        uint32_t bits = tag_bits(walk, at);
        if (bits & T_ENDS_ROW || (bits & T_BREAK && follows_break(walk, at))) return false;
        Node *child = at->first_child;
        if (child == NULL) {
            while (at != row && (child = at->next) == NULL) at = at->parent;
            if (at == row) break;
        }
        at = child;
    }
    return true;
}

static Action add_image(Walk *walk, Node *node) {
    Node *parent = node->parent;
    if (walk->visible || (parent != NULL && tag_bits(walk, parent) & T_PARAGRAPH)) {
        Attributes attributes = {0};
        read_attributes(walk, node, &attributes);
        const Bytes *values = attributes.values;
        if (may_be_formula(values[CLASS], values[SRC], values[ALT])) walk->state = NOT_HERE;
    }
    walk->images++;
    return A_INSIDE;
}

static bool holds_article(const Walk *walk, const Node *node) {
    int64_t first = 0, last = walk->n_articles;
    while (first < last) {
        int64_t middle = first + (last - first) / 2;
        if (walk->articles[middle] < (uint64_t)(uintptr_t)node) first = middle + 1;
        else last = middle;
    }
    return first < walk->n_articles && walk->articles[first] == (uint64_t)(uintptr_t)node;
}

/* Adds a template, and returns what the walk does with it. */
static Action add_template(Walk *walk, Node *node) {
    Attributes attributes = {0};
    read_attributes(walk, node, &attributes);
    if (HAS(&attributes, SHADOWROOTMODE) || holds_article(walk, node)) return A_BLOCK;
    walk->has_template = true;
    while (node->parent != NULL) node = node->parent;
    if (node->type == FRAGMENT_TYPE) walk->state = NOT_HERE; /* it is in a template, where nobody has looked */
    return A_SKIPPED;
}

/* Returns the first node in a template, whose content is not among its children. */
static Node *first_in_template(const Node *node) {
    const Node *content = ((const TemplateNode *)node)->content;
    return content == NULL ? NULL : content->first_child;
}

/* Adds a node that is neither text nor inline nor a block, and returns what the walk does with it. */
static Action add_other(Walk *walk, Node *node, uint32_t bits, bool in_row) {
    Action action = (Action)(bits % 16);
    if (bits & T_IMG) return add_image(walk, node);
    if (action == A_IMAGE) return A_INSIDE;
    if (bits & (T_META | T_LINK | T_SCRIPT)) {
        add_meta(walk, node, bits, true);
    } else if (action == A_FORMULA) {
        walk->state = NOT_HERE;
    } else if (action == A_TEMPLATE) {
        return add_template(walk, node);
    } else if (action == A_BREAK || (action == A_CELL && in_row)) {
        add_mark(walk, action == A_BREAK ? LINE_END : CELL_END);
        return A_INSIDE;
    } else if (action == A_CELL) {
        return A_BLOCK;
    }
    return A_SKIPPED;
}

/* Begins an element that begins a block: adds its names and microdata. */
static int64_t add_element(Walk *walk, Node *node, uint32_t bits, const Attributes *attributes, int64_t parent) {
    static const char hidden[] = "hidden-part";
    int64_t number = walk->elements.n, start = walk->names.n, size = (int64_t)sizeof(hidden) - 1;
    bool is_inline = bits % 16 == A_INLINE || bits % 16 == A_LINK, unseen = false;
    append_names(walk, &walk->names, attributes);
    if (attributes->count > 1 || (attributes->count == 1 && !HAS(attributes, CLASS))) {
        if (HAS(attributes, ITEMPROP)) add_property(walk, node, attributes);
        Bytes aria = attributes->values[ARIA_HIDDEN];
        int64_t end = walk->names.n - size;
        bool is_named = end >= start;
        for (int64_t k = 0; k < size && is_named; k++) is_named = points_of(&walk->names)[end + k] == (point_t)hidden[k];
        unseen = is_named || (aria.n == 4 && memcmp(aria.data, "true", 4) == 0);
    }
    unseen |= bits & T_FEW_SEE && !HAS(attributes, SHADOWROOTMODE) && !HAS(attributes, OPEN);
    if (unseen && reserve(&walk->unseen, 1, &walk->state)) ((int64_t *)walk->unseen.data)[walk->unseen.n++] = number;
    return begin_element(walk, is_inline ? walk->span : tag_number(walk, node), parent);
}

/* Enters a node that is not skipped. */
static void enter(Path *path, Node *node, uint32_t bits, Action action, const Attributes *attributes) {
    Walk *walk = path->walk;
    if (!reserve(&path->stack, 1, &walk->state)) return;
    if (action >= A_BLOCK && walk->elements.n >= walk->max_elements) {
        add_mark(walk, ' ');
        action = A_INSIDE;
    }
    if (action == A_ROW && (path->in_row > 0 || !is_data_row(walk, node))) action = A_BLOCK;
    Recorded recorded = walk->records ? RECORDED(bits) : R_NOT;
    int64_t depth = path->stack.n++;
    ((Frame *)path->stack.data)[depth] = (Frame){node, action, path->element, path->heading};
    path->in_link += action == A_LINK;
    if (action < A_BLOCK) {
        if (recorded != R_NOT) begin_recorded(walk, node, recorded, path->element, depth, attributes);
        return;
    }
    if (walk->pieces.n > 0) end_run(walk, path->element, path->heading, path->in_pre > 0);
    path->in_pre += action == A_PRE;
    path->in_row += action == A_ROW;
    path->element = add_element(walk, node, bits, attributes, path->element);
    path->heading = bits & T_HEADING;
    if (recorded == R_OL) begin_recorded(walk, node, recorded, path->element, depth, attributes);
    if (recorded == R_TD || recorded == R_TH) add_cell_size(walk, path->element, attributes);
}

/* Leaves the node that was entered last, and returns the one after it. */
static Node *leave(Path *path) {
    Walk *walk = path->walk;
    Frame frame = ((Frame *)path->stack.data)[--path->stack.n];
    path->in_link -= frame.action == A_LINK;
    if (frame.action >= A_BLOCK) {
        if (walk->pieces.n > 0) end_run(walk, path->element, path->heading, path->in_pre > 0);
        path->in_pre -= frame.action == A_PRE;
        path->in_row -= frame.action == A_ROW;
        ((Element *)walk->elements.data)[path->element].last = walk->blocks.n;
        path->element = frame.element;
        path->heading = frame.heading;
    }
    if (walk->open.n > 0) end_recorded(walk, path->stack.n);
    return frame.node->next;
}

/* Adds a node, and returns what the walk does with it. */
static Action add_node(Path *path, Node *node, uint32_t bits, Attributes *attributes) {
    Walk *walk = path->walk;
    Action action = (Action)(bits % 16);
    bool in_link = path->in_link > 0;
    if (action == A_TEXT) {
        add_text(walk, text_of(node), path->in_pre > 0, in_link);
        return A_SKIPPED;
    }
    if (action < A_INLINE || action == A_CELL || action == A_TEMPLATE) {
        action = add_other(walk, node, bits, path->in_row > 0);
        if (action == A_BLOCK) read_attributes(walk, node, attributes);
        return action;
    }
    read_attributes(walk, node, attributes);
    if (action < A_BLOCK) return add_inline(walk, node, action, attributes, in_link);
    if (!walk->visible || !(bits & T_NOSCRIPT || is_hidden(walk, attributes))) return action;
    return add_hidden(walk, node, attributes, in_link) == A_SKIPPED ? A_SKIPPED : action;
}

static void walk_body(Walk *walk, Node *body) {
    Path path = {.walk = walk, .stack = {.item = sizeof(Frame)}};
    Attributes attributes = {0};
    begin_element(walk, tag_number(walk, body), -1);
    begin_run(walk);
    Node *node = body->first_child;
    while (walk->state == FINE && (node != NULL || path.stack.n > 0)) {
        if (node == NULL) {
            node = leave(&path);
            continue;
        }
        uint32_t bits = tag_bits(walk, node);
        Action action = add_node(&path, node, bits, &attributes);
        if (action > A_SKIPPED) {
            enter(&path, node, bits, action, &attributes);
            node = bits % 16 == A_TEMPLATE ? first_in_template(node) : node->first_child;
        } else {
            node = node->next;
        }
    }
    if (walk->state == FINE) {
        end_run(walk, path.element, path.heading, path.in_pre > 0);
        ((Element *)walk->elements.data)[0].last = walk->blocks.n;
    }
    if (path.stack.owned) free(path.stack.data);
}

/* Keeps the hidden elements with a long block that are in no other one. */
static void keep_outermost(Walk *walk) {
    const Block *blocks = walk->blocks.data;
    int64_t done = 0;
    for (int64_t k = 0; k < walk->unseen.n; k++) {
        int64_t number = ((int64_t *)walk->unseen.data)[k];
        Element element = ((Element *)walk->elements.data)[number];
        if (element.first < done || element.first >= element.last) continue;
        done = element.last;
        bool found = false;
        for (int64_t b = element.first; b < element.last; b++) found |= blocks[b].end - blocks[b].start >= MIN_COPY;
        if (!found || !reserve(&walk->hidden, 1, &walk->state)) continue;
        ((Hidden *)walk->hidden.data)[walk->hidden.n++] = (Hidden){number, element.first, element.last};
    }
}

static void walk_page(Walk *walk, const uint64_t *nodes) {
    Node *places[3];
    memcpy(places, nodes, sizeof places);
    while (walk->span < MAX_TAGS - 1 && !(walk->tags[walk->span] & T_SPAN)) walk->span++;
    read_head(walk, places[0], places[1]);
    walk_body(walk, places[2]);
    if (walk->has_template) add_found(walk, F_TEMPLATE, (Bytes){NULL, 0}, (Bytes){NULL, 0});
    if (walk->state == FINE) keep_outermost(walk);
    if (walk->state == FINE && walk->hidden.n > 0) leave_out_copies(walk);
}

static const int64_t ITEMS[N_VECTORS] = {
    sizeof(Element), sizeof(Block), sizeof(Found), sizeof(Hidden), sizeof(Span), sizeof(Run), sizeof(Loose), sizeof(Numbered), 8,
    4, 4, 4, 4, 4, 4, /* what the walk returns */
    8, 8, 8, 4, 4, 4, 4, sizeof(Piece), sizeof(Aside), sizeof(Spoken), /* from `unseen` on */
    sizeof(OpenMark), sizeof(Mark), sizeof(Image), 8, 8, 8, 4, sizeof(Sentence), 8, 1,
};

EXPORT int64_t cd_walk_html(const uint64_t *functions, const uint32_t *tags, const uint8_t *classes, int64_t n_classes,
                            const uint64_t *articles, int64_t n_articles, int64_t max_elements, int64_t records,
                            const uint64_t *nodes, int64_t *sizes, const uint64_t *outputs) {
    Walk *walk = calloc(1, sizeof(Walk));
    if (walk == NULL) return OUT_OF_MEMORY;
    walk->lexbor = lexbor_of(functions);
    walk->tags = tags;
    walk->classes = classes;
    walk->n_classes = n_classes;
    walk->articles = articles;
    walk->n_articles = n_articles;
    walk->max_elements = max_elements;
    walk->records = records != 0;
    void *memory[N_OUTPUTS];
    memcpy(memory, outputs, sizeof memory);
    for (int k = 0; k < N_VECTORS; k++) {
        bool given = k < N_OUTPUTS;
        walk->vectors[k] = (Vector){given ? memory[k] : NULL, 0, given ? sizes[k] : 0, ITEMS[k], false};
    }
    walk_page(walk, nodes);
    int64_t answer = walk->state == NO_MEMORY ? OUT_OF_MEMORY : (int64_t)walk->state;
    for (int k = 0; k < N_VECTORS; k++) {
        Vector *vector = &walk->vectors[k];
        if (k < N_OUTPUTS) sizes[k] = vector->n;
        if (k < N_OUTPUTS && vector->owned && answer == FINE) answer = TOO_LITTLE_ROOM;
        if (vector->owned) free(vector->data);
    }
    free(walk);
    return answer;
}
