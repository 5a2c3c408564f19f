/* The SQL compiler (host program).
 *
 *   sqlc OUTDIR core:src/core item:src/rooms/item ...
 *
 * Reads each room's schema/NNNN_name.sql and ROOM.sql, in the order given, and writes OUTDIR/ROOM_sql.h and ROOM_sql.c
 * (one typed function and row struct per query), OUTDIR/schema.c (steps and list of queries) and OUTDIR/pg_check.sql.
 * It has no parser of SQL: a list of tokens for parameters, type words and a few refusals; all else is asked of SQLite,
 * which prepares every query on a schema in memory under an authorizer that is the wall between the rooms. See
 * docs/add-a-table.md. A file is rewritten only when its content changed. Memory is never given back: the run is short. */
#include <ctype.h>
#include <fnmatch.h>
#include <glob.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../src/db/ledger.h"

enum { MAX_ROOMS = 32, MAX_FIELDS = 64, MAX_QUERIES = 8192, MAX_STEPS = 1024, MAX_COLUMNS = 16384, MAX_NAME = 56 };
enum { SQLITE, POSTGRESQL };

struct out { FILE *f; char *p; size_t n; };      /* text under construction */
struct tok { enum { WORD, PARAM, TEXT, PUNCT, END } kind; const char *p; size_t n; int line, newlines; bool gap; };
struct toks { struct tok *at; size_t n; };
struct field { char *name; int type; bool null, personal; };
struct query {
    char *name; const char *file, *sql[2]; int line, room; enum { ROW, ROWS, NONE } kind;
    struct field in[MAX_FIELDS], out[MAX_FIELDS]; size_t n_in, n_out;
    bool writes, personal, own_form;             /* own_form: the PostgreSQL form is written out */
};
struct step { int room, number; const char *name, *kind, *sql[2]; char hash[65]; };
struct column { const char *table, *name; int type; };
struct room { const char *name, *dir; };

/* What one run knows. The authorizer leaves its reason in `why`. */
static struct {
    struct room rooms[MAX_ROOMS]; int n_rooms;
    struct query *queries[MAX_QUERIES]; size_t n_queries;
    struct step *steps[MAX_STEPS]; size_t n_steps;
    struct column columns[MAX_COLUMNS]; size_t n_columns;
    sqlite3 *db;
    int faults, room;
    bool in_schema, own_form;
    char why[400];
} run;

#define INTEGER "integer", "bigint", "bigint", "int64_t ", "DB_INT"
#define CHARACTERS "text", "text collate \"C\"", "text", "str ", "DB_TEXT"
static const struct { const char *word, *sqlite, *pg, *pg_param, *c, *db; } types[] = {
    { "id", INTEGER }, { "int", INTEGER }, { "money", INTEGER }, { "time", INTEGER },
    { "bool", "integer", "bigint", "bigint", "bool ", "DB_BOOL" }, { "text", CHARACTERS }, { "json", CHARACTERS },
    { "blob", "blob", "bytea", "bytea", "str ", "DB_BLOB" },
};
enum { N_TYPES = sizeof types / sizeof *types, T_INT = 1, T_BOOL = 4 };

/* ---- memory, text, faults ---- */

static void *take(size_t n) {
    void *p = calloc(1, n);
    return p != NULL ? p : (abort(), p);
}

static char *copy(const char *p, size_t n) {
    return memcpy(take(n + 1), p, n);
}

static struct out *begin(void) {
    struct out *o = take(sizeof *o);
    return (o->f = open_memstream(&o->p, &o->n)) != NULL ? o : (abort(), o);
}

static const char *text_of(struct out *o) {
    fflush(o->f);
    return o->p;
}

__attribute__((format(printf, 1, 2))) static const char *format(const char *fmt, ...) {
    char *p;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&p, fmt, ap) < 0) abort();
    va_end(ap);
    return p;
}

__attribute__((format(printf, 3, 4))) static bool fault(const char *file, int line, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    run.faults++;
    return false;
}

/* The file's text, or NULL when there is none. */
static char *read_file(const char *path, size_t *ret_n) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) return NULL;
    char *text = NULL;
    size_t cap = 0;
    ssize_t n = getdelim(&text, &cap, '\0', f);
    if (n > 0 && text[n - 1] == '\0') fault(path, 1, "holds a NUL byte");
    fclose(f);
    *ret_n = n > 0 ? (size_t)n : 0;
    return n > 0 ? text : copy("", 0);
}

static void write_file(const char *path, struct out *o) {
    const char *text = text_of(o);
    size_t n;
    char *old = read_file(path, &n);
    if (old != NULL && n == o->n && memcmp(old, text, n) == 0) return;
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(text, 1, o->n, f) != o->n || fclose(f) != 0) fault(path, 1, "cannot be written: %m");
}

static int type_of(const char *p, size_t n) {
    for (int i = 0; i < N_TYPES; i++)
        if (strlen(types[i].word) == n && memcmp(types[i].word, p, n) == 0) return i;
    return -1;
}

/* ---- tokens ---- */

