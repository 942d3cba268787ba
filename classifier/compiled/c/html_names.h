/* Recognises hidden elements, and what inline elements are for, by their attributes. */
#ifndef COPYDESK_HTML_NAMES_H
#define COPYDESK_HTML_NAMES_H

#include "html_text.h"

typedef enum { NO_ROLE, SPOKEN, POPUP, TERM, KICKER } Role; /* as in hidden.py */

/* Returns the role of an element by its class names, as `hidden.role_of` does. */
Role role_of(Bytes classes, State *state);

/* Returns whether a style does not show its element, as `hidden.is_hidden` does. */
bool hides(Bytes style, State *state);

/* Returns whether an image may stand for a formula; it does wherever `formulas.read_image` finds one. */
bool may_be_formula(Bytes classes, Bytes address, Bytes description);

#endif
