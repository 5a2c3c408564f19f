#ifndef YW_WEB_EDGE_PRIVATE_H
#define YW_WEB_EDGE_PRIVATE_H
/* Shared by edge.c and multipart.c only. */
#include <microhttpd.h>

#include "web/edge.h"

enum { X_NEW, X_READING, X_TAKEN, X_ANSWERED };
struct exchange_private {
    struct edge *edge;
    struct MHD_Connection *conn;
    int state;
    bool target_bad, close_after;
    int64_t received, deadline_step;
    int body_error;                              /* the status to refuse with once the body has been read */
    struct multipart *multipart;
};
int multipart_begin(struct exchange *x, struct MHD_Connection *c);   /* 0, or the content type is not readable */
void multipart_data(struct exchange *x, const char *data, size_t n); /* sets body_error */
void multipart_end(struct exchange *x);                              /* the body is complete */
void multipart_drop(struct exchange *x);
#endif
