#ifndef YW_WEB_TEXT_H
#define YW_WEB_TEXT_H
/* Texts of the rooms' text/zh.txt and text/en.txt, embedded by the view compiler. Ids: T_ROOM_KEY in the room's view header. */
#include "base/str.h"
enum lang { LANG_ZH, LANG_EN };
str text_get(int lang, int id);
/* By name at run time: `tt` tags, state words. Absent when there is none. */
str text_find(int lang, const char *room, str key);
/* The text with each {} replaced by the next argument (not escaped: for plain text; templates escape by themselves). */
str text_fill(struct arena *a, int lang, int id, const str *args, size_t n);
#endif
