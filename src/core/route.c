#include "core/route.h"

#include <stdio.h>
#include <string.h>

#include "web/form.h"

/* Walks pattern and path segment by segment. A literal segment wins over a parameter: the caller tries literals first. */
static bool matches(struct arena *a, const char *pattern, str path, str *params, size_t *ret_n, int *ret_literals)
{
    str want = str_c(pattern), have = path;
    *ret_n = 0;
    *ret_literals = 0;
    for (;;) {
        str w, h;
        want = str_cut(want, '/', &w);
        have = str_cut(have, '/', &h);
        if (w.n && w.p[0] == '{') {
            if (h.n == 0 || *ret_n == REQ_PARAMS || percent_decode(a, h, false, &params[*ret_n]))
                return false;
            ++*ret_n;
        } else {
            if (!str_eq(w, h))
                return false;
            ++*ret_literals;
        }
        if (str_none(want) || str_none(have))
            return str_none(want) && str_none(have);
    }
}

const struct route *route_find(struct arena *a, str method, str path, str *ret_params, size_t *ret_n, bool *ret_other)
{
    const struct route *best = NULL;
    int best_literals = -1;
    *ret_other = false;
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t j = 0; j < rooms[i]->n_routes; j++) {
            const struct route *t = &rooms[i]->routes[j];
            str params[REQ_PARAMS];
            size_t n;
            int literals;
            if (!matches(a, t->path, path, params, &n, &literals))
                continue;
            if (!str_is(method, t->method)) {
                *ret_other = true;
                continue;
            }
            if (literals > best_literals) {
                best = t;
                best_literals = literals;
                memcpy(ret_params, params, sizeof params);
                *ret_n = n;
            }
        }
    return best;
}

void routes_print(void)
{
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t j = 0; j < rooms[i]->n_routes; j++) {
            const struct route *t = &rooms[i]->routes[j];
            printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t->method, t->path, t->right,
                   strcmp(t->check_name, "NO_CHECK") && t->check ? t->check_name : "-", t->form ? t->form->name : "-", t->act,
                   t->face & FACE_JSON ? "yes" : "no");
        }
}