static bool word_char(char c) {
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static size_t token_length(const char *p, struct tok *t) {
    size_t n = 1;
    t->kind = PUNCT;
    if (*p == '\'') {
        t->kind = TEXT;
        while (p[n] != '\0' && (p[n] != '\'' || p[n + 1] == '\'')) n += p[n] == '\'' ? 2 : 1;
        return p[n] == '\0' ? n : n + 1;
    }
    if (p[0] == ':' && p[1] == ':') return 2;
    if (word_char(*p) || (*p == ':' && word_char(p[1]))) {
        t->kind = *p == ':' ? PARAM : WORD;
        while (word_char(p[n])) n++;
    }
    return n;
}

/* Cuts text into tokens; comments and white space become the gap before a token. An END token stands behind the last. */
static struct toks tokens(const char *text, int line) {
    struct toks t = { take((strlen(text) + 1) * sizeof(struct tok)), 0 };
    struct tok cur = { .line = line };
    for (const char *p = text; *p != '\0'; ) {
        if (isspace((unsigned char)*p) || (p[0] == '-' && p[1] == '-')) {
            if (*p == '\n') cur.newlines++, cur.line++;
            p += *p == '-' ? strcspn(p, "\n") : 1;
            cur.gap = true;
        } else {
            cur.n = token_length(p, &cur);
            cur.p = p;
            t.at[t.n++] = cur;
            for (size_t i = 0; i < cur.n; i++) cur.line += p[i] == '\n';
            p += cur.n;
            cur.gap = false, cur.newlines = 0;
        }
    }
    t.at[t.n] = (struct tok){ .kind = END, .p = "", .line = cur.line };
    return t;
}

static bool is(const struct toks *t, size_t i, const char *what) {
    return i < t->n && t->at[i].kind != TEXT && t->at[i].n == strlen(what) && strncasecmp(t->at[i].p, what, t->at[i].n) == 0;
}

static bool is_any(const struct toks *t, size_t i, const char *const *list) {
    for (; *list != NULL; list++)
        if (is(t, i, *list)) return true;
    return false;
}

static void put_token(struct out *o, const struct tok *t) {
    for (int i = 0; i < t->newlines; i++) fputc('\n', o->f);
    if (t->newlines == 0 && t->gap) fputc(' ', o->f);
    fwrite(t->p, 1, t->n, o->f);
}

/* Refusals that hold for steps and queries alike. */
static bool check_words(const char *file, const char *name, const struct toks *t) {
    static const struct { const char *word, *why; } refused[] = {
        { "\"", "double quotes are refused: names go without, texts stand in single quotes" },
        { "rollback", "rollback is refused: it would end the other members' transaction too" },
        { "deferrable", "deferrable is refused: a commit must not fail late" },
        { "autoincrement", "autoincrement is refused: ids are leased in blocks" },
        { "without", "without rowid is refused: PostgreSQL does not know it" },
    };
    for (size_t i = 0; i < t->n; i++)
        for (size_t r = 0; r < sizeof refused / sizeof *refused; r++)
            if (is(t, i, refused[r].word)) return fault(file, t->at[i].line, "%s: %s", name, refused[r].why);
    return true;
}

/* ---- the wall: SQLite asks it about every table and function while it prepares ---- */

static int room_of(const char *table) {
    for (int i = 0; i < run.n_rooms; i++) {
        size_t n = strlen(run.rooms[i].name);
        if (strncasecmp(table, run.rooms[i].name, n) == 0 && table[n] == '_') return i;
    }
    return -1;
}

static bool is_pub(const char *name) {
    return fnmatch("*_pub", name, FNM_CASEFOLD) == 0;
}

#define deny(...) (snprintf(run.why, sizeof run.why, __VA_ARGS__), SQLITE_DENY)

/* via: the view (or with-name) inside which the read happens, or NULL. */
static int may_read(const char *table, const char *column, const char *via) {
    int room = room_of(table);
    if (strncasecmp(table, "sqlite_", 7) == 0 || strcmp(table, "pragma_quick_check") == 0)
        return run.in_schema ? SQLITE_OK : deny("%s is SQLite's own table", table);
    if (room == run.room) return SQLITE_OK;
    if (room < 0) return column[0] == '\0' ? SQLITE_OK : deny("%s is no table of a room", table);   /* '' : a with-name */
    if (via != NULL && is_pub(via) && room_of(via) != run.room) return SQLITE_OK;
    if (is_pub(table) && room < run.room) return SQLITE_OK;
    return deny("room %s may not read %s: %s", run.rooms[run.room].name, table, is_pub(table) ?
                "that room stands above it (upward only by events)" : "other rooms' data is read through their _pub views");
}

static int may_write(const char *table) {
    if (run.in_schema && strncmp(table, "sqlite_", 7) == 0) return SQLITE_OK;
    if (strcasecmp(table, "core_schema") == 0 || strcasecmp(table, "core_store") == 0)
        return deny("%s is written by the engine alone", table);
    if (room_of(table) == run.room) return SQLITE_OK;
    return deny("room %s may not write %s: a room writes its own tables only", run.rooms[run.room].name, table);
}

static int may_call(const char *name) {
    static const char known[] = " coalesce nullif count sum min max abs length lower upper substr replace trim row_number like ";
    static const char search[] = " match bm25 ", alter[] = " printf glob ";     /* alter: what "add column" does inside */
    char word[64];
    for (int i = snprintf(word, sizeof word, " %.60s ", name); i-- > 0; ) word[i] = (char)tolower((unsigned char)word[i]);
    if (strstr(known, word) != NULL || (run.own_form && strstr(search, word) != NULL)) return SQLITE_OK;
    if (run.in_schema && (strncmp(name, "sqlite_", 7) == 0 || strstr(alter, word) != NULL)) return SQLITE_OK;
    return deny("function %s is not one that both engines know", name);
}

static int wall(void *none, int act, const char *a, const char *b, const char *base, const char *via) {
    (void)none, (void)base;
    switch (act) {
    case SQLITE_SELECT: case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ: return may_read(a, b != NULL ? b : "", via);
    case SQLITE_INSERT: case SQLITE_UPDATE: case SQLITE_DELETE: return may_write(a);
    case SQLITE_FUNCTION: return may_call(b);
    case SQLITE_CREATE_TABLE: case SQLITE_CREATE_VIEW: case SQLITE_CREATE_INDEX: case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_VTABLE: case SQLITE_DROP_TABLE: case SQLITE_DROP_VIEW: case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TRIGGER: case SQLITE_DROP_VTABLE:
        if (!run.in_schema) break;
        if (room_of(a) == run.room || strncmp(a, "sqlite_", 7) == 0) return SQLITE_OK;
        return deny("%s must begin with the room's name: %s_", a, run.rooms[run.room].name);
    case SQLITE_REINDEX: if (run.in_schema) return SQLITE_OK; else break;
    case SQLITE_ALTER_TABLE: if (run.in_schema) return may_write(b); else break;
    case SQLITE_PRAGMA:                          /* "add column" checks the rows, FTS5 looks for other writers */
        if (run.in_schema && (strcmp(a, "quick_check") == 0 || strcmp(a, "data_version") == 0)) return SQLITE_OK; else break;
    }
    return deny("%s", run.in_schema ? "this kind of statement is refused in schema steps"
                                    : "only select, insert, update and delete stand in queries");
}

static int prepare_walled(const char *sql, sqlite3_stmt **ret, const char **ret_tail) {
    run.why[0] = '\0';
    sqlite3_set_authorizer(run.db, wall, NULL);
    return sqlite3_prepare_v2(run.db, sql, -1, ret, ret_tail);
}

/* For what the compiler asks on its own account; ?1 is the room's prefix. */
static sqlite3_stmt *prepare_plain(const char *sql) {
    sqlite3_stmt *s = NULL;
    sqlite3_set_authorizer(run.db, NULL, NULL);
    if (sqlite3_prepare_v2(run.db, sql, -1, &s, NULL) != SQLITE_OK) fault("sqlc", 0, "%s", sqlite3_errmsg(run.db));
    else sqlite3_bind_text(s, 1, format("%s_", run.rooms[run.room].name), -1, SQLITE_STATIC);
    return s;
}

/* The wall's reason where it spoke, else SQLite's. `sql` begins at `line` of `file`. */
static bool sqlite_fault(const char *file, int line, const char *name, const char *sql) {
    int offset = sqlite3_error_offset(run.db);
    size_t at = offset > 0 ? (size_t)offset : strspn(sql, "\n ");
    while (at > 0) line += sql[--at] == '\n';
    return fault(file, line, "%s: %s", name, run.why[0] != '\0' ? run.why : sqlite3_errmsg(run.db));
}

/* ---- schema steps ---- */

static bool put_column(const char *file, const struct toks *t, size_t table, size_t name, struct out *o, int engine) {
    const struct tok *n = &t->at[name];
    int type = name + 1 < t->n ? type_of(t->at[name + 1].p, t->at[name + 1].n) : -1;
    if (type < 0)
        return fault(file, n->line, "column %.*s has no type word (id int money time bool text blob json)", (int)n->n, n->p);
    if (run.n_columns == MAX_COLUMNS) return fault(file, n->line, "too many columns: raise MAX_COLUMNS in tools/sqlc.c");
    put_token(o, n);
    fprintf(o->f, " %s", engine == SQLITE ? types[type].sqlite : types[type].pg);
    if (type == T_BOOL) fprintf(o->f, " check (%.*s in (0, 1))", (int)n->n, n->p);
    if (engine == SQLITE)
        run.columns[run.n_columns++] = (struct column){ copy(t->at[table].p, t->at[table].n), copy(n->p, n->n), type };
    return true;
}

/* One step, its type words in one engine's words; NULL after a fault. */
static const char *translate_step(const char *file, const char *text, int engine) {
    static const char *const constraint[] = { "primary", "unique", "check", "foreign", "constraint", ")", NULL };
    struct toks t = tokens(text, 1);
    struct out *o = begin();
    size_t start = 0;
    int depth = 0;
    bool no_default = false;
    if (!check_words(file, "step", &t)) return NULL;
    for (size_t i = 0; i < t.n; i++) {
        const struct tok *k = &t.at[i];
        bool table = is(&t, start, "create") && is(&t, start + 1, "table"), alter = is(&t, start, "alter");
        bool first = table && depth == 1 && (is(&t, i - 1, ",") || i == start + 4);     /* of a column or a constraint */
        if (table && i == start && !is(&t, i + 3, "("))
            return fault(file, k->line, "write: create table NAME ( and one column per line"), NULL;
        if (first && k->newlines == 0) return fault(file, k->line, "one column per line, please"), NULL;
        if (alter && is(&t, i, "rename"))
            return fault(file, k->line, "rename is refused: add the new one, drop the old one in a contract step"), NULL;
        if ((first && !is_any(&t, i, constraint)) || (alter && is(&t, i - 1, "column") && is(&t, i - 2, "add"))) {
            if (!put_column(file, &t, start + 2, i++, o, engine)) return NULL;
            continue;
        }
        put_token(o, k);
        depth += is(&t, i, "(") - is(&t, i, ")");
        if (table && depth == 0 && is(&t, i, ")")) {
            if (!is(&t, i + 1, ";")) return fault(file, k->line, "a table ends with ); and nothing else"), NULL;
            if (engine == SQLITE) fputs(" strict", o->f);
        }
        no_default = alter && (no_default || is(&t, i, "not")) && !is(&t, i, "default");
        if (!is(&t, i, ";") || depth > 0) continue;
        if (no_default) return fault(file, k->line, "a column added to a table with rows is not null only with a default"), NULL;
        start = i + 1;
    }
    if (start != t.n) return fault(file, t.at[t.n].line, "the last statement has no semicolon"), NULL;
    fputc('\n', o->f);
    return text_of(o);
}

/* One engine's lines of a step; lines of the other's sections stay as empty lines, so that line numbers hold. */
static const char *section(const char *text, int engine) {
    struct out *o = begin();
    bool on = true;
    for (const char *p = text; *p != '\0'; ) {
        size_t n = strcspn(p, "\n");
        if (strncmp(p, "--sqlite", 8) == 0) on = engine == SQLITE;
        if (strncmp(p, "--postgresql", 12) == 0) on = engine == POSTGRESQL;
        if (strncmp(p, "--both", 6) == 0) on = true;
        if (on) fwrite(p, 1, n, o->f);
        fputc('\n', o->f);
        p += n + (p[n] == '\n');
    }
    return text_of(o);
}

static bool apply_step(const char *file, const char *sql) {
    int line = 1;
    run.in_schema = run.own_form = true;
    for (const char *p = sql, *next; *p != '\0'; p = next) {
        sqlite3_stmt *s = NULL;
        int rc = prepare_walled(p, &s, &next);
        while (rc == SQLITE_OK && s != NULL && sqlite3_step(s) == SQLITE_ROW) continue;
        if (rc == SQLITE_OK) rc = sqlite3_finalize(s);
        if (rc != SQLITE_OK) return sqlite_fault(file, line, "step", p);
        for (const char *q = p; q < next; q++) line += *q == '\n';
    }
    return true;
}

/* A view's text is judged when it is used: so use it once, as its own room. Then the foreign keys: downward only. */
static void check_room_schema(const char *dir) {
    sqlite3_stmt *v, *s = prepare_plain("select name from sqlite_master where type = 'view' and instr(name, ?1) = 1");
    run.in_schema = run.own_form = false;
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *view = format("%s", (const char *)sqlite3_column_text(s, 0)), *sql = format("select * from %s", view);
        if (prepare_walled(sql, &v, NULL) != SQLITE_OK) sqlite_fault(dir, 1, view, sql);
        sqlite3_finalize(v);
    }
    sqlite3_finalize(s);
    s = prepare_plain("select m.name, f.\"table\", f.on_update = 'NO ACTION' and f.on_delete = 'NO ACTION' from sqlite_master m, "
                      "pragma_foreign_key_list(m.name) f where m.type = 'table' and instr(m.name, ?1) = 1");
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(s, 0), *to = (const char *)sqlite3_column_text(s, 1);
        if (room_of(to) > run.room) fault(dir, 1, "%s may not refer to %s: that room stands above it", table, to);
        if (room_of(to) != run.room && sqlite3_column_int(s, 2) == 0)
            fault(dir, 1, "%s: on delete and on update may not act across rooms", table);
    }
    sqlite3_finalize(s);
    s = prepare_plain("pragma foreign_key_check");
    if (sqlite3_step(s) == SQLITE_ERROR) fault(dir, 1, "%s", sqlite3_errmsg(run.db));
    sqlite3_finalize(s);
}

