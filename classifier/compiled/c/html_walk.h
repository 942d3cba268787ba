/* The state of a walk through an HTML page: its elements and blocks so far, and the run that is being collected. */
#ifndef COPYDESK_HTML_WALK_H
#define COPYDESK_HTML_WALK_H

#include "html_names.h"

/* Limits, as in html.py, block_builder.py, hidden.py and head.py. */
#define MAX_ROW_CELLS 40
#define MAX_INLINE 4
#define MAX_NAMES 400
#define MAX_HREF 300
#define MIN_KICKER 3
#define MAX_KICKERS 4
#define MAX_UNSEEN 8
#define MIN_COPY 50
#define BEGINNING 30
#define MAX_PROBES 64 /* places of a table that are looked at for one text */
#define MAX_ASIDE_NODES 20
#define MIN_EXPLANATION 4
#define MAX_PROPERTIES 30
#define MAX_PROPERTY_CHARACTERS 200
#define MAX_PROPERTY_NODES 30

/* Limits, as in recorder.py. */
#define MAX_ADDRESS 2000
#define MAX_ALT 1000
#define MAX_OPEN 50
#define MAX_START_DIGITS 8
#define MAX_PICTURE_NODES 100
#define MAX_CELL_SPAN 1000
#define GOES_ON (-2) /* the size of a cell's parts after its first */

/* What a tag does, in the lower four bits of its entry in the table of tags; as in tags.py. */
typedef enum {
    A_TEXT, A_SKIPPED, A_BREAK, A_INSIDE, A_IMAGE, A_FORMULA, A_INLINE, A_LINK, A_CELL, A_TEMPLATE, A_BLOCK, A_PRE, A_ROW
} Action;

/* What else a tag is, in the bits above; in the order of `KINDS` in lexbor.py. */
enum {
    T_NAMED = 1 << 4, T_HEADING = 1 << 5, T_ENDS_ROW = 1 << 6, T_PARAGRAPH = 1 << 7, T_BREAK = 1 << 8, T_IMG = 1 << 9,
    T_META = 1 << 10, T_LINK = 1 << 11, T_SCRIPT = 1 << 12, T_TIME = 1 << 13, T_TITLE = 1 << 14, T_COMMENT = 1 << 15,
    T_UNREAD = 1 << 16, T_FEW_SEE = 1 << 17, T_NOSCRIPT = 1 << 18, T_SPAN = 1 << 19, T_MATH = 1 << 20, T_PICTURE = 1 << 21,
    T_SOURCE = 1 << 22
};

/* Under which tag an element is recorded, in the bits above those; in the order of `TAGS` in structure.py. */
typedef enum { R_NOT, R_A, R_EM, R_STRONG, R_CODE, R_TD, R_TH, R_IMG, R_OL } Recorded;

#define RECORDED(bits) ((Recorded)((bits) >> 24))

/* What an entry of `found` is; in the order of `FOUND` in lexbor.py. */
enum { F_TAG, F_TITLE, F_LANGUAGE, F_META, F_CANONICAL, F_JSON_LD, F_TIME, F_PROPERTY, F_TEMPLATE };

typedef struct { int64_t tag, parent, first, last, names_end; } Element;
typedef struct { int64_t start, end, element, link_chars, links, images, inline_end, href_end; } Block;
typedef struct { int64_t kind, block, name_end, value_end; } Found;
typedef struct { int64_t element, first, last; } Hidden;
typedef struct { uint64_t hash; int64_t start, n, count; } Sentence; /* characters of the text, in a table */

/* What is recorded: a string is the number of the first one of an element in `recorded_ends`. */
typedef struct { int64_t block, start, end, tag, string; } Span; /* characters of a block */
typedef struct { int64_t first, last; } Run;                     /* the blocks of a run that has spans */
typedef struct { int64_t before, element, string; } Loose;       /* an image in no block */
typedef struct { int64_t element, number; } Numbered;            /* the first number of a list, a cell's size */
typedef struct { int64_t depth, piece, tag, string; } OpenMark;  /* an element that was begun in this run or before */
typedef struct { int64_t start, end, tag, string; } Mark;        /* pieces of the run in one inline element */
typedef struct { int64_t element, piece, string; } Image;        /* an image of the run */

/* Some characters of the run, or of its notes: spoken text and asides. `before` comes first, if it is not 0. */
typedef struct {
    int64_t start, end;
    point_t before;
    bool noted;
} Piece;

typedef struct { int64_t tag, names_start, names_end, text_start, text_end; bool is_link; } Aside;
typedef struct { int64_t piece, start, end; bool in_link; } Spoken;

/* The bits of a character in the table of classes, for those below 0x10000. */
enum { ALNUM = 1, UPPER = 2, LOWER = 4, ALPHA = 8, TITLE = 16 };

#define ROLE_CACHE 64
#define NAME_CACHE 64
#define N_OUTPUTS 15
#define N_VECTORS 36

