/* Records the inline elements and the images of an HTML page while its blocks are cut: recorder.py in C. */
#include "html_walk.h"

/* Appends an item to a vector of its type; sets the walk's state without memory. */
#define APPEND(vector, type, ...) \
    do { \
        if (reserve(&(vector), 1, &walk->state)) ((type *)(vector).data)[(vector).n++] = (type){__VA_ARGS__}; \
    } while (0)

INLINE int64_t number_at(const Vector *numbers, int64_t at) { return ((int64_t *)numbers->data)[at]; }

static void append_string(Walk *walk, Bytes value) {
    append_utf8(&walk->recorded, value, &walk->state);
    APPEND(walk->recorded_ends, int64_t, walk->recorded.n);
}

/* Appends a link's target without white space around it; returns its number, -1 if there is none or it is too long. */
static int64_t append_target(Walk *walk, Bytes target) {
    Vector *points = &walk->scratch;
    points->n = 0;
    append_utf8(points, target, &walk->state);
    int64_t start = after_spaces(points_of(points), 0, points->n), end = before_spaces(points_of(points), start, points->n);
    if (start == end || end - start > MAX_ADDRESS || walk->state != FINE) return -1;
    append_points(&walk->recorded, points_of(points) + start, end - start, &walk->state);
    APPEND(walk->recorded_ends, int64_t, walk->recorded.n);
    return walk->recorded_ends.n - 1;
}

/* Returns the first `source` before the first image among the first nodes of a `picture`, for this image alone: each image
   of many would get a copy. NULL without one. */
static Node *source_of(Walk *walk, Node *image) {
    Node *picture = image->parent, *source = NULL;
    if (picture == NULL || !(tag_bits(walk, picture) & T_PICTURE)) return NULL;
    Node *at = picture->first_child;
    for (int k = 0; k < MAX_PICTURE_NODES && at != NULL; k++, at = at->next) {
        if (tag_bits(walk, at) & T_IMG) return at == image ? source : NULL;
        if (source == NULL && tag_bits(walk, at) & T_SOURCE) source = at;
    }
    return NULL;
}

/* Returns an address, or of one whose data are in the page only the scheme. */
static Bytes without_data(Bytes address) {
    static const char scheme[] = "data:";
    int64_t start = 0;
    while (start < address.n && (address.data[start] == ' ' || (address.data[start] >= 9 && address.data[start] <= 13))) start++;
    bool has_data = begins_with_word(address.data + start, address.n - start, scheme, (int64_t)sizeof(scheme) - 1);
    return has_data ? (Bytes){(const uint8_t *)scheme, (int64_t)sizeof(scheme) - 1} : address;
}

/* Appends what `choose_address` of images.py reads of an image; returns the number of the first string. */
static int64_t append_image(Walk *walk, Node *image) {
    static const int names[] = {WIDTH, HEIGHT, DATA_SRC, DATA_ORIGINAL, DATA_LAZY_SRC, SRC, DATA_SRCSET, SRCSET};
    int64_t number = walk->recorded_ends.n;
    Attributes attributes = {0};
    read_attributes(walk, image, &attributes);
    for (int k = 0; k < 8; k++) append_string(walk, without_data(attributes.values[names[k]]));
    Bytes description = attributes.values[ALT];
    Node *source = source_of(walk, image);
    if (source != NULL) read_attributes(walk, source, &attributes);
    append_string(walk, source == NULL ? (Bytes){NULL, 0} : attributes.values[SRCSET]);
    int64_t start = walk->recorded.n;
    append_utf8(&walk->recorded, description, &walk->state);
    walk->recorded.n = min_i64(walk->recorded.n, start + MAX_ALT);
    APPEND(walk->recorded_ends, int64_t, walk->recorded.n);
    return number;
}

/* Adds the number that a list begins with, if it is one; only Python reads digits outside of ASCII. */
static void append_start(Walk *walk, int64_t element, Bytes value) {
    Vector *points = &walk->scratch;
    points->n = 0;
    append_utf8(points, value, &walk->state);
    const point_t *text = points_of(points);
    int64_t start = after_spaces(text, 0, points->n), end = before_spaces(text, start, points->n), number = 0;
    bool is_number = start < end && end - start <= MAX_START_DIGITS;
    for (int64_t k = start; k < end && is_number; k++) {
        if (text[k] >= 0x80) walk->state = NOT_HERE;
        is_number = text[k] >= '0' && text[k] <= '9';
        number = 10 * number + (int64_t)text[k] - '0';
    }
    if (is_number) APPEND(walk->numbers_of, Numbered, element, number);
}

/* Reads how many columns or rows a cell is over: the digits at the start, at most MAX_CELL_SPAN; 1 without any. */
static int64_t read_span(Bytes value) {
    int64_t k = 0, span = 0;
    while (k < value.n && memchr(" \t\n\f\r", value.data[k], 5) != NULL) k++;
    if (k == value.n || value.data[k] < '0' || value.data[k] > '9') return 1;
    for (; k < value.n && value.data[k] >= '0' && value.data[k] <= '9'; k++) {
        span = min_i64(10 * span + value.data[k] - '0', MAX_CELL_SPAN);
    }
    return span;
}

/* Returns the size of a cell as in `Recording`; -1 for one column and row. */
static int64_t cell_size(const Attributes *attributes) {
    if (!HAS(attributes, COLSPAN) && !HAS(attributes, ROWSPAN)) return -1;
    int64_t columns = max_i64(1, read_span(attributes->values[COLSPAN])), rows = read_span(attributes->values[ROWSPAN]);
    return columns == 1 && rows == 1 ? -1 : rows * (MAX_CELL_SPAN + 1) + columns;
}