static bool read_step(const char *file, int number) {
    const char *entry = strrchr(file, '/') + 1;
    size_t n = 0;
    unsigned char md[32];
    char *text = read_file(file, &n);
    struct step *s = take(sizeof *s);
    if (text == NULL) return fault(file, 1, "cannot be read");
    if (strtol(entry, NULL, 10) != number) return fault(file, 1, "steps are numbered without gaps: %04d was expected", number);
    const char *first = format("%.*s", (int)strcspn(text, "\r\n"), text);
    s->kind = strcmp(first, "-- step: expand") == 0 ? "expand" : strcmp(first, "-- step: contract") == 0 ? "contract" : NULL;
    if (s->kind == NULL) return fault(file, 1, "the first line must be: -- step: expand (or contract)");
    struct toks t = tokens(text, 1);
    for (size_t i = 0; i < t.n && strcmp(s->kind, "expand") == 0; i++)
        if (is(&t, i, "drop") && (is(&t, i + 1, "table") || is(&t, i + 1, "column")))
            return fault(file, t.at[i].line, "drop belongs in a contract step: the previous version still runs on this store");
    for (int e = 0; e < 2; e++)
        if ((s->sql[e] = translate_step(file, section(text, e), e)) == NULL) return false;
    s->room = run.room;
    s->number = number;
    s->name = copy(entry + 5, strlen(entry) - 5 - 4);
    if (EVP_Digest(text, n, md, NULL, EVP_sm3(), NULL) != 1) return fault("sqlc", 0, "libcrypto has no SM3");
    for (size_t i = 0; i < 32; i++) snprintf(s->hash + 2 * i, 3, "%02x", md[i]);
    if (run.n_steps == MAX_STEPS) return fault(file, 1, "too many steps: raise MAX_STEPS in tools/sqlc.c");
    run.steps[run.n_steps++] = s;
    return apply_step(file, s->sql[SQLITE]);
}

