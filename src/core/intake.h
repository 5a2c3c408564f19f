#ifndef YW_CORE_INTAKE_H
#define YW_CORE_INTAKE_H
/* What happens to a request in the edge thread: route, faces, cookies, declared input, same origin. Nothing here blocks. */
#include "core/req_private.h"

/* head(): EDGE_ANSWERED for what needs no thread (static files, refusals), else EDGE_READ_BODY with x->app a struct req. */
int intake_head(struct engine *e, struct exchange *x);
/* body(): decodes; a fault is left in r->priv->failure for the reader thread to show. */
void intake_body(struct req *r);
#endif
