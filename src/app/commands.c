/* Commands on a store: init, item import, check. */
#include "app/commands.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/control.h"
#include "app/serve.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/engine.h"
#include "core/keys.h"
#include "core/settings.h"
#include "db/db.h"
#include "rooms/item/item.h"
#include "rooms/org/org.h"
#include "rooms/person/person.h"
#include "verify/verify.h"
#include "web/static.h"

extern const struct static_file demo_files[];
extern const size_t demo_files_n;

static int sentence(const char *before, str detail, const char *after)
{
    fprintf(stderr, "yiwang: %s%.*s%s\n", before, STRF(detail), after);
    return 1;
}

/* ---- init ---- */

static bool dir_is_empty(const char *dir)
{
    DIR *d = opendir(dir);
    bool empty = true;
    for (struct dirent *e; d && empty && (e = readdir(d));)
        empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !strcmp(e->d_name, "yiwang.conf");
    if (d)
        closedir(d);
    return d && empty;
}

static str demo_text(const char *path)
{
    for (size_t i = 0; i < demo_files_n; i++)
        if (!strcmp(demo_files[i].path, path))
            return (str){(const char *)demo_files[i].plain, demo_files[i].plain_n};
    die("init", "the demo has no file %s", path);
}

static size_t demo_items(str *at, size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < demo_files_n && n < most; i++)
        if (!strncmp(demo_files[i].path, "demo/hainan/items/", 18))
            at[n++] = (str){(const char *)demo_files[i].plain, demo_files[i].plain_n};
    return n;
}

struct seed { const char *demo; str why; };

static int load_hainan(struct db *db, struct seed *s)
{
    struct org_demo org = {demo_text("demo/hainan/regions.csv"), demo_text("demo/hainan/departments.json"),
                           demo_text("demo/hainan/halls.json")};
    struct person_demo person = {demo_text("demo/hainan/people.json"), demo_text("demo/hainan/enterprises.json"),
                                 demo_text("demo/hainan/staff.json")};
    str items[256];
    size_t n = demo_items(items, COUNT_OF(items));
    int code = org_load_demo(db, &org, &s->why);
    if (!code)
        code = person_load_demo(db, &person, &s->why);
    if (!code)
        code = item_load_demo(db, db->arena, items, n, demo_text("demo/hainan/entrusted.json"), clock_now(), &s->why);
    return code;
}

static int seed_store(struct db *db, void *arg)
{
    struct seed *s = arg;
    int code = org_calendar_seed(db, demo_text("src/rooms/org/calendar/national.csv"),
                                 demo_text("src/rooms/org/calendar/local.csv"), &s->why);
    if (!code && s->demo)
        code = load_hainan(db, s);
    return code;
}

static int make_in_dir(struct arena *a, const char *dir, str *ret_why)
{
    struct db_store *store;
    if (keys_make(a, dir, ret_why) || db_store_open(a, dir, true, &store, ret_why))
        return ERR_FAIL;
    int code = db_store_migrate(store, a, ret_why);
    db_store_close(store);
    return code;
}