static void read_schema(void) {
    const char *dir = format("%s/schema", run.rooms[run.room].dir);
    glob_t steps;                                /* sorted */
    if (glob(format("%s/[0-9][0-9][0-9][0-9]_*.sql", dir), 0, NULL, &steps) != 0) return;
    bool sound = true;
    for (size_t i = 0; i < steps.gl_pathc && sound; i++) sound = read_step(steps.gl_pathv[i], (int)i + 1);
    if (sound) check_room_schema(dir);
}

/* ---- queries ---- */

struct head { const char *file; struct toks t; size_t i; };

static bool head_fault(const struct head *h, const char *what) {
    return fault(h->file, h->t.at[h->i < h->t.n ? h->i : h->t.n].line, "query head: %s", what);
}

static bool eat(struct head *h, const char *what) {
    return is(&h->t, h->i, what) ? h->i++, true : false;
}

/* ( name type[?] [personal], ... ) */
static bool read_fields(struct head *h, struct field *at, size_t *ret_n, bool out) {
    static const char *const taken[] = { "db", "ret", "in", "default", "register", "switch", "char", "long", "short", "float",
        "double", "void", "static", "union", "struct", "enum", "const", "int", "bool", "str", "for", "if", "else", NULL };
    size_t n = 0;
    if (!eat(h, "(")) return head_fault(h, "( expected");
    while (!eat(h, ")")) {
        struct field f = { 0 };
        if (n > 0 && !eat(h, ",")) return head_fault(h, ", or ) expected");
        const struct tok *k = &h->t.at[h->i];
        if (n == MAX_FIELDS) return head_fault(h, "too many fields");
        if (k->kind != WORD) return head_fault(h, "a name expected");
        if (is_any(&h->t, h->i, taken)) return head_fault(h, "this name means something else in C");
        f.name = copy(k->p, k->n);
        k = &h->t.at[++h->i];
        if ((f.type = type_of(k->p, k->n)) < 0) return head_fault(h, "a type expected (id int money time bool text blob json)");
        h->i++;
        f.null = eat(h, "?");
        if (f.null && f.type == T_BOOL) return head_fault(h, "bool? cannot be told from false in C: say int?");
        f.personal = eat(h, "personal");
        if (f.personal && !out) return head_fault(h, "personal is said of results only");
        for (size_t i = 0; i < n; i++)
            if (strcmp(at[i].name, f.name) == 0) return head_fault(h, "two fields of one name");
        at[n++] = f;
    }
    *ret_n = n;
    return true;
}