typedef struct {
    Lexbor lexbor;
    const uint32_t *tags;
    int64_t max_elements; /* MAX_ELEMENTS of block_builder.py */
    const uint8_t *classes; /* empty until it is needed, as it takes time to make */
    int64_t n_classes;
    const uint64_t *articles; /* addresses of the templates that hold an article, from the lowest on */
    int64_t n_articles;
    State state;
    bool records; /* whether inline elements and images are recorded */

    union {
        struct {
            Vector elements, blocks, found, hidden, spans, runs, loose, numbers_of, recorded_ends; /* what the walk returns */
            Vector text, names, inlines, hrefs, strings, recorded;
            Vector unseen;                                                                /* numbers of hidden elements */
            Vector gaps, kickers, run, notes, joined, inline_run, pieces, asides, spoken; /* of the run */
            Vector open, marks, images_of_run, counts, before, places; /* of the recording */
            Vector scratch;
            Vector sentences, numbers, left_out; /* of hidden copies */
        };
        Vector vectors[N_VECTORS];
    };
    int64_t link_chars, links, images, n_inline, n_properties;
    bool visible, broken;
    bool mixed; /* whether the run's text is more than its pieces one after the other: `join_pieces` puts it together */
    int64_t span; /* the number of the tag `span` */
    Bytes link, href; /* the target of the link that was opened last, and the first one of the run; at most MAX_HREF */
    struct { Bytes classes; Role role; } roles[ROLE_CACHE];
    struct { uintptr_t name; int place; } attribute_names[NAME_CACHE]; /* no name has the number 0 */
    bool has_template; /* whether there is one that is not known to hold an article */
} Walk;

/* The values of the attributes of an element that the walk looks at. */
enum {
    CLASS, ID, ROLE, ITEMPROP, ITEMTYPE, TESTID, ARIA_LABEL, STYLE, HIDDEN, HREF, REL, ARIA_HIDDEN, DATETIME, CONTENT, ALT,
    SRC, OPEN, SHADOWROOTMODE, PROPERTY, NAME, HTTP_EQUIV, TYPE, LANG, START, WIDTH, HEIGHT, DATA_SRC, DATA_ORIGINAL,
    DATA_LAZY_SRC, DATA_SRCSET, SRCSET, COLSPAN, ROWSPAN, N_ATTRIBUTES
};

typedef struct {
    Bytes values[N_ATTRIBUTES];
    uint64_t present; /* a bit for each */
    int64_t count; /* of all attributes */
} Attributes;

#define HAS(attributes, name) ((attributes)->present >> (name) & 1)

/* html_attributes.c */
/* Reads a node's attributes in place of those that were read before, or of none. */
void read_attributes(Walk *walk, Node *node, Attributes *attributes);
bool is_hidden(Walk *walk, const Attributes *attributes);
void append_names(Walk *walk, Vector *points, const Attributes *attributes);
uint32_t tag_bits(Walk *walk, Node *node);
bool begins_folded(Walk *walk, Bytes value, const char *word, bool whole);
bool is_media_type(Walk *walk, Bytes value, const char *type);

/* html_runs.c */
void begin_run(Walk *walk);
void end_run(Walk *walk, int64_t element, bool heading, bool in_pre);
void add_text(Walk *walk, Bytes text, bool in_pre, bool in_link);
void add_mark(Walk *walk, point_t mark);
void add_aside(Walk *walk, Node *node, const Attributes *attributes, const Vector *text, bool is_link, bool parts_words);
void add_spoken(Walk *walk, const Vector *text, bool in_link);
void add_kicker(Walk *walk, const Vector *text, bool in_link);
int64_t begin_element(Walk *walk, int64_t tag, int64_t parent);
int64_t tag_number(Walk *walk, Node *node);

INLINE Piece *pieces_of(const Walk *walk) { return walk->pieces.data; }

INLINE const point_t *text_of_piece(const Walk *walk, const Piece *piece) {
    return points_of(piece->noted ? &walk->notes : &walk->run) + piece->start;
}

/* html_recording.c */
/* Begins an inline element, or adds an image or the start of a list; `depth` elements are open around it. */
void begin_recorded(Walk *walk, Node *node, Recorded tag, int64_t element, int64_t depth, const Attributes *attributes);
/* Adds the size of a cell that begins a block, if it is over several columns or rows. */
void add_cell_size(Walk *walk, int64_t element, const Attributes *attributes);
/* Ends the element that was begun last, if it is the one at this depth. */
void end_recorded(Walk *walk, int64_t depth);
/* Records the run of an element, which was cut into the blocks from `first` on. */
void record_run(Walk *walk, int64_t element, int64_t first);

/* html_copies.c */
/* Leaves out hidden blocks that are copies of shown ones. Keeps `hidden` only where Python has to decide. */
void leave_out_copies(Walk *walk);

/* html_lines.c */
void fill_gaps(Walk *walk);
void part_heading(Walk *walk);
void join_pieces(Walk *walk);

/* html_asides.c */
bool read_aside(Walk *walk, Node *node);
Action add_inline(Walk *walk, Node *node, Action action, const Attributes *attributes, bool in_link);
Action add_hidden(Walk *walk, Node *node, const Attributes *attributes, bool is_link);

/* html_found.c */
void read_head(Walk *walk, Node *root, Node *head);
void add_meta(Walk *walk, Node *node, uint32_t bits, bool in_body);
void add_property(Walk *walk, Node *node, const Attributes *attributes);
void add_found(Walk *walk, int64_t kind, Bytes name, Bytes value);

#endif
