/* `yiwang item lint`: a line per finding, tab-separated: item, field, rule, wording, how to mend. */
#include <stdio.h>

#include "app/commands.h"
#include "app/serve.h"
#include "base/arena.h"
#include "base/fault.h"
#include "db/db.h"
#include "rooms/item/item.h"

enum { ITEMS_AT_ONCE = 100 };

struct lint { int64_t items, bad, findings; };

/* A text of the catalogue in one cell. */
static void cell(str s, char end)
{
    for (size_t i = 0; i < s.n; i++)
        putchar((unsigned char)s.p[i] < 0x20 ? ' ' : s.p[i]);
    putchar(end);
}

static void print(struct lint *l, str code, const struct item_finding_lines *f)
{
    for (size_t i = 0; i < f->n; i++) {
        cell(code, '\t');
        cell(f->at[i].field, '\t');
        cell(f->at[i].rule, '\t');
        cell(f->at[i].wording, '\t');
        cell(f->at[i].mend, '\n');
    }
    l->items++;
    l->bad += f->n > 0;
    l->findings += (int64_t)f->n;
}

static int some(struct db *db, struct lint *l, const char *const *codes, int n)
{
    struct item_finding_lines f;
    int missing = 0;
    for (int i = 0; i < n; i++) {
        int found = item_lint_of(db, db->arena, str_c(codes[i]), &f);
        if (found < 0)
            return found;
        if (found)
            print(l, str_c(codes[i]), &f);
        else
            fprintf(stderr, "yiwang: There is no published item %s.\n", codes[i]);
        missing += !found;
    }
    return missing ? ERR_REFUSED : 0;
}

/* A part of the library at a time: no long snapshot, no memory that grows with it. */
static int all(struct db_conn *conn, struct lint *l)
{
    struct arena *a = arena_new((size_t)512 << 20);
    int64_t after = 0;
    int more = 1;
    while (more > 0) {
        struct db db;
        arena_reset(a);
        more = db_read_begin(conn, a, &db);
        if (more)
            break;
        more = 1;
        for (int i = 0; i < ITEMS_AT_ONCE && more > 0; i++) {
            struct item_finding_lines f;
            str code;
            more = item_lint_next(&db, a, &after, &code, &f);
            if (more > 0)
                print(l, code, &f);
        }
        db_read_end(&db);
    }
    arena_drop(a);
    return more;
}

static int run(struct arena *a, struct db_conn *conn, struct lint *l, const char *const *codes, int n)
{
    struct db db;
    if (!n)
        return all(conn, l);
    int code = db_read_begin(conn, a, &db);
    if (code)
        return code;
    code = some(&db, l, codes, n);
    db_read_end(&db);
    return code;
}

int cmd_item_lint(struct arena *a, const char *dir, const char *const *codes, int n)
{
    struct db_store *store;
    struct db_conn *conn;
    struct lint l = {0};
    if (open_store(a, dir, false, &store))
        return 1;
    int code = db_conn_open(store, false, &conn);
    if (!code) {
        code = run(a, conn, &l, codes, n);
        db_conn_close(conn);
    }
    db_store_close(store);
    if (code == ERR_REFUSED)
        return 1;                                /* said already */
    if (code)
        fputs("yiwang: The item library could not be read: see the log.\n", stderr);
    else if (l.findings)
        fprintf(stderr, "yiwang: %lld findings in %lld of %lld items.\n", (long long)l.findings, (long long)l.bad, (long long)l.items);
    return code || l.findings ? 1 : 0;
}