static bool read_head(struct head *h, struct query *q) {
    const struct tok *k = &h->t.at[0];
    if (k->kind != WORD || k->n > MAX_NAME) return head_fault(h, "a name expected, and a short one");
    q->name = copy(k->p, k->n);
    if (room_of(q->name) != run.room)
        return fault(q->file, q->line, "query %s must be named %s_...", q->name, run.rooms[run.room].name);
    for (size_t i = 0; i < run.n_queries; i++)
        if (strcmp(run.queries[i]->name, q->name) == 0) return fault(q->file, q->line, "two queries are named %s", q->name);
    h->i = 1;
    if (!read_fields(h, q->in, &q->n_in, false)) return false;
    if (!eat(h, "-") || !eat(h, ">")) return head_fault(h, "-> row, -> rows or -> none expected");
    if (eat(h, "none")) q->kind = NONE;
    else if (eat(h, "rows")) q->kind = ROWS;
    else if (!eat(h, "row")) return head_fault(h, "-> row, -> rows or -> none expected");
    if (q->kind != NONE && !read_fields(h, q->out, &q->n_out, true)) return false;
    if (q->kind != NONE && q->n_out == 0) return head_fault(h, "a row needs columns");
    if (h->i < h->t.n) return head_fault(h, "nothing more expected here");
    for (size_t i = 0; i < q->n_out; i++) q->personal = q->personal || q->out[i].personal;
    return true;
}

/* A with-name like another room's _pub view would be a hole in the wall. */
static bool check_with_names(const struct query *q, const struct toks *t) {
    for (size_t i = 1; i < t->n; i++) {
        if (!is(t, i, "as") || !(is(t, i + 1, "(") || is(t, i + 1, "materialized") || is(t, i + 1, "not"))) continue;
        size_t at = i - 1;
        while (at > 0 && is(t, i - 1, ")") && !is(t, at + 1, "(")) at--;
        const char *name = copy(t->at[at].p, t->at[at].n);
        if (room_of(name) >= 0)
            return fault(q->file, t->at[at].line, "%s: the with-name %s looks like a room's table", q->name, name);
    }
    return true;
}

static bool check_query_words(const struct query *q, const struct toks *t) {
    static const char *const before_star[] = { "select", "distinct", "all", ",", ".", "returning", NULL };
    static const char *const other_parameter[] = { "?", "$", "@", NULL };
    if (!check_words(q->file, q->name, t) || !check_with_names(q, t)) return false;
    if (t->n == 0) return fault(q->file, q->line, "%s has no statement", q->name);
    for (size_t i = 0; i < t->n; i++) {
        const char *why = NULL;
        if (i > 0 && is(t, i, "*") && is_any(t, i - 1, before_star)) why = "select * is refused: name the columns";
        if (is(t, i, "offset")) why = "offset is refused: page by key (where id > :after)";
        if (is(t, i, ";") && i + 1 < t->n) why = "more than one statement";
        if (is(t, i, "rowid") && !q->own_form) why = "rowid is refused: PostgreSQL does not know it";
        if (is_any(t, i, other_parameter) && !q->own_form) why = "parameters are written :name";
        if (why != NULL) return fault(q->file, t->at[i].line, "%s: %s", q->name, why);
    }
    return true;
}

/* :name becomes ?1 or $1, in the head's order. NULL after a fault. */
static const char *translate_query(const struct query *q, const char *text, int line, int engine) {
    struct toks t = tokens(text, line);
    struct out *o = begin();
    bool used[MAX_FIELDS] = { false };
    if (!check_query_words(q, &t)) return NULL;
    for (size_t i = 0; i < t.n && !is(&t, i, ";"); i++) {
        struct tok k = t.at[i];
        size_t at = 0;
        while (at < q->n_in && (strlen(q->in[at].name) != k.n - 1 || memcmp(q->in[at].name, k.p + 1, k.n - 1) != 0)) at++;
        if (k.kind == PARAM && at == q->n_in)
            return fault(q->file, k.line, "%s: parameter %.*s is not in the query's head", q->name, (int)k.n, k.p), NULL;
        if (k.kind == PARAM) k.n = 0;
        put_token(o, &k);
        if (k.kind == PARAM) used[at] = true, fprintf(o->f, "%c%zu", engine == SQLITE ? '?' : '$', at + 1);
    }
    for (size_t i = 0; i < q->n_in; i++)
        if (!used[i]) return fault(q->file, q->line, "%s: parameter :%s is never used", q->name, q->in[i].name), NULL;
    return text_of(o);
}

