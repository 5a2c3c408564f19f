#include "core/access.h"

#include <string.h>

#include "base/log.h"

/* Built once at start; read-only afterwards. */
static const struct right *table[64];
static size_t table_n;

static int bit_of(const char *right)
{
    for (size_t i = 0; i < table_n; i++)
        if (!strcmp(table[i]->name, right))
            return (int)i;
    return -1;
}

static void check_routes(const struct room *room)
{
    for (size_t i = 0; i < room->n_routes; i++) {
        const struct route *t = &room->routes[i];
        if (!t->path || !t->right || !t->run || !t->act || !t->check_name)
            die("access", "room %s: route %zu has an empty column", room->name, i);
        if (strcmp(t->right, PUBLIC) && strcmp(t->right, SIGNED_IN) && bit_of(t->right) < 0)
            die("access", "%s %s: no room declares the right %s", t->method, t->path, t->right);
    }
}

void access_build(void)
{
    table_n = 0;
    for (size_t i = 0; i < rooms_n; i++)
        for (size_t j = 0; j < rooms[i]->n_rights; j++) {
            if (bit_of(rooms[i]->rights[j].name) >= 0 || table_n == 64)
                die("access", "right %s: declared twice, or more than 64 rights", rooms[i]->rights[j].name);
            table[table_n++] = &rooms[i]->rights[j];
        }
    for (size_t i = 0; i < rooms_n; i++)
        check_routes(rooms[i]);
}

static bool names(const char *roles, str role)
{
    str rest = str_c(roles), one;
    while (!str_none(rest)) {
        rest = str_cut(rest, ' ', &one);
        if (str_eq(one, role))
            return true;
        if (str_is(one, "*") && !str_is(role, "citizen") && !str_is(role, "agent"))
            return true;
    }
    return false;
}

uint64_t access_of_role(str role)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < table_n; i++)
        if (names(table[i]->roles, role))
            bits |= (uint64_t)1 << i;
    return bits;
}

bool access_allows(const struct who *who, const char *right)
{
    if (!strcmp(right, PUBLIC))
        return true;
    if (who->person_id == DB_NONE)
        return false;
    if (!strcmp(right, SIGNED_IN))
        return true;
    int bit = bit_of(right);
    return bit >= 0 && (who->rights >> bit & 1);
}