void add_cell_size(Walk *walk, int64_t element, const Attributes *attributes) {
    int64_t size = cell_size(attributes);
    if (size >= 0) APPEND(walk->numbers_of, Numbered, element, size);
}

void begin_recorded(Walk *walk, Node *node, Recorded tag, int64_t element, int64_t depth, const Attributes *attributes) {
    int64_t piece = walk->pieces.n;
    if (tag == R_IMG) {
        int64_t string = append_image(walk, node);
        APPEND(walk->images_of_run, Image, element, piece, string);
    } else if (tag == R_OL) {
        append_start(walk, element, attributes->values[START]);
    } else if (walk->open.n < MAX_OPEN) {
        int64_t string = tag == R_A ? append_target(walk, attributes->values[HREF]) : -1;
        if (tag == R_TD || tag == R_TH) {
            Attributes of_cell = {0};
            read_attributes(walk, node, &of_cell);
            string = cell_size(&of_cell);
        }
        if (tag != R_A || string >= 0) APPEND(walk->open, OpenMark, depth, piece, tag, string);
    }
}

void end_recorded(Walk *walk, int64_t depth) {
    OpenMark last = ((OpenMark *)walk->open.data)[walk->open.n - 1];
    if (last.depth != depth) return;
    walk->open.n--;
    bool is_cell = last.tag == R_TD || last.tag == R_TH;
    if (last.piece < walk->pieces.n || is_cell) APPEND(walk->marks, Mark, last.piece, walk->pieces.n, last.tag, last.string);
}

/* Counts the visible characters before each piece of the run and before each of its blocks, and notes where those of the
   blocks are. */
static void count_characters(Walk *walk, int64_t first, int64_t last) {
    int64_t count = 0;
    walk->counts.n = walk->before.n = walk->places.n = 0;
    APPEND(walk->counts, int64_t, 0);
    for (int64_t k = 0; k < walk->pieces.n; k++) {
        const Piece *piece = &pieces_of(walk)[k];
        count += (piece->before != 0 && !is_space(piece->before)) +
                 count_visible(text_of_piece(walk, piece), piece->end - piece->start);
        APPEND(walk->counts, int64_t, count);
    }
    APPEND(walk->before, int64_t, 0);
    for (int64_t k = first; k < last; k++) {
        Block block = ((Block *)walk->blocks.data)[k];
        const point_t *text = points_of(&walk->text);
        if (!reserve(&walk->places, block.end - block.start, &walk->state)) return;
        int64_t *places = walk->places.data;
        for (int64_t at = block.start; at < block.end; at++) {
            places[walk->places.n] = at - block.start;
            walk->places.n += !is_space(text[at]);
        }
        APPEND(walk->before, int64_t, walk->places.n);
    }
}

/* Adds the parts of a mark in the blocks of its run; a cell or an image without characters is in one of them. */
static void append_spans(Walk *walk, Mark mark, int64_t first_block) {
    if (walk->state != FINE) return;
    int64_t first = number_at(&walk->counts, mark.start), last = number_at(&walk->counts, mark.end);
    const int64_t *before = walk->before.data, *places = walk->places.data;
    int64_t n_blocks = walk->before.n - 1, low = 0, high = walk->before.n;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (before[middle] <= first) low = middle + 1;
        else high = middle;
    }
    int64_t k = min_i64(low, n_blocks) - 1;
    if (first == last && mark.tag >= R_TD) {
        Block block = ((Block *)walk->blocks.data)[first_block + k];
        int64_t at = first < before[k + 1] ? places[first] : block.end - block.start;
        APPEND(walk->spans, Span, first_block + k, at, at, mark.tag, mark.string);
    }
    for (; first < last && k < n_blocks && before[k] < last; k++) {
        int64_t start = max_i64(first, before[k]), end = min_i64(last, before[k + 1]);
        if (start < end) APPEND(walk->spans, Span, first_block + k, places[start], places[end - 1] + 1, mark.tag, mark.string);
    }
}

void record_run(Walk *walk, int64_t element, int64_t first) {
    int64_t n = walk->blocks.n, n_images = walk->images_of_run.n, n_open = walk->open.n;
    if (n_open + walk->marks.n + n_images == 0) return;
    bool has_blocks = n > first && walk->state == FINE;
    if (has_blocks) {
        APPEND(walk->runs, Run, first, n);
        count_characters(walk, first, n);
        for (int64_t k = 0; k < walk->marks.n; k++) append_spans(walk, ((Mark *)walk->marks.data)[k], first);
    }
    for (int64_t k = 0; k < n_images; k++) {
        Image image = ((Image *)walk->images_of_run.data)[k];
        Mark mark = {image.piece, image.piece, R_IMG, image.string};
        if (has_blocks && image.element == element) append_spans(walk, mark, first);
        else APPEND(walk->loose, Loose, first, image.element, image.string);
    }
    for (int64_t k = n_open - 1; k >= 0; k--) {
        OpenMark *open = (OpenMark *)walk->open.data + k;
        if (has_blocks) append_spans(walk, (Mark){open->piece, walk->pieces.n, open->tag, open->string}, first);
        open->piece = 0;
        if (has_blocks && (open->tag == R_TD || open->tag == R_TH)) open->string = GOES_ON;
    }
    walk->images_of_run.n = walk->marks.n = 0;
}
