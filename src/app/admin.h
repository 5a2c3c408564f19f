#ifndef YW_APP_ADMIN_H
#define YW_APP_ADMIN_H
/* The admin listener (--admin): /metrics in Prometheus' text form, for the operator's network only. */
#include "web/edge.h"
struct engine;
struct edge_app admin_app(struct engine *e);
#endif
