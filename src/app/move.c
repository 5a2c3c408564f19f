/* `yiwang move`: a store from its directory into a database. */
#include <stdio.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/serve.h"
#include "base/arena.h"
#include "base/fault.h"
#include "core/req.h"
#include "core/settings.h"
#include "db/move.h"

static int sentence(str text)
{
    fprintf(stderr, "yiwang: %.*s\n", STRF(text));
    return 1;
}

static void told(const struct db_moved *m)
{
    bool files = str_is(str_c(m->room), "files");
    printf("%-8s %6lld %s %10lld %s  sm3 %.16s  %s%s\n", m->room, (long long)m->tables, files ? "files " : "tables", (long long)m->rows,
           files ? "chunks" : "rows  ", m->hash, m->same ? "ok" : "DIFFERS: ", m->same ? "" : m->differs);
    fflush(stdout);
}

static int open_both(struct arena *a, const char *dir, struct db_store **from, struct db_store **to, str *why)
{
    int code = db_store_open(a, dir, true, from, why);
    if (code)
        return code;
    code = db_store_open_at(a, store_url(), dir, false, to, why);
    if (code)
        db_store_close(*from);
    return code;
}

int cmd_move(struct arena *a, const char *dir, bool compare_only)
{
    struct db_store *from, *to;
    struct stat st;
    str why = STR_NONE;
    if (settings_load(a, dir, &why))
        return sentence(why);
    if (!compare_only && !str_empty(setting_str("db.url")))
        return sentence(str_fmt(a, "%s/yiwang.conf names a database already (db.url).", dir));
    if (!store_url()[0])
        return sentence(S("With which database? Name it: --db postgresql://USER@HOST/NAME."));
    if (stat(str_fmt(a, "%s/yiwang.db", dir).p, &st))
        return sentence(str_fmt(a, "There is no store in %s.", dir));
    if (open_both(a, dir, &from, &to, &why))
        return sentence(why);
    int code = db_move(from, to, a, compare_only, told, &why);
    if (!code && !compare_only && remember_url(a, dir, &why)) {
        why = str_fmt(a, "The database holds the whole store, but: %.*s Write the line `db.url = ...` there yourself.", STRF(why));
        code = ERR_FAIL;
    }
    db_store_close(to);
    db_store_close(from);
    if (code)
        return sentence(why);
    if (compare_only)
        puts("The directory and the database hold the same.");
    else
        printf("Moved: everything was read back and is the same. %s/yiwang.conf names the database now (db.url); its directory is as it was.\n"
               "To go back, take that line out; what is written to the database from now on is not in the directory.\n", dir);
    return 0;
}
