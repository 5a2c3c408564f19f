#ifndef YW_BASE_JSON_H
#define YW_BASE_JSON_H
/* JSON. Reading is jansson's, strict: duplicate keys, U+0000 in strings, trailing text, invalid UTF-8, reals out of
 * range and more than 64 levels are refused. Writing is an append writer on a buf; it puts the commas itself. */
#include <jansson.h>
#include "base/buf.h"

/* Parses; the tree lives with the arena. On failure returns NULL and *ret_why says where and what (English, for the log). */
json_t *json_read(struct arena *a, str text, str *ret_why);
str json_get_str(const json_t *obj, const char *key);           /* absent when missing or not a string */
int64_t json_get_int(const json_t *obj, const char *key, int64_t otherwise);
bool json_get_bool(const json_t *obj, const char *key, bool otherwise);
str json_text(struct arena *a, const json_t *any);               /* compact, keys in their order, UTF-8 unescaped */

struct json { struct buf *b; uint8_t depth; bool comma[64]; };
void json_begin(struct json *j, struct buf *b);
void json_obj(struct json *j);   void json_obj_end(struct json *j);
void json_arr(struct json *j);   void json_arr_end(struct json *j);
void json_key(struct json *j, str key);
void json_str(struct json *j, str v);            /* absent writes null */
void json_int(struct json *j, int64_t v);
void json_id(struct json *j, int64_t v);         /* ids are strings */
void json_bool(struct json *j, bool v);
void json_none(struct json *j);                  /* null; the name json_null is jansson's */
void json_raw(struct json *j, str json_text);    /* already JSON */
void json_value(struct json *j, const json_t *v);
void json_escape(struct buf *b, str s);          /* the inside of a string, without quotes */
#endif
