#ifndef YW_CORE_TREE_H
#define YW_CORE_TREE_H
/* JSON texts that never change (a published version of a guide), parsed once and shared by all requests: parsing such a text
 * costs more than everything else a submission does. name: 33 bytes, a letter for the kind and the SM3 of the text, so an
 * entry can never be stale. Who gets a tree only reads it. It lives with `a`. */
#include <jansson.h>

#include "base/arena.h"
#include "base/str.h"

json_t *tree_find(struct arena *a, str name);            /* NULL: not here, read the text and tree_read it */
json_t *tree_read(struct arena *a, str name, str text);  /* NULL: the text cannot be read */
#endif
