/* The command line. Exit codes: 0 done, 1 refused or failed with a sentence on stderr, 2 wrong usage. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/control.h"
#include "app/serve.h"
#include "base/clock.h"
#include "base/log.h"
#include "core/access.h"
#include "core/engine.h"
#include "core/route.h"
#include "db/db.h"

struct options {
    const char *data, *db, *listen, *admin, *demo;
    const char *rest[32];
    int rest_n;
};

static int usage(void)
{
    fputs("usage: yiwang init --data DIR [--demo hainan]\n"
          "       yiwang serve --data DIR --listen ADDR:PORT [--admin ADDR:PORT]\n"
          "       yiwang item import --data DIR FILE [--dry-run] [--skip-bad]\n"
          "       yiwang item lint --data DIR [CODE...]\n"
          "       yiwang deadline --from YYYY-MM-DD --days N [--unit workday|day|month] [--region CODE] [--data DIR]\n"
          "       yiwang verify --data DIR [--ledger FILE]\n"
          "       yiwang move --data DIR --db postgresql://... [--compare]\n"
          "       yiwang check --data DIR\n"
          "       yiwang backup --data DIR FILE [--with-key]\n"
          "       yiwang restore FILE --data DIR\n"
          "       yiwang routes\n"
          "with --data DIR also --db postgresql://...: the store is that database, DIR keeps the key file and settings\n", stderr);
    return 2;
}

static bool take(const char *name, int argc, char **argv, int *i, const char **ret)
{
    if (strcmp(argv[*i], name))
        return false;
    *ret = *i + 1 < argc ? argv[++*i] : NULL;
    return true;
}

/* Options may stand anywhere; what is not ours is left for the command. False: an option without its value. */
static bool parse(int argc, char **argv, struct options *o)
{
    for (int i = 2; i < argc; i++) {
        const char **slot[] = {&o->data, &o->db, &o->listen, &o->admin, &o->demo};
        const char *names[] = {"--data", "--db", "--listen", "--admin", "--demo"};
        bool taken = false;
        for (size_t j = 0; j < COUNT_OF(names) && !taken; j++)
            if (take(names[j], argc, argv, &i, slot[j])) {
                taken = true;
                if (!*slot[j])
                    return false;
            }
        if (!taken && o->rest_n < 32)
            o->rest[o->rest_n++] = argv[i];
    }
    return true;
}

static int cmd_routes(void)
{
    access_build();
    routes_print();
    return 0;
}

/* A command that writes: through the server that holds DIR, or by itself. */
static int cmd_write(struct arena *a, const struct options *o, const char *command, str input)
{
    struct buf out;
    str args[32], text;
    struct command_run run = {.command = str_c(command), .args = args, .input = input, .out = &out};
    for (int i = 0; i < o->rest_n; i++)
        args[run.n_args++] = str_c(o->rest[i]);
    int code;
    if (!control_call(a, o->data, &run, &code, &text)) {
        struct db_store *store;
        buf_init(&out, a, 64 << 20);
        if (open_store(a, o->data, true, &store))
            return 1;
        if (command_find(run.command)(a, NULL, store, &run))
            run.exit_code = 1;
        db_store_close(store);
        code = run.exit_code;
        text = buf_text(&out);
    }
    fwrite(text.p, 1, text.n, code ? stderr : stdout);
    return code;
}

static int read_file(struct arena *a, const char *path, str *ret)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    if (!f || fstat(fileno(f), &st) || !S_ISREG(st.st_mode) || st.st_size > 256 << 20) {
        fprintf(stderr, "yiwang: cannot read %s%s.\n", path, f ? " (not a file, or over 256 MB)" : "");
        if (f)
            fclose(f);
        return 1;
    }
    char *p = arena_alloc(a, (size_t)st.st_size + 1);
    size_t n = fread(p, 1, (size_t)st.st_size, f);
    fclose(f);
    *ret = (str){p, n};
    return 0;
}

static int cmd_item(struct arena *a, struct options *o)
{
    if (o->rest_n > 0 && !strcmp(o->rest[0], "lint")) {
        for (int i = 1; i < o->rest_n; i++)
            if (!strncmp(o->rest[i], "--", 2))
                return usage();
        return cmd_item_lint(a, o->data, o->rest + 1, o->rest_n - 1);
    }
    if (o->rest_n < 2 || strcmp(o->rest[0], "import") || !o->data)
        return usage();
    const char *file = NULL;
    for (int i = 1; i < o->rest_n; i++)
        if (strncmp(o->rest[i], "--", 2))
            file = o->rest[i];
        else if (strcmp(o->rest[i], "--dry-run") && strcmp(o->rest[i], "--skip-bad"))
            return usage();
    str text;
    if (!file)
        return usage();
    if (read_file(a, file, &text))
        return 1;
    return cmd_write(a, o, "item", text);
}

static int cmd_copy(struct arena *a, const char *name, const struct options *o)
{
    const char *file = NULL;
    bool with_key = false, backup = !strcmp(name, "backup");
    for (int i = 0; i < o->rest_n; i++)
        if (backup && !strcmp(o->rest[i], "--with-key"))
            with_key = true;
        else if (file || !strncmp(o->rest[i], "--", 2))
            return usage();
        else
            file = o->rest[i];
    if (!file)
        return usage();
    return backup ? cmd_backup(a, o->data, file, with_key) : cmd_restore(a, file, o->data);
}

static int run_command(struct arena *a, const char *name, struct options *o)
{
    if (o->db && (!o->data || !db_is_url(o->db) || !strcmp(name, "restore")))
        return usage();                          /* restore knows directories only, so far */
    if (!strcmp(name, "routes"))
        return cmd_routes();
    if (!strcmp(name, "deadline"))
        return cmd_deadline(a, o->data, o->rest, o->rest_n);
    if (!o->data)
        return usage();
    if (!strcmp(name, "init"))
        return o->rest_n ? usage() : cmd_init(a, o->data, o->demo);
    if (!strcmp(name, "serve")) {
        if (!o->listen || o->rest_n)
            return usage();
        return serve(&(struct serve_options){.dir = o->data, .listen = str_c(o->listen), .admin = str_c(o->admin)});
    }
    if (!strcmp(name, "item"))
        return cmd_item(a, o);
    if (!strcmp(name, "verify"))
        return cmd_verify(a, o->data, o->rest, o->rest_n);
    if (!strcmp(name, "backup") || !strcmp(name, "restore"))
        return cmd_copy(a, name, o);
    if (!strcmp(name, "move")) {
        bool compare = o->rest_n == 1 && !strcmp(o->rest[0], "--compare");
        return o->rest_n > compare || (!compare && !o->db) ? usage() : cmd_move(a, o->data, compare);
    }
    if (!strcmp(name, "check"))
        return cmd_check(a, o->data);
    return usage();
}

int main(int argc, char **argv)
{
    struct options o = {0};
    if (argc < 2 || !parse(argc, argv, &o))
        return usage();
    if (clock_init_env()) {
        fputs("yiwang: YIWANG_CLOCK is not a time such as 2026-03-02T09:00:00+08:00.\n", stderr);
        return 1;
    }
    if (strcmp(argv[1], "serve"))
        log_set_level(LOG_WARN);                 /* commands print their own sentences */
    use_database(o.db);
    struct arena *a = arena_new((size_t)2 << 30);
    int code = run_command(a, argv[1], &o);
    arena_drop(a);
    if (fflush(stdout))
        code = 1;
    return code;
}
