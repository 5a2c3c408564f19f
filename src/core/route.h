#ifndef YW_CORE_ROUTE_H
#define YW_CORE_ROUTE_H
#include "core/req.h"
/* Finds the route for a method and an undecoded path; fills the decoded parameters (r->priv). *ret_other: some other method exists. */
const struct route *route_find(struct arena *a, str method, str path, str *ret_params, size_t *ret_n, bool *ret_other);
/* Tab-separated: method, path, right, object check, form, act, json. */
void routes_print(void);
#endif