static bool check_column(const struct query *q, sqlite3_stmt *s, int i) {
    const struct field *f = &q->out[i];
    const char *have = sqlite3_column_name(s, i), *type = types[f->type].word;
    const char *table = sqlite3_column_table_name(s, i), *name = sqlite3_column_origin_name(s, i);
    int not_null = 0, key = 0;
    if (strcmp(have, f->name) != 0)
        return fault(q->file, q->line, "%s: column %d is %s in the statement but %s in the head", q->name, i + 1, have, f->name);
    if (table == NULL || name == NULL ||                                  /* an expression: looked at when it runs */
        sqlite3_table_column_metadata(run.db, NULL, table, name, NULL, NULL, &not_null, &key, NULL) != SQLITE_OK) return true;
    size_t c = run.n_columns;
    while (c > 0 && (strcmp(run.columns[c - 1].table, table) != 0 || strcmp(run.columns[c - 1].name, name) != 0)) c--;
    int real = c > 0 ? run.columns[c - 1].type : f->type;
    if (real != f->type && !(real == T_BOOL && f->type == T_INT))
        return fault(q->file, q->line, "%s: %s is %s in the head but %s.%s is %s", q->name, f->name, type, table, name,
                     types[real].word);
    if (!not_null && !key && !f->null)
        return fault(q->file, q->line, "%s: %s.%s may be NULL: say %s %s? in the head", q->name, table, name, f->name, type);
    return true;
}

static bool check_statement(struct query *q, sqlite3_stmt *s) {
    int n = sqlite3_column_count(s);
    q->writes = !sqlite3_stmt_readonly(s);
    if (q->kind == NONE && n > 0) return fault(q->file, q->line, "%s returns columns: it needs -> row or -> rows", q->name);
    if (q->kind != NONE && n == 0) return fault(q->file, q->line, "%s writes without returning: it needs -> none", q->name);
    if ((size_t)n != q->n_out)
        return fault(q->file, q->line, "%s: the statement has %d columns, the head has %zu", q->name, n, q->n_out);
    for (int i = 0; i < n; i++)
        if (!check_column(q, s, i)) return false;
    return true;
}

static bool compile_query(struct query *q, const char *const text[2], const int line[2]) {
    sqlite3_stmt *s = NULL;
    if ((q->sql[SQLITE] = translate_query(q, text[SQLITE], line[SQLITE], SQLITE)) == NULL) return false;
    q->sql[POSTGRESQL] = translate_query(q, text[q->own_form], line[q->own_form], POSTGRESQL);
    if (q->sql[POSTGRESQL] == NULL) return false;
    run.in_schema = false;
    run.own_form = q->own_form;
    if (prepare_walled(q->sql[SQLITE], &s, NULL) != SQLITE_OK)
        return sqlite_fault(q->file, line[SQLITE], q->name, q->sql[SQLITE]);
    bool sound = check_statement(q, s);
    sqlite3_finalize(s);
    if (run.n_queries == MAX_QUERIES) return fault(q->file, q->line, "too many queries: raise MAX_QUERIES in tools/sqlc.c");
    if (sound) run.queries[run.n_queries++] = q;
    return sound;
}

/* ROOM.sql, by lines: "--:" is a head, "--postgresql" begins the second form, all else is the statement. */
static void read_queries(void) {
    const char *file = format("%s/%s.sql", run.rooms[run.room].dir, run.rooms[run.room].name);
    size_t n;
    int line = 1;
    for (char *p = read_file(file, &n); p != NULL && *p != '\0'; ) {
        struct query *q = take(sizeof *q);
        struct out *head = begin(), *body[2] = { begin(), begin() };
        int lines[2] = { line, line };
        *q = (struct query){ .file = file, .line = line, .room = run.room };
        for (bool in_head = true; *p != '\0'; line++) {
            size_t len = strcspn(p, "\n");
            bool head_line = strncmp(p, "--:", 3) == 0;
            if (head_line && !in_head) break;
            if (in_head && !head_line) in_head = false, lines[0] = line;
            if (!in_head && strncmp(p, "--postgresql", 12) == 0) q->own_form = true, lines[1] = line;
            fprintf((in_head ? head : body[q->own_form])->f, "%.*s\n", (int)len - 3 * in_head, p + 3 * in_head);
            p += len + (p[len] == '\n');
        }
        const char *const text[2] = { text_of(body[0]), text_of(body[1]) };
        struct head h = { file, tokens(text_of(head), q->line), 0 };
        if (head->n > 0 && read_head(&h, q)) compile_query(q, text, lines);
        if (head->n == 0 && tokens(text[0], 1).n > 0) fault(file, q->line, "a statement stands before the first query head");
    }
}

/* ---- output ---- */

static void put_c_texts(struct out *o, const char *const sql[2]) {
    for (int e = 0; e < 2; e++) {
        fprintf(o->f, "%s\n        \"", e == 0 ? "" : ",");
        for (const char *p = sql[e] + strspn(sql[e], "\n "); *p != '\0'; p++) {
            if (*p == '\n') p += strspn(p, "\n") - 1;
            if (*p == '\n') fputs(p[1] != '\0' ? "\\n\"\n        \"" : "\\n", o->f);
            else fprintf(o->f, "%s%c", strchr("\"\\?", *p) != NULL ? "\\" : "", *p);   /* '?': no trigraphs */
        }
        fputc('"', o->f);
    }
    fputs(" },\n", o->f);
}

