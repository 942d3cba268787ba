/* Reads the tree of an HTML page through the functions that selectolax's library exports of lexbor, its parser.
   lexbor.py hands over their addresses, and has tested before that they give what selectolax gives. */
#ifndef COPYDESK_LEXBOR_H
#define COPYDESK_LEXBOR_H

#include "core.h"

typedef struct Node Node; /* an element, a text, a comment … or an attribute */
typedef Node *ToNode(Node *node);
typedef const uint8_t *ToName(Node *node, size_t *size);

/* In the order of `FUNCTIONS` in lexbor.py. */
typedef struct {
    ToNode *first_child, *last_child, *next, *prev, *parent, *first_attribute, *next_attribute;
    uintptr_t (*tag)(Node *node);
    uint32_t (*type)(Node *node);
    ToName *tag_name, *attribute_name, *attribute_value;
} Lexbor;

#define ELEMENT_TYPE 1
#define MAX_TAGS 256  /* tags with a fixed number are below; another number is an address */
#define TEXT_AT 96    /* bytes before the text of a text node: the size of lxb_dom_node_t */

/* Some bytes of the page, in UTF-8; without an address: an attribute that is missing or has no value. */
typedef struct {
    const uint8_t *data;
    int64_t n;
} Bytes;

INLINE Bytes text_of(const Node *node) {
    const uint8_t *data;
    size_t size;
    memcpy(&data, (const uint8_t *)node + TEXT_AT, sizeof data);
    memcpy(&size, (const uint8_t *)node + TEXT_AT + sizeof data, sizeof size);
    return (Bytes){data, data == NULL ? 0 : (int64_t)size};
}

INLINE Lexbor lexbor_of(const uint64_t *functions) {
    Lexbor lexbor;
    memcpy(&lexbor, functions, sizeof lexbor);
    return lexbor;
}

#endif
