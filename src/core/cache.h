#ifndef YW_CORE_CACHE_H
#define YW_CORE_CACHE_H
/* Published guides as they were last drawn, for visitors who are not signed in: answered in the edge thread. Only pages of
 * routes marked ROUTE_CACHE that hold no form (so no token). An entry lives two seconds, or until an import commits; it is
 * never anything but a copy of what the store would give. */
#include "core/req_private.h"

/* The key of this request, or absent when it may not be answered from the cache. */
str cache_key(struct req *r);
/* True: the exchange has its answer. */
bool cache_answer(struct req *r);
/* After the page was drawn. */
void cache_keep(str key, str page);
void cache_forget(void);                         /* a catalogue changed */
#endif