int remember_url(struct arena *a, const char *dir, str *ret_why)
{
    str path = str_fmt(a, "%s/yiwang.conf", dir);
    char last = '\n';
    if (!str_empty(setting_str("db.url")))
        return 0;
    int fd = open(path.p, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    off_t end = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    bool ok = fd >= 0 && end >= 0 && (end == 0 || pread(fd, &last, 1, end - 1) == 1);
    str line = str_fmt(a, "%sdb.url = %s\n", last == '\n' ? "" : "\n", store_url());
    ok = ok && write(fd, line.p, line.n) == (ssize_t)line.n && fsync(fd) == 0;
    if (!ok)
        *ret_why = str_fmt(a, "Cannot write %s (%s).", path.p, strerrordesc_np(errno));
    if (fd >= 0)
        close(fd);
    return ok ? 0 : ERR_FAIL;
}

static int make_in_database(struct arena *a, const char *dir, str *ret_why)
{
    struct db_store *store;
    int code = db_store_open_at(a, store_url(), dir, true, &store, ret_why);
    if (code)
        return code;
    if (!db_store_blank(store)) {
        *ret_why = S("There is a store in that database already. A second server on it: docs/postgresql.md.");
        code = ERR_EXISTS;
    }
    if (!code)
        code = keys_make(a, dir, ret_why);
    if (!code)
        code = db_store_migrate(store, a, ret_why);
    db_store_close(store);
    return code ? code : remember_url(a, dir, ret_why);
}

int cmd_init(struct arena *a, const char *dir, const char *demo)
{
    str why = STR_NONE;
    struct db_store *store;
    if (demo && strcmp(demo, "hainan"))
        return sentence("There is no demo called ", str_c(demo), "; there is: hainan.");
    if (mkdir(dir, 0700) && errno != EEXIST)
        return sentence("The directory cannot be made: ", str_c(strerrordesc_np(errno)), ".");
    if (!dir_is_empty(dir))
        return sentence("", str_c(dir), " is not empty (or cannot be read); init wants an empty directory.");
    if (settings_load(a, dir, &why))
        return sentence("", why, "");
    int code = store_url()[0] ? make_in_database(a, dir, &why) : make_in_dir(a, dir, &why);
    if (code)
        return sentence("", why, "");
    if (open_store(a, dir, true, &store))
        return 1;
    struct seed s = {.demo = demo};
    struct arena *wa = arena_new((size_t)512 << 20);
    code = offline_write(store, wa, seed_store, &s);
    if (code)
        sentence("The demo province could not be loaded: ", s.why, "");
    arena_drop(wa);
    db_store_close(store);
    return code ? 1 : 0;
}

/* ---- item import ---- */

struct import { str text; int flags; struct item_import_result result; };

static int run_import(struct db *db, void *arg)
{
    struct import *i = arg;
    return item_import(db, db->arena, i->text, S("import"), i->flags, clock_now(), &i->result);
}

static int write_through(struct engine *e, struct db_store *store, struct arena *a, int (*run)(struct db *, void *), void *arg)
{
    return e ? engine_write(e, a, true, run, arg) : offline_write(store, a, run, arg);
}

static int command_item(struct arena *a, struct engine *e, struct db_store *store, struct command_run *run)
{
    struct import i = {.text = run->input};
    for (size_t k = 0; k < run->n_args; k++) {
        if (str_is(run->args[k], "--dry-run"))
            i.flags |= ITEM_DRY_RUN;
        if (str_is(run->args[k], "--skip-bad"))
            i.flags |= ITEM_SKIP_BAD;
    }
    struct arena *wa = arena_new((size_t)2 << 30);
    int code = write_through(e, store, wa, run_import, &i);
    const struct item_import_result *r = &i.result;
    for (size_t k = 0; k < r->n; k++)
        buf_fmt(run->out, "line %lld: %s%.*s%s%.*s\n", (long long)r->refusals[k].line, r->refusals[k].field.n ? "field " : "",
                STRF(r->refusals[k].field), r->refusals[k].field.n ? ": " : "", STRF(r->refusals[k].reason));
    buf_fmt(run->out, "imported %lld, updated %lld, unchanged %lld, refused %lld\n", (long long)r->imported,
            (long long)r->updated, (long long)r->unchanged, (long long)r->refused);
    if (code == ERR_REFUSED)
        buf_z(run->out, "Nothing was imported. Mend the lines above, or leave them out with --skip-bad.\n");
    else if (code)
        buf_z(run->out, code == ERR_FULL ? "Nothing was imported: no space left.\n" : "Nothing was imported: see the log.\n");
    arena_drop(wa);
    (void)a;
    return code;
}

command_fn command_find(str name)
{
    return str_is(name, "item") ? command_item : NULL;
}

/* ---- check ---- */

int cmd_check(struct arena *a, const char *dir)
{
    struct db_store *store;
    if (open_store(a, dir, false, &store))
        return 1;
    printf("Configuration, key file and schema are in order.\n");
    size_t routes = 0, rights = 0;
    for (size_t i = 0; i < rooms_n; i++) {
        routes += rooms[i]->n_routes;
        rights += rooms[i]->n_rights;
    }
    printf("%zu rooms, %zu routes, %zu rights. Every route names its right, its object check and its act.\n", rooms_n, routes, rights);
    db_store_close(store);
    return 0;
}

/* ---- verify ---- */

int cmd_verify(struct arena *a, const char *dir, const char *const *args, int n)
{
    const char *ledger = n == 2 && !strcmp(args[0], "--ledger") ? args[1] : NULL;
    str why = STR_NONE;
    if (n && !ledger) {
        fputs("usage: yiwang verify --data DIR [--ledger FILE]\n", stderr);
        return 2;
    }
    if (settings_load(a, dir, &why))
        return sentence("", why, "");
    return verify_store(dir, store_url(), ledger);
}