static void put_struct(struct out *o, const char *name, const char *tail, const struct field *f, size_t n) {
    fprintf(o->f, "struct %s%s {", name, tail);
    for (size_t i = 0; i < n; i++) fprintf(o->f, " %s%s;", types[f[i].type].c, f[i].name);
    fputs(" };\n", o->f);
}

static void put_prototype(struct out *o, const struct query *q, const char *end) {
    fprintf(o->f, "int %s(struct db *db", q->name);
    if (q->n_in > 3) fprintf(o->f, ", const struct %s_in *in", q->name);
    for (size_t i = 0; i < q->n_in && q->n_in <= 3; i++) fprintf(o->f, ", %s%s", types[q->in[i].type].c, q->in[i].name);
    if (q->kind != NONE) fprintf(o->f, ", struct %s%s *ret", q->name, q->kind == ROWS ? "_rows" : "");
    fprintf(o->f, ")%s", end);
}

/* The table of fields; tail is the end of its struct's name: "_in" or "". */
static void put_fields(struct out *o, const struct query *q, const char *tail, const struct field *f, size_t n) {
    if (n > 0) fprintf(o->f, "static const struct db_field dbf_%s%s[] = {\n", q->name, tail);
    for (size_t i = 0; i < n; i++)
        fprintf(o->f, "    { \"%s\", %s, %s, %s, offsetof(struct %s%s, %s) },\n", f[i].name, types[f[i].type].db,
                f[i].null ? "true" : "false", f[i].personal ? "true" : "false", q->name, tail, f[i].name);
    if (n > 0) fputs("};\n", o->f);
}

static void put_record(struct out *o, const struct query *q, size_t index) {
    fprintf(o->f, "extern const struct db_query dbq_%s;\nconst struct db_query dbq_%s = {\n", q->name, q->name);
    fprintf(o->f, "    .name = \"%s\",\n    .sql = {", q->name);
    put_c_texts(o, q->sql);
    if (q->n_in > 0) fprintf(o->f, "    .in = dbf_%s_in, .n_in = %zu,\n", q->name, q->n_in);
    if (q->n_out > 0)
        fprintf(o->f, "    .out = dbf_%s, .n_out = %zu, .row_size = sizeof(struct %s),\n", q->name, q->n_out, q->name);
    fprintf(o->f, "    .writes = %s, .personal = %s, .index = %zu,\n};\n", q->writes ? "true" : "false",
            q->personal ? "true" : "false", index);
}

static void put_function(struct out *o, const struct query *q) {
    const char *in = q->n_in == 0 ? "NULL" : q->n_in > 3 ? "in" : "&in";
    put_prototype(o, q, " {\n");
    if (q->n_in > 0 && q->n_in <= 3) {
        fprintf(o->f, "    const struct %s_in in = {", q->name);
        for (size_t i = 0; i < q->n_in; i++) fprintf(o->f, "%s .%s = %s", i ? "," : "", q->in[i].name, q->in[i].name);
        fputs(" };\n", o->f);
    }
    if (q->kind == NONE) fprintf(o->f, "    return db_exec(db, &dbq_%s, %s);\n}\n\n", q->name, in);
    if (q->kind == ROW) fprintf(o->f, "    return db_row(db, &dbq_%s, %s, ret);\n}\n\n", q->name, in);
    if (q->kind == ROWS) fprintf(o->f, "    void *at = NULL;\n    size_t n = 0;\n"
        "    int rc = db_rows(db, &dbq_%s, %s, &at, &n);\n    if (rc == 0) *ret = (struct %s_rows){ at, n };\n"
        "    return rc;\n}\n\n", q->name, in, q->name);
}

static void write_room(const char *outdir, int room) {
    const char *name = run.rooms[room].name;
    struct out *h = begin(), *c = begin();
    size_t n;
    if (read_file(format("%s/%s.sql", run.rooms[room].dir, name), &n) == NULL) return;
    fprintf(h->f, "/* Made by tools/sqlc. Not edited. */\n#ifndef YW_%s_SQL\n#define YW_%s_SQL\n", name, name);
    fputs("#include \"db/db.h\"\n", h->f);
    fprintf(c->f, "/* Made by tools/sqlc. Not edited. */\n#include <stddef.h>\n#include \"%s_sql.h\"\n\n", name);
    for (size_t i = 0; i < run.n_queries; i++) {
        const struct query *q = run.queries[i];
        if (q->room != room) continue;
        fputc('\n', h->f);
        if (q->kind != NONE) put_struct(h, q->name, "", q->out, q->n_out);
        if (q->kind == ROWS) fprintf(h->f, "struct %s_rows { struct %s *at; size_t n; };\n", q->name, q->name);
        if (q->n_in > 0) put_struct(q->n_in > 3 ? h : c, q->name, "_in", q->in, q->n_in);
        put_prototype(h, q, ";\n");
        put_fields(c, q, "_in", q->in, q->n_in);
        put_fields(c, q, "", q->out, q->n_out);
        put_record(c, q, i);
        put_function(c, q);
    }
    fputs("#endif\n", h->f);
    write_file(format("%s/%s_sql.h", outdir, name), h);
    write_file(format("%s/%s_sql.c", outdir, name), c);
}

