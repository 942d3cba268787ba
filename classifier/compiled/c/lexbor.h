/* Reads the tree of an HTML page of lexbor, the parser in selectolax. lexbor.py has tested before that its nodes have this
   layout, and that the functions give what selectolax gives. */
#ifndef COPYDESK_LEXBOR_H
#define COPYDESK_LEXBOR_H

#include "core.h"

typedef struct Node Node;
typedef struct Attribute Attribute;

/* Any node, as lxb_dom_node_t. */
struct Node {
    void *events;
    uintptr_t name; /* the number of the tag, or of the attribute */
    uintptr_t prefix, space;
    void *document;
    Node *next, *prev, *parent, *first_child, *last_child;
    void *user;
    uint32_t type;
};

typedef struct { const uint8_t *data; size_t size; } LexborString;
typedef struct { Node node; LexborString text; } TextNode;
typedef struct { Node node; uintptr_t upper_name, whole_name; void *is; Attribute *first_attribute; } ElementNode;
typedef struct { ElementNode element; void *others[6]; Node *content; } TemplateNode;
struct Attribute { Node node; uintptr_t upper_name, whole_name; LexborString *value; Node *owner; Attribute *next; };

typedef const uint8_t *ToName(const void *node, size_t *size);

/* In the order of `FUNCTIONS` in lexbor.py. */
typedef struct {
    ToName *tag_name, *attribute_name;
} Lexbor;

#define ELEMENT_TYPE 1
#define FRAGMENT_TYPE 11
#define MAX_TAGS 256  /* tags with a fixed number are below; another number is an address */

/* Some bytes of the page, in UTF-8; without an address: an attribute that is missing or has no value. */
typedef struct {
    const uint8_t *data;
    int64_t n;
} Bytes;

INLINE Bytes text_of(const Node *node) {
    LexborString text = ((const TextNode *)node)->text;
    return (Bytes){text.data, text.data == NULL ? 0 : (int64_t)text.size};
}

INLINE Lexbor lexbor_of(const uint64_t *functions) {
    Lexbor lexbor;
    memcpy(&lexbor, functions, sizeof lexbor);
    return lexbor;
}

#endif