static void write_schema(const char *outdir) {
    struct out *o = begin();
    fputs("/* Made by tools/sqlc: schema steps and the list of queries. Not edited. */\n#include \"db/db.h\"\n\n"
          "const struct db_step db_steps[] = {\n", o->f);
    for (size_t i = 0; i < run.n_steps; i++) {
        const struct step *s = run.steps[i];
        fprintf(o->f, "    { \"%s\", %d, \"%s\", \"%s\", {", run.rooms[s->room].name, s->number, s->name, s->kind);
        put_c_texts(o, s->sql);
        fprintf(o->f, "        \"%s\" },\n", s->hash);
    }
    fprintf(o->f, "    { 0 }\n};\nconst size_t db_steps_n = %zu;\n\n", run.n_steps);
    for (size_t i = 0; i < run.n_queries; i++) fprintf(o->f, "extern const struct db_query dbq_%s;\n", run.queries[i]->name);
    fputs("const struct db_query *const db_queries[] = {\n", o->f);
    for (size_t i = 0; i < run.n_queries; i++) fprintf(o->f, "    &dbq_%s,\n", run.queries[i]->name);
    fprintf(o->f, "    NULL\n};\nconst size_t db_query_count = %zu;\n", run.n_queries);
    write_file(format("%s/schema.c", outdir), o);
}

/* What a reading query returns is compared with its head too, through an empty table made from it. */
static void put_pg_query(struct out *o, const struct query *q, size_t number) {
    fprintf(o->f, "\nprepare %s", q->name);
    for (size_t i = 0; i < q->n_in; i++) fprintf(o->f, "%s%s", i ? ", " : " (", types[q->in[i].type].pg_param);
    fprintf(o->f, "%s as %s;\n", q->n_in ? ")" : "", q->sql[1]);
    if (q->writes) return;
    fprintf(o->f, "create temp table yiwang_q%zu (", number);
    for (size_t i = 0; i < q->n_out; i++) fprintf(o->f, "%s%s", i ? ", " : "", q->out[i].name);
    fprintf(o->f, ") as execute %s", q->name);
    for (size_t i = 0; i < q->n_in; i++) fputs(i ? ", null" : " (null", o->f);
    fprintf(o->f, "%s with no data;\nselect same_types('%s', 'yiwang_q%zu', array[", q->n_in ? ")" : "", q->name, number);
    for (size_t i = 0; i < q->n_out; i++) fprintf(o->f, "%s'%s'", i ? ", " : "", types[q->out[i].type].pg_param);
    fprintf(o->f, "]);\ndrop table yiwang_q%zu;\n", number);
}

static void write_pg_check(const char *outdir) {
    struct out *o = begin();
    /* count(*) is bigint, a literal integer, sum(bigint) numeric, exists() boolean: each is read as a whole number */
    fputs("-- Made by tools/sqlc: psql -v ON_ERROR_STOP=1 -f pg_check.sql. Not edited.\n\\set QUIET 1\n\\o /dev/null\n"
          "set client_min_messages = warning;\ndrop schema if exists yiwang_check cascade;\ncreate schema yiwang_check;\n"
          "set search_path = yiwang_check;\n"
          "create function same_types(query text, made text, want text[]) returns void language plpgsql as $$\n"
          "declare have text[];\nbegin\n"
          "  select array_agg(case when format_type(atttypid, null) in ('integer', 'numeric', 'boolean') then 'bigint'\n"
          "    else format_type(atttypid, null) end order by attnum) into have\n"
          "    from pg_attribute where attrelid = made::regclass and attnum > 0;\n"
          "  if have <> want then raise exception '%: PostgreSQL has %, the head %', query, have, want; end if;\nend $$;\n"
          DB_LEDGER_POSTGRESQL, o->f);
    for (size_t i = 0; i < run.n_steps; i++) {
        const struct step *s = run.steps[i];
        fprintf(o->f, "\n\\echo step %s %04d_%s\n%s", run.rooms[s->room].name, s->number, s->name, s->sql[1]);
    }
    for (size_t i = 0; i < run.n_queries; i++) put_pg_query(o, run.queries[i], i);
    fprintf(o->f, "\ndrop schema yiwang_check cascade;\n\\echo %zu steps, %zu queries\n", run.n_steps, run.n_queries);
    write_file(format("%s/pg_check.sql", outdir), o);
}

static void open_memory(void) {
    static const int off[] = { SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_TRUSTED_SCHEMA,
        SQLITE_DBCONFIG_ENABLE_FKEY };           /* else the wall would be asked about other rooms' parent keys */
    if (sqlite3_open(":memory:", &run.db) != SQLITE_OK) abort();
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) sqlite3_db_config(run.db, off[i], 0, NULL);
    if (sqlite3_exec(run.db, DB_LEDGER_SQLITE, NULL, NULL, NULL) != SQLITE_OK) fault("ledger", 0, "%s", sqlite3_errmsg(run.db));
#define LEDGER_COLUMN(t, c, w) run.columns[run.n_columns++] = (struct column){ t, c, type_of(w, sizeof(w) - 1) };
    DB_LEDGER_COLUMNS(LEDGER_COLUMN)
}

int main(int argc, char **argv) {
    if (argc < 3 || argc - 2 > MAX_ROOMS) return fprintf(stderr, "usage: sqlc OUTDIR ROOM:FOLDER ...\n"), 2;
    for (int i = 2; i < argc; i++) {
        size_t n = strcspn(argv[i], ":");
        if (argv[i][n] != ':' || n == 0 || memchr(argv[i], '_', n) != NULL)
            fault(argv[i], 0, "ROOM:FOLDER expected, and no _ in a room's name");
        else run.rooms[run.n_rooms++] = (struct room){ copy(argv[i], n), argv[i] + n + 1 };
    }
    open_memory();
    for (run.room = 0; run.room < run.n_rooms && run.faults == 0; run.room++) read_schema();
    if (run.faults > 0) return 1;
    for (run.room = 0; run.room < run.n_rooms; run.room++) read_queries();
    if (run.faults > 0) return 1;
    for (int i = 0; i < run.n_rooms; i++) write_room(argv[1], i);
    write_schema(argv[1]);
    write_pg_check(argv[1]);
    return run.faults > 0;
}
