/* The SQL compiler (host program).
 *
 *   sqlc OUTDIR core:src/core item:src/rooms/item ...
 *
 * Reads each room's schema/NNNN_name.sql and ROOM.sql, in the order given, and writes OUTDIR/ROOM_sql.h and ROOM_sql.c
 * (one typed function and row struct per query), OUTDIR/schema.c (steps and list of queries) and OUTDIR/pg_check.sql.
 * It has no parser of SQL: a list of tokens for parameters, type words and a few refusals; all else is asked of SQLite,
 * which prepares every query on a schema in memory under an authorizer that is the wall between the rooms.
 * docs/add-a-table.md says how the files are written. A file is rewritten only when its content changed. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../src/db/ledger.h"

enum { MAX_ROOMS = 32, MAX_FIELDS = 64, MAX_QUERIES = 4096, MAX_STEPS = 512, MAX_COLUMNS = 8192 };
enum { SQLITE, POSTGRESQL };
enum kind { ROW, ROWS, NONE };

struct sb { char *p; size_t n, cap; };
struct tok { enum { WORD, PARAM, TEXT, PUNCT, END } kind; const char *p; size_t n; int line, newlines; bool gap; };
struct toks { struct tok *at; size_t n; };
struct field { char *name; int type; bool null, personal; };
struct query {
    char *name; const char *file; int line, room; enum kind kind;
    struct field in[MAX_FIELDS], out[MAX_FIELDS];
    size_t n_in, n_out;
    char *sql[2];
    bool writes, personal, own_form;             /* own_form: the PostgreSQL form is written out */
};
struct step { int room, number; char *name, *kind, *sql[2], hash[65]; };
struct column { const char *table, *name; int type; };
struct room { const char *name, *dir; };

/* What one run knows. The authorizer leaves its reason in `why`. */
static struct {
    struct room rooms[MAX_ROOMS]; int n_rooms;
    struct query *queries[MAX_QUERIES]; size_t n_queries;
    struct step *steps[MAX_STEPS]; size_t n_steps;
    struct column columns[MAX_COLUMNS]; size_t n_columns;
    void *chunks;
    sqlite3 *db;
    int faults, room;
    bool in_schema, own_form;
    char why[400];
} run;

static const struct { const char *word, *sqlite, *pg, *c, *db; } types[] = {
    { "id", "integer", "bigint", "int64_t ", "DB_INT" },   { "int", "integer", "bigint", "int64_t ", "DB_INT" },
    { "money", "integer", "bigint", "int64_t ", "DB_INT" }, { "time", "integer", "bigint", "int64_t ", "DB_INT" },
    { "bool", "integer", "bigint", "bool ", "DB_BOOL" },   { "text", "text", "text collate \"C\"", "str ", "DB_TEXT" },
    { "json", "text", "text collate \"C\"", "str ", "DB_TEXT" }, { "blob", "blob", "bytea", "str ", "DB_BLOB" },
};
enum { N_TYPES = sizeof types / sizeof *types, T_INT = 1, T_BOOL = 4, T_BLOB = 7 };

/* ---- memory, text, faults ---- */

static void *take(size_t n) {                    /* given back at the end of the run */
    void **chunk = calloc(1, sizeof(void *) * 2 + n);
    if (chunk == NULL) {
        fprintf(stderr, "sqlc: no memory\n");
        exit(1);
    }
    chunk[0] = run.chunks;
    run.chunks = chunk;
    return chunk + 2;
}

static void give_back(void) {
    for (void **chunk = run.chunks, **next; chunk != NULL; chunk = next) {
        next = chunk[0];
        free(chunk);
    }
}

static char *copy(const char *p, size_t n) {
    char *z = take(n + 1);
    memcpy(z, p, n);
    return z;
}

static void put(struct sb *b, const char *p, size_t n) {
    if (b->n + n + 1 > b->cap) {
        size_t cap = (b->n + n + 1) * 2;
        char *bigger = take(cap);
        if (b->n > 0) memcpy(bigger, b->p, b->n);
        b->p = bigger;
        b->cap = cap;
    }
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

__attribute__((format(printf, 2, 3))) static void putf(struct sb *b, const char *fmt, ...) {
    char line[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof line) {
        fprintf(stderr, "sqlc: a line is too long\n");
        exit(1);
    }
    put(b, line, (size_t)n);
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

static char *format(const char *fmt, const char *a, const char *b) {
    struct sb s = { 0 };
    putf(&s, fmt, a, b);
    return s.p;
}

/* The file's text, or NULL when there is none. */
static char *read_file(const char *path, size_t *ret_n) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) return NULL;
    struct sb b = { 0 };
    char part[8192];
    put(&b, "", 0);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0; ) put(&b, part, n);
    fclose(f);
    if (memchr(b.p, '\0', b.n) != NULL) fault(path, 1, "holds a NUL byte");
    *ret_n = b.n;
    return b.p;
}

static void write_file(const char *outdir, const char *room, const char *tail, const struct sb *b) {
    char *name = format("%s%s", room, tail), *path = format("%s/%s", outdir, name);
    size_t n;
    char *old = read_file(path, &n);
    if (old != NULL && n == b->n && memcmp(old, b->p, n) == 0) return;
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(b->p, 1, b->n, f) != b->n || fclose(f) != 0)
        fault(path, 1, "cannot be written: %s", strerror(errno));
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

static size_t token_length(const char *p, int *ret_kind) {
    size_t n = 1;
    *ret_kind = PUNCT;
    if (*p == '\'') {
        *ret_kind = TEXT;
        while (p[n] != '\0' && (p[n] != '\'' || p[n + 1] == '\'')) n += p[n] == '\'' ? 2 : 1;
        return p[n] == '\0' ? n : n + 1;
    }
    if (p[0] == ':' && p[1] == ':') return 2;
    if (word_char(*p) || (*p == ':' && word_char(p[1]))) {
        *ret_kind = *p == ':' ? PARAM : WORD;
        while (word_char(p[n])) n++;
    }
    return n;
}

/* Cuts text into tokens; comments and white space become the gap before a token. Ends with an END token. */
static struct toks tokens(const char *text, int line) {
    struct toks t = { take((strlen(text) + 2) * sizeof(struct tok)), 0 };
    struct tok cur = { .line = line };
    for (const char *p = text; ; ) {
        if (*p == '\n') cur.newlines++, cur.line++;
        if (isspace((unsigned char)*p)) {
            cur.gap = true;
            p++;
        } else if (p[0] == '-' && p[1] == '-') {
            p += strcspn(p, "\n");
            cur.gap = true;
        } else if (*p == '\0') {
            cur.kind = END, cur.p = p, cur.n = 0;
            t.at[t.n] = cur;                     /* not counted */
            return t;
        } else {
            int kind;
            cur.n = token_length(p, &kind);
            cur.kind = (unsigned)kind & 7u, cur.p = p;
            t.at[t.n++] = cur;
            for (size_t i = 0; i < cur.n; i++) cur.line += p[i] == '\n';
            p += cur.n;
            cur.gap = false, cur.newlines = 0;
        }
    }
}

static bool is(const struct toks *t, size_t i, const char *what) {
    return i < t->n && t->at[i].kind != TEXT && t->at[i].n == strlen(what) && strncasecmp(t->at[i].p, what, t->at[i].n) == 0;
}

static bool is_any(const struct toks *t, size_t i, const char *const *list) {
    for (; *list != NULL; list++)
        if (is(t, i, *list)) return true;
    return false;
}

static void put_token(struct sb *b, const struct tok *t) {
    for (int i = 0; i < t->newlines; i++) put(b, "\n", 1);
    if (t->newlines == 0 && t->gap) put(b, " ", 1);
    put(b, t->p, t->n);
}

/* Refusals that hold for steps and queries alike. */
static bool check_words(const char *file, const char *name, const struct toks *t) {
    for (size_t i = 0; i < t->n; i++) {
        int line = t->at[i].line;
        if (is(t, i, "\"") || is(t, i, "`"))
            return fault(file, line, "%s: quoted names are refused; texts stand in single quotes", name);
        if (t->at[i].kind == TEXT && (t->at[i].n < 2 || t->at[i].p[t->at[i].n - 1] != '\''))
            return fault(file, line, "%s: the text that begins here has no end", name);
        if (is(t, i, "rollback"))
            return fault(file, line, "%s: rollback is refused: it would end the other members' transaction too", name);
        if (is(t, i, "deferrable")) return fault(file, line, "%s: deferrable is refused: a commit must not fail late", name);
        if (is(t, i, "autoincrement")) return fault(file, line, "%s: autoincrement is refused: ids are leased in blocks", name);
        if (is(t, i, "without") && is(t, i + 1, "rowid"))
            return fault(file, line, "%s: without rowid is refused: PostgreSQL does not know it", name);
    }
    return true;
}

/* ---- the wall: SQLite asks it about every table and function while it prepares ---- */

static int room_of(const char *table) {
    for (int i = 0; i < run.n_rooms; i++) {
        size_t n = strlen(run.rooms[i].name);
        if (strncmp(table, run.rooms[i].name, n) == 0 && table[n] == '_') return i;
    }
    return -1;
}

static bool is_pub(const char *name) {
    size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, "_pub") == 0;
}

__attribute__((format(printf, 1, 2))) static int deny(const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(run.why, sizeof run.why, fmt, ap);
    va_end(ap);
    return SQLITE_DENY;
}

/* via: the view (or with-name) inside which the read happens, or NULL. */
static int may_read(const char *table, const char *column, const char *via) {
    const char *own = run.rooms[run.room].name;
    int room = room_of(table);
    if (strncmp(table, "sqlite_", 7) == 0 || strcmp(table, "pragma_quick_check") == 0) return run.in_schema ? SQLITE_OK : deny("%s is SQLite's own table", table);
    if (room == run.room) return SQLITE_OK;
    if (room < 0) return column[0] == '\0' ? SQLITE_OK : deny("%s is no table of a room", table);   /* '' : a with-name */
    if (via != NULL && is_pub(via) && room_of(via) != run.room) return SQLITE_OK;
    if (!is_pub(table))
        return deny("room %s may not read %s: other rooms' data is read through their _pub views", own, table);
    if (room > run.room)
        return deny("room %s may not read %s: room %s stands above it (upward only by events)", own, table, run.rooms[room].name);
    return SQLITE_OK;
}

static int may_write(const char *table) {
    if (run.in_schema && strncmp(table, "sqlite_", 7) == 0) return SQLITE_OK;
    if (strcmp(table, "core_schema") == 0 || strcmp(table, "core_store") == 0)
        return deny("%s is written by the engine alone", table);
    if (room_of(table) == run.room) return SQLITE_OK;
    return deny("room %s may not write %s: a room writes its own tables only", run.rooms[run.room].name, table);
}

static int may_call(const char *name) {
    static const char *const known[] = { "coalesce", "nullif", "count", "sum", "min", "max", "abs", "length", "lower",
        "upper", "substr", "replace", "trim", "row_number", "like", NULL };
    static const char *const search[] = { "match", "bm25", NULL };
    for (const char *const *k = known; *k != NULL; k++)
        if (strcasecmp(*k, name) == 0) return SQLITE_OK;
    for (const char *const *k = search; *k != NULL && run.own_form; k++)
        if (strcasecmp(*k, name) == 0) return SQLITE_OK;
    /* what SQLite itself runs for "alter table ... add column" */
    if (run.in_schema && (strncmp(name, "sqlite_", 7) == 0 || strcmp(name, "printf") == 0 || strcmp(name, "glob") == 0)) return SQLITE_OK;
    return deny("function %s is not one that both engines know", name);
}

static int wall(void *none, int act, const char *a, const char *b, const char *base, const char *via) {
    (void)none, (void)base;
    switch (act) {
    case SQLITE_SELECT: case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_READ: return may_read(a, b != NULL ? b : "", via);
    case SQLITE_INSERT: case SQLITE_UPDATE: case SQLITE_DELETE: return may_write(a);
    case SQLITE_FUNCTION: return may_call(b);
    case SQLITE_TRANSACTION: case SQLITE_SAVEPOINT: return deny("transactions are the engine's");
    default: break;
    }
    if (!run.in_schema) return deny("only select, insert, update and delete stand in queries");
    switch (act) {
    case SQLITE_CREATE_TABLE: case SQLITE_CREATE_VIEW: case SQLITE_CREATE_INDEX: case SQLITE_CREATE_TRIGGER:
    case SQLITE_CREATE_VTABLE: case SQLITE_DROP_TABLE: case SQLITE_DROP_VIEW: case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TRIGGER: case SQLITE_DROP_VTABLE:
        if (room_of(a) == run.room || strncmp(a, "sqlite_", 7) == 0) return SQLITE_OK;
        return deny("%s must begin with the room's name: %s_", a, run.rooms[run.room].name);
    case SQLITE_ALTER_TABLE: return may_write(b);
    case SQLITE_REINDEX: return SQLITE_OK;
    case SQLITE_PRAGMA:                          /* "add column" checks the rows, FTS5 looks for other writers */
        if (strcmp(a, "quick_check") == 0 || strcmp(a, "data_version") == 0) return SQLITE_OK;
        return deny("pragma is refused in schema steps");
    default: return deny("this kind of statement is refused in schema steps");
    }
}

static sqlite3_stmt *prepare_plain(const char *sql) {
    sqlite3_stmt *s = NULL;
    sqlite3_set_authorizer(run.db, NULL, NULL);
    if (sqlite3_prepare_v2(run.db, sql, -1, &s, NULL) != SQLITE_OK) fault("sqlc", 0, "%s", sqlite3_errmsg(run.db));
    return s;
}

/* The wall's reason where it spoke, else SQLite's. `sql` begins at `line` of `file`. */
static bool sqlite_fault(const char *file, int line, const char *name, const char *sql) {
    int offset = sqlite3_error_offset(run.db);
    size_t at = offset > 0 ? (size_t)offset : strspn(sql, "\n ");
    for (size_t i = 0; i < at && sql[i] != '\0'; i++) line += sql[i] == '\n';
    return fault(file, line, "%s: %s", name, run.why[0] != '\0' ? run.why : sqlite3_errmsg(run.db));
}

/* ---- schema steps ---- */

static bool add_column(const char *file, const struct toks *t, size_t table, size_t name, struct sb *b, int engine) {
    const struct tok *n = &t->at[name];
    int type = name + 1 < t->n ? type_of(t->at[name + 1].p, t->at[name + 1].n) : -1;
    if (type < 0)
        return fault(file, n->line, "column %.*s has no type word (id int money time bool text blob json)", (int)n->n, n->p);
    put_token(b, n);
    putf(b, " %s", engine == SQLITE ? types[type].sqlite : types[type].pg);
    if (type == T_BOOL) putf(b, " check (%.*s in (0, 1))", (int)n->n, n->p);
    if (engine == SQLITE && run.n_columns < MAX_COLUMNS)
        run.columns[run.n_columns++] = (struct column){ copy(t->at[table].p, t->at[table].n), copy(n->p, n->n), type };
    return true;
}

/* The type words of one step in one engine's words; NULL after a fault. */
static char *translate_step(const char *file, const char *text, int engine) {
    static const char *const constraint[] = { "primary", "unique", "check", "foreign", "constraint", ")", NULL };
    struct toks t = tokens(text, 1);
    struct sb b = { 0 };
    size_t start = 0;
    int depth = 0;
    put(&b, "", 0);
    if (!check_words(file, "step", &t)) return NULL;
    for (size_t i = 0; i < t.n; i++) {
        const struct tok *k = &t.at[i];
        bool table = is(&t, start, "create") && is(&t, start + 1, "table");
        if (table && i == start && !is(&t, i + 3, "("))
            return fault(file, k->line, "write: create table NAME ( and one column per line"), NULL;
        if (table && depth == 1 && (is(&t, i - 1, ",") || is(&t, i - 1, "(")) && k->newlines == 0)
            return fault(file, k->line, "one column per line, please"), NULL;
        if (table && depth == 1 && k->newlines > 0 && (is(&t, i - 1, ",") || i == start + 4) && !is_any(&t, i, constraint)) {
            if (!add_column(file, &t, start + 2, i, &b, engine)) return NULL;
            i++;
            continue;
        }
        if (is(&t, start, "alter") && is(&t, i, "rename"))
            return fault(file, k->line, "rename is refused: add the new one, drop the old one in a contract step"), NULL;
        put_token(&b, k);
        if (is(&t, start, "alter") && is(&t, i, "column") && is(&t, i - 1, "add")) {
            if (!add_column(file, &t, start + 2, ++i, &b, engine)) return NULL;
            i++;
        }
        depth += is(&t, i, "(") - is(&t, i, ")");
        if (table && depth == 0 && is(&t, i, ")")) {
            if (!is(&t, i + 1, ";")) return fault(file, k->line, "a table ends with ); and nothing else"), NULL;
            if (engine == SQLITE) put(&b, " strict", 7);
        }
        if (is(&t, i, ";") && depth == 0) start = i + 1;
    }
    if (start != t.n) return fault(file, t.at[t.n].line, "the last statement has no semicolon"), NULL;
    put(&b, "\n", 1);
    return b.p;
}

/* Both engines' texts of a step; lines of the other engine's sections stay as empty lines, so that line numbers hold. */
static void split_sections(const char *text, struct sb out[2]) {
    bool on[2] = { true, true };
    put(&out[0], "", 0), put(&out[1], "", 0);
    for (const char *p = text; *p != '\0'; ) {
        size_t n = strcspn(p, "\n");
        size_t bare = n > 0 && p[n - 1] == '\r' ? n - 1 : n;
        if (bare == 8 && memcmp(p, "--sqlite", 8) == 0) on[0] = true, on[1] = false;
        if (bare == 12 && memcmp(p, "--postgresql", 12) == 0) on[0] = false, on[1] = true;
        if (bare == 6 && memcmp(p, "--both", 6) == 0) on[0] = on[1] = true;
        for (int e = 0; e < 2; e++) {
            if (on[e]) put(&out[e], p, n);
            put(&out[e], "\n", 1);
        }
        p += n + (p[n] == '\n');
    }
}

static bool apply_step(const char *file, const char *sql) {
    run.in_schema = true;
    run.own_form = true;
    sqlite3_set_authorizer(run.db, wall, NULL);
    int line = 1;
    for (const char *p = sql, *next; *p != '\0'; p = next) {
        sqlite3_stmt *s = NULL;
        run.why[0] = '\0';
        int rc = sqlite3_prepare_v2(run.db, p, -1, &s, &next);
        if (rc == SQLITE_OK && s != NULL) {
            while ((rc = sqlite3_step(s)) == SQLITE_ROW) continue;
            sqlite3_finalize(s);
            rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
        }
        if (rc != SQLITE_OK) return sqlite_fault(file, line, "step", p);
        for (const char *q = p; q < next; q++) line += *q == '\n';
    }
    return true;
}

/* A view's text is judged when it is used: so use it once, as its own room. Then the foreign keys: downward only. */
static void check_room_schema(const char *dir) {
    const char *room = run.rooms[run.room].name;
    sqlite3_stmt *s = prepare_plain("select name from sqlite_master where type = 'view' and substr(name, 1, length(?1)) = ?1");
    char *prefix = format("%s%s", room, "_");
    sqlite3_bind_text(s, 1, prefix, -1, SQLITE_STATIC);
    run.in_schema = run.own_form = false;
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *view = (const char *)sqlite3_column_text(s, 0);
        char *sql = format("select * from %s%s", view, "");
        sqlite3_stmt *v = NULL;
        run.why[0] = '\0';
        sqlite3_set_authorizer(run.db, wall, NULL);
        if (sqlite3_prepare_v2(run.db, sql, -1, &v, NULL) != SQLITE_OK) sqlite_fault(dir, 1, view, sql);
        sqlite3_finalize(v);
    }
    sqlite3_finalize(s);
    s = prepare_plain("select m.name, f.\"table\", f.on_update, f.on_delete from sqlite_master m, pragma_foreign_key_list(m.name) f "
                      "where m.type = 'table' and substr(m.name, 1, length(?1)) = ?1");
    sqlite3_bind_text(s, 1, prefix, -1, SQLITE_STATIC);
    while (sqlite3_step(s) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(s, 0), *to = (const char *)sqlite3_column_text(s, 1);
        bool acts = strcmp((const char *)sqlite3_column_text(s, 2), "NO ACTION") != 0 ||
                    strcmp((const char *)sqlite3_column_text(s, 3), "NO ACTION") != 0;
        if (room_of(to) > run.room) fault(dir, 1, "%s may not refer to %s: that room stands above it", table, to);
        if (room_of(to) != run.room && acts) fault(dir, 1, "%s: on delete and on update may not act across rooms", table);
    }
    sqlite3_finalize(s);
    s = prepare_plain("pragma foreign_key_check");
    if (s != NULL && sqlite3_step(s) == SQLITE_ERROR) fault(dir, 1, "%s", sqlite3_errmsg(run.db));
    sqlite3_finalize(s);
}

static void sm3_hex(const char *p, size_t n, char ret[65]) {
    uint8_t md[32];
    if (EVP_Digest(p, n, md, NULL, EVP_sm3(), NULL) != 1) {
        fprintf(stderr, "sqlc: libcrypto has no SM3\n");
        exit(1);
    }
    for (size_t i = 0; i < 32; i++) snprintf(ret + 2 * i, 3, "%02x", md[i]);
}

static bool read_step(const char *dir, const char *entry, int number) {
    char *file = format("%s/%s", dir, entry);
    size_t n = 0, head = 0;
    char *text = read_file(file, &n);
    struct step *s = take(sizeof *s);
    if (text == NULL) return fault(file, 1, "cannot be read");
    if (atoi(entry) != number) return fault(file, 1, "steps are numbered without gaps: %04d was expected", number);
    static const char *const kinds[] = { "expand", "contract" };
    for (int i = 0; i < 2; i++) {
        char *first = format("-- step: %s%s", kinds[i], "");
        head = strlen(first);
        if (strncmp(text, first, head) == 0 && (text[head] == '\n' || text[head] == '\r')) s->kind = copy(kinds[i], strlen(kinds[i]));
    }
    if (s->kind == NULL) return fault(file, 1, "the first line must be: -- step: expand (or contract)");
    struct toks t = tokens(text, 1);
    for (size_t i = 0; i < t.n && strcmp(s->kind, "expand") == 0; i++)
        if (is(&t, i, "drop") && (is(&t, i + 1, "table") || is(&t, i + 1, "column")))
            return fault(file, t.at[i].line, "drop belongs in a contract step: the previous version still runs on this store");
    struct sb parts[2] = { 0 };
    split_sections(text, parts);
    for (int e = 0; e < 2; e++)
        if ((s->sql[e] = translate_step(file, parts[e].p, e)) == NULL) return false;
    s->room = run.room;
    s->number = number;
    s->name = copy(entry + 5, strlen(entry) - 5 - 4);
    sm3_hex(text, n, s->hash);
    if (!apply_step(file, s->sql[SQLITE])) return false;
    if (run.n_steps == MAX_STEPS) return fault(file, 1, "too many steps: raise MAX_STEPS in tools/sqlc.c");
    run.steps[run.n_steps++] = s;
    return true;
}

static int is_step(const struct dirent *e) {
    size_t n = strlen(e->d_name);
    return n > 9 && strspn(e->d_name, "0123456789") == 4 && e->d_name[4] == '_' && strcmp(e->d_name + n - 4, ".sql") == 0;
}

static void read_schema(void) {
    char *dir = format("%s/%s", run.rooms[run.room].dir, "schema");
    struct dirent **list = NULL;
    int n = scandir(dir, &list, is_step, alphasort);
    bool sound = true;
    for (int i = 0; i < n; i++) {
        sound = sound && read_step(dir, list[i]->d_name, i + 1);
        free(list[i]);
    }
    free(list);
    if (sound && n > 0) check_room_schema(dir);
}

/* ---- queries ---- */

struct head { const char *file; struct toks t; size_t i; };

static bool head_fault(const struct head *h, const char *what) {
    return fault(h->file, h->t.at[h->i < h->t.n ? h->i : h->t.n].line, "query head: %s", what);
}

/* ( name type[?] [personal], ... ) */
static bool read_fields(struct head *h, struct field *at, size_t *ret_n, bool out) {
    static const char *const taken[] = { "db", "ret", "in", "default", "register", "switch", "char", "long", "short", "float",
        "double", "void", "static", "union", "struct", "enum", "const", "int", "bool", "str", "break", "for", "if", "else", NULL };
    const struct toks *t = &h->t;
    size_t n = 0;
    if (!is(t, h->i++, "(")) return h->i--, head_fault(h, "( expected");
    while (!is(t, h->i, ")")) {
        struct field f = { 0 };
        if (n > 0 && !is(t, h->i++, ",")) return h->i--, head_fault(h, ", or ) expected");
        if (n == MAX_FIELDS) return head_fault(h, "too many fields");
        if (h->i >= t->n || t->at[h->i].kind != WORD) return head_fault(h, "a name expected");
        if (is_any(t, h->i, taken)) return head_fault(h, "this name means something else in C");
        f.name = copy(t->at[h->i].p, t->at[h->i].n);
        h->i++;
        if (h->i >= t->n || (f.type = type_of(t->at[h->i].p, t->at[h->i].n)) < 0)
            return head_fault(h, "a type word expected (id int money time bool text blob json)");
        h->i++;
        if (is(t, h->i, "?")) f.null = true, h->i++;
        if (f.null && f.type == T_BOOL) return head_fault(h, "bool? cannot be told from false in C: say int?");
        if (is(t, h->i, "personal")) f.personal = true, h->i++;
        if (f.personal && !out) return head_fault(h, "personal is said of results only");
        for (size_t i = 0; i < n; i++)
            if (strcmp(at[i].name, f.name) == 0) return head_fault(h, "two fields of one name");
        at[n++] = f;
    }
    h->i++;
    *ret_n = n;
    return true;
}

static bool read_head(struct head *h, struct query *q) {
    static const char *const kinds[] = { "row", "rows", "none", NULL };
    const char *room = run.rooms[run.room].name;
    const struct toks *t = &h->t;
    if (t->n == 0 || t->at[0].kind != WORD) return head_fault(h, "a name expected");
    q->name = copy(t->at[0].p, t->at[0].n);
    if (room_of(q->name) != run.room) return fault(q->file, q->line, "query %s must be named %s_...", q->name, room);
    for (size_t i = 0; i < run.n_queries; i++)
        if (strcmp(run.queries[i]->name, q->name) == 0) return fault(q->file, q->line, "two queries are named %s", q->name);
    h->i = 1;
    if (!read_fields(h, q->in, &q->n_in, false)) return false;
    if (!is(t, h->i, "-") || !is(t, h->i + 1, ">")) return head_fault(h, "-> row, -> rows or -> none expected");
    h->i += 2;
    if (!is_any(t, h->i, kinds)) return head_fault(h, "-> row, -> rows or -> none expected");
    q->kind = is(t, h->i, "row") ? ROW : is(t, h->i, "rows") ? ROWS : NONE;
    h->i++;
    if (q->kind != NONE && !read_fields(h, q->out, &q->n_out, true)) return false;
    if (q->kind != NONE && q->n_out == 0) return head_fault(h, "a row needs columns");
    if (h->i < t->n) return head_fault(h, "nothing more expected here");
    for (size_t i = 0; i < q->n_out; i++) q->personal = q->personal || q->out[i].personal;
    return true;
}

/* A with-name like another room's _pub view would be a hole in the wall. */
static bool check_with_names(const struct query *q, const struct toks *t) {
    for (size_t i = 1; i < t->n; i++) {
        if (!is(t, i, "as") || !(is(t, i + 1, "(") || is(t, i + 1, "materialized") || is(t, i + 1, "not"))) continue;
        size_t at = i - 1;
        while (at > 0 && is(t, i - 1, ")") && !is(t, at, "(")) at--;
        if (at > 0 && is(t, at, "(")) at--;
        if (room_of(copy(t->at[at].p, t->at[at].n)) >= 0)
            return fault(q->file, t->at[at].line, "%s: the with-name %.*s looks like a room's table", q->name,
                         (int)t->at[at].n, t->at[at].p);
    }
    return true;
}

static bool check_query_words(const struct query *q, const struct toks *t) {
    static const char *const before_star[] = { "select", "distinct", "all", ",", ".", "returning", NULL };
    if (!check_words(q->file, q->name, t) || !check_with_names(q, t)) return false;
    for (size_t i = 0; i < t->n; i++) {
        int line = t->at[i].line;
        if (i > 0 && is(t, i, "*") && is_any(t, i - 1, before_star))
            return fault(q->file, line, "%s: select * is refused: name the columns", q->name);
        if (is(t, i, "offset")) return fault(q->file, line, "%s: offset is refused: page by key (where id > :after)", q->name);
        if (is(t, i, "rowid") && !q->own_form)
            return fault(q->file, line, "%s: rowid is refused: PostgreSQL does not know it", q->name);
        if (is(t, i, ";") && i + 1 < t->n) return fault(q->file, line, "%s: more than one statement", q->name);
        if (is(t, i, "?") || is(t, i, "$") || is(t, i, "@"))
            if (!q->own_form) return fault(q->file, line, "%s: parameters are written :name", q->name);
    }
    if (t->n == 0) return fault(q->file, q->line, "%s has no statement", q->name);
    return true;
}

/* :name becomes ?1 or $1, in the head's order. NULL after a fault. */
static char *translate_query(const struct query *q, const char *text, int line, int engine) {
    struct toks t = tokens(text, line);
    struct sb b = { 0 };
    bool used[MAX_FIELDS] = { false };
    if (!check_query_words(q, &t)) return NULL;
    for (size_t i = 0; i < t.n; i++) {
        struct tok k = t.at[i];
        if (is(&t, i, ";")) break;
        if (k.kind != PARAM) {
            put_token(&b, &k);
            continue;
        }
        size_t at = 0;
        while (at < q->n_in && (strlen(q->in[at].name) != k.n - 1 || memcmp(q->in[at].name, k.p + 1, k.n - 1) != 0)) at++;
        if (at == q->n_in)
            return fault(q->file, k.line, "%s: parameter %.*s is not in the query's head", q->name, (int)k.n, k.p), NULL;
        used[at] = true;
        k.n = 0;
        put_token(&b, &k);
        putf(&b, "%c%zu", engine == SQLITE ? '?' : '$', at + 1);
    }
    for (size_t i = 0; i < q->n_in; i++)
        if (!used[i]) return fault(q->file, q->line, "%s: parameter :%s is never used", q->name, q->in[i].name), NULL;
    return b.p;
}

static bool check_column(const struct query *q, sqlite3_stmt *s, int i) {
    const struct field *f = &q->out[i];
    const char *table = sqlite3_column_table_name(s, i), *name = sqlite3_column_origin_name(s, i);
    int not_null = 0, key = 0;
    if (strcmp(sqlite3_column_name(s, i), f->name) != 0)
        return fault(q->file, q->line, "%s: column %d is %s in the statement but %s in the head", q->name, i + 1,
                     sqlite3_column_name(s, i), f->name);
    if (table == NULL || name == NULL) return true;                       /* an expression: looked at when it runs */
    if (sqlite3_table_column_metadata(run.db, NULL, table, name, NULL, NULL, &not_null, &key, NULL) != SQLITE_OK) return true;
    for (size_t c = run.n_columns; c-- > 0; ) {
        const struct column *col = &run.columns[c];
        if (strcmp(col->table, table) != 0 || strcmp(col->name, name) != 0) continue;
        if (col->type != f->type && !(col->type == T_BOOL && f->type == T_INT))
            return fault(q->file, q->line, "%s: %s is %s in the head but %s.%s is %s", q->name, f->name, types[f->type].word,
                         table, name, types[col->type].word);
        break;
    }
    if (!not_null && !key && !f->null)
        return fault(q->file, q->line, "%s: %s.%s may be NULL: say %s %s? in the head", q->name, table, name, f->name,
                     types[f->type].word);
    return true;
}

static bool check_statement(struct query *q, sqlite3_stmt *s) {
    int n = sqlite3_column_count(s);
    q->writes = !sqlite3_stmt_readonly(s);
    if (q->kind == NONE && !q->writes) return fault(q->file, q->line, "%s reads: it needs -> row or -> rows", q->name);
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
    run.why[0] = '\0';
    sqlite3_set_authorizer(run.db, wall, NULL);
    if (sqlite3_prepare_v2(run.db, q->sql[SQLITE], -1, &s, NULL) != SQLITE_OK)
        return sqlite_fault(q->file, line[SQLITE], q->name, q->sql[SQLITE]);
    bool sound = check_statement(q, s);
    sqlite3_finalize(s);
    if (!sound) return false;
    if (run.n_queries == MAX_QUERIES) return fault(q->file, q->line, "too many queries: raise MAX_QUERIES in tools/sqlc.c");
    run.queries[run.n_queries++] = q;
    return true;
}

static bool starts(const char *line, const char *with) {
    return strncmp(line, with, strlen(with)) == 0;
}

/* ROOM.sql, by lines: "--:" is a head, "--postgresql" begins the second form, all else is the statement. */
static void read_queries(void) {
    char *file = format("%s/%s.sql", run.rooms[run.room].dir, run.rooms[run.room].name);
    size_t n;
    char *text = read_file(file, &n), *p = text;
    int line = 1;
    while (text != NULL && *p != '\0') {
        struct sb head = { 0 }, body[2] = { 0 };
        struct query *q = take(sizeof *q);
        int lines[2] = { line, line }, form = 0;
        *q = (struct query){ .file = file, .line = line, .room = run.room };
        put(&head, "", 0), put(&body[0], "", 0), put(&body[1], "", 0);
        for (bool in_head = true; *p != '\0'; line++) {
            size_t len = strcspn(p, "\n");
            if (starts(p, "--:") && !in_head) break;
            if (in_head && !starts(p, "--:")) in_head = false, lines[0] = line;
            if (in_head) put(&head, p + 3, len - 3), put(&head, "\n", 1);
            else if (starts(p, "--postgresql")) form = 1, q->own_form = true, lines[1] = line;
            if (!in_head) put(&body[form], p, len), put(&body[form], "\n", 1);
            p += len + (p[len] == '\n');
        }
        struct head h = { file, tokens(head.p, q->line), 0 };
        if (head.n > 0 && read_head(&h, q)) compile_query(q, (const char *const[]){ body[0].p, body[1].p }, lines);
        if (head.n == 0 && tokens(body[0].p, 1).n > 0) fault(file, q->line, "a statement stands before the first query head");
    }
}

/* ---- output ---- */

static void put_c_text(struct sb *b, const char *sql) {
    bool open = false;
    for (const char *p = sql + strspn(sql, "\n "); *p != '\0'; p++) {
        if (!open) put(b, "\n        \"", 10);
        open = true;
        if (*p == '\n') {
            put(b, "\\n\"", 3);
            open = false;
            p += strspn(p, "\n") - 1;
        } else {
            if (*p == '"' || *p == '\\' || *p == '?') put(b, "\\", 1);    /* '?': no trigraphs */
            put(b, p, 1);
        }
    }
    if (open) put(b, "\"", 1);
}

static void put_struct(struct sb *b, const char *name, const char *tail, const struct field *f, size_t n) {
    putf(b, "struct %s%s {", name, tail);
    for (size_t i = 0; i < n; i++) putf(b, " %s%s;", types[f[i].type].c, f[i].name);
    put(b, " };\n", 4);
}

static void put_prototype(struct sb *b, const struct query *q) {
    putf(b, "int %s(struct db *db", q->name);
    if (q->n_in > 3) putf(b, ", const struct %s_in *in", q->name);
    for (size_t i = 0; i < q->n_in && q->n_in <= 3; i++) putf(b, ", %s%s", types[q->in[i].type].c, q->in[i].name);
    if (q->kind != NONE) putf(b, ", struct %s%s *ret", q->name, q->kind == ROWS ? "_rows" : "");
    put(b, ")", 1);
}

static void put_field_table(struct sb *b, const struct query *q, const char *which, const char *tail, const struct field *f, size_t n) {
    if (n == 0) return;
    putf(b, "static const struct db_field %s_%s[] = {\n", q->name, which);
    for (size_t i = 0; i < n; i++)
        putf(b, "    { \"%s\", %s, %s, %s, offsetof(struct %s%s, %s) },\n", f[i].name, types[f[i].type].db,
             f[i].null ? "true" : "false", f[i].personal ? "true" : "false", q->name, tail, f[i].name);
    put(b, "};\n", 3);
}

static void put_function(struct sb *b, const struct query *q) {
    const char *call = q->kind == ROW ? "db_row" : q->kind == ROWS ? "db_rows" : "db_exec";
    const char *in = q->n_in == 0 ? "NULL" : q->n_in > 3 ? "in" : "&in";
    put_prototype(b, q);
    put(b, " {\n", 3);
    if (q->n_in > 0 && q->n_in <= 3) {
        putf(b, "    const struct %s_in in = {", q->name);
        for (size_t i = 0; i < q->n_in; i++) putf(b, "%s .%s = %s", i ? "," : "", q->in[i].name, q->in[i].name);
        put(b, " };\n", 4);
    }
    if (q->kind == ROWS)
        putf(b, "    void *at = NULL;\n    size_t n = 0;\n    int rc = %s(db, &dbq_%s, %s, &at, &n);\n"
             "    if (rc == 0) *ret = (struct %s_rows){ at, n };\n    return rc;\n}\n\n", call, q->name, in, q->name);
    else
        putf(b, "    return %s(db, &dbq_%s, %s%s);\n}\n\n", call, q->name, in, q->kind == ROW ? ", ret" : "");
}

static void write_room(const char *outdir, int room) {
    const char *name = run.rooms[room].name;
    struct sb h = { 0 }, c = { 0 };
    size_t count = 0;
    putf(&h, "/* Made by tools/sqlc from %s.sql. Not edited. */\n#ifndef YW_%s_SQL_H\n#define YW_%s_SQL_H\n#include \"db/db.h\"\n",
         name, name, name);
    putf(&c, "/* Made by tools/sqlc from %s.sql. Not edited. */\n#include <stddef.h>\n#include \"%s_sql.h\"\n\n", name, name);
    for (size_t i = 0; i < run.n_queries; i++) {
        const struct query *q = run.queries[i];
        if (q->room != room) continue;
        count++;
        put(&h, "\n", 1);
        if (q->kind != NONE) put_struct(&h, q->name, "", q->out, q->n_out);
        if (q->kind == ROWS) putf(&h, "struct %s_rows { struct %s *at; size_t n; };\n", q->name, q->name);
        if (q->n_in > 0) put_struct(q->n_in > 3 ? &h : &c, q->name, "_in", q->in, q->n_in);
        put_prototype(&h, q);
        put(&h, ";\n", 2);
        put_field_table(&c, q, "in_fields", "_in", q->in, q->n_in);
        put_field_table(&c, q, "out_fields", "", q->out, q->n_out);
        putf(&c, "extern const struct db_query dbq_%s;\nconst struct db_query dbq_%s = {\n    .name = \"%s\",\n    .sql = {", q->name,
             q->name, q->name);
        put_c_text(&c, q->sql[0]);
        put(&c, ",", 1);
        put_c_text(&c, q->sql[1]);
        put(&c, " },\n", 4);
        if (q->n_in > 0) putf(&c, "    .in = %s_in_fields, .n_in = %zu,\n", q->name, q->n_in);
        if (q->n_out > 0)
            putf(&c, "    .out = %s_out_fields, .n_out = %zu, .row_size = sizeof(struct %s),\n", q->name, q->n_out, q->name);
        putf(&c, "    .writes = %s, .personal = %s, .index = %zu,\n};\n", q->writes ? "true" : "false",
             q->personal ? "true" : "false", i);
        put_function(&c, q);
    }
    put(&h, "#endif\n", 7);
    size_t n;
    if (read_file(format("%s/%s.sql", run.rooms[room].dir, name), &n) == NULL) return;
    write_file(outdir, name, "_sql.h", &h);
    write_file(outdir, name, "_sql.c", &c);
}

static void write_schema(const char *outdir) {
    struct sb b = { 0 };
    putf(&b, "/* Made by tools/sqlc: schema steps and the list of queries. Not edited. */\n#include \"db/db.h\"\n\n");
    putf(&b, "const struct db_step db_steps[] = {\n");
    for (size_t i = 0; i < run.n_steps; i++) {
        const struct step *s = run.steps[i];
        putf(&b, "    { \"%s\", %d, \"%s\", \"%s\", {", run.rooms[s->room].name, s->number, s->name, s->kind);
        put_c_text(&b, s->sql[0]);
        put(&b, ",", 1);
        put_c_text(&b, s->sql[1]);
        putf(&b, " },\n        \"%s\" },\n", s->hash);
    }
    putf(&b, "    { 0 }\n};\nconst size_t db_steps_n = %zu;\n\n", run.n_steps);
    for (size_t i = 0; i < run.n_queries; i++) putf(&b, "extern const struct db_query dbq_%s;\n", run.queries[i]->name);
    putf(&b, "const struct db_query *const db_queries[] = {\n");
    for (size_t i = 0; i < run.n_queries; i++) putf(&b, "    &dbq_%s,\n", run.queries[i]->name);
    putf(&b, "    NULL\n};\nconst size_t db_query_count = %zu;\n", run.n_queries);
    write_file(outdir, "schema", ".c", &b);
}

static const char *pg_type(int type) {
    return type == T_BLOB ? "bytea" : strcmp(types[type].db, "DB_TEXT") == 0 ? "text" : "bigint";
}

/* What a reading query returns is compared with its head too, through an empty table made from it. */
static void put_pg_result_check(struct sb *b, const struct query *q, size_t number) {
    putf(b, "create temp table yiwang_q%zu (", number);
    for (size_t i = 0; i < q->n_out; i++) putf(b, "%s%s", i ? ", " : "", q->out[i].name);
    putf(b, ") as execute %s", q->name);
    for (size_t i = 0; i < q->n_in; i++) putf(b, "%snull", i ? ", " : " (");
    putf(b, "%s with no data;\nselect yiwang_check.same_types('%s', 'yiwang_q%zu', array[", q->n_in ? ")" : "", q->name, number);
    for (size_t i = 0; i < q->n_out; i++) putf(b, "%s'%s'", i ? ", " : "", pg_type(q->out[i].type));
    putf(b, "]);\ndrop table yiwang_q%zu;\n", number);
}

static void write_pg_check(const char *outdir) {
    struct sb b = { 0 };
    putf(&b, "-- Made by tools/sqlc: psql -v ON_ERROR_STOP=1 -f pg_check.sql (PostgreSQL 15). Not edited.\n\\set QUIET 1\n"
         "\\pset format unaligned\n\\o /dev/null\ndrop schema if exists yiwang_check cascade;\ncreate schema yiwang_check;\n"
         "set search_path = yiwang_check;\nset client_min_messages = warning;\n");
    /* count(*) is bigint, a literal integer, sum(bigint) numeric, exists() boolean: each reads as a whole number */
    put(&b, "create function yiwang_check.same_types(query text, made text, want text[]) returns void language plpgsql as $$\n"
        "declare have text[];\nbegin\n"
        "  select array_agg(case when format_type(atttypid, null) in ('integer', 'numeric', 'boolean') then 'bigint'\n"
        "    else format_type(atttypid, null) end order by attnum) into have\n"
        "    from pg_attribute where attrelid = made::regclass and attnum > 0;\n"
        "  if have <> want then raise exception '%: PostgreSQL returns %, the head says %', query, have, want; end if;\nend $$;\n",
        sizeof "create function yiwang_check.same_types(query text, made text, want text[]) returns void language plpgsql as $$\n"
        "declare have text[];\nbegin\n"
        "  select array_agg(case when format_type(atttypid, null) in ('integer', 'numeric', 'boolean') then 'bigint'\n"
        "    else format_type(atttypid, null) end order by attnum) into have\n"
        "    from pg_attribute where attrelid = made::regclass and attnum > 0;\n"
        "  if have <> want then raise exception '%: PostgreSQL returns %, the head says %', query, have, want; end if;\nend $$;\n" - 1);
    put(&b, DB_LEDGER_POSTGRESQL, sizeof DB_LEDGER_POSTGRESQL - 1);
    for (size_t i = 0; i < run.n_steps; i++) {
        putf(&b, "\n\\echo step %s %04d_%s\n", run.rooms[run.steps[i]->room].name, run.steps[i]->number, run.steps[i]->name);
        put(&b, run.steps[i]->sql[1], strlen(run.steps[i]->sql[1]));
    }
    for (size_t i = 0; i < run.n_queries; i++) {
        const struct query *q = run.queries[i];
        putf(&b, "\nprepare %s", q->name);
        for (size_t k = 0; k < q->n_in; k++) putf(&b, "%s%s", k ? ", " : " (", pg_type(q->in[k].type));
        putf(&b, "%s as", q->n_in ? ")" : "");
        putf(&b, "%s", q->sql[1][0] == '\n' ? "" : " ");
        put(&b, q->sql[1], strlen(q->sql[1]));
        put(&b, ";\n", 2);
        if (!q->writes) put_pg_result_check(&b, q, i);
    }
    putf(&b, "\ndrop schema yiwang_check cascade;\n\\o\n\\echo %zu steps, %zu queries\n", run.n_steps, run.n_queries);
    write_file(outdir, "pg_check", ".sql", &b);
}

static bool open_memory(void) {
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) return fault("sqlc", 0, "SQLite cannot be opened");
    run.db = db;
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);   /* else the wall would be asked about parents' keys */
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (sqlite3_exec(db, DB_LEDGER_SQLITE, NULL, NULL, NULL) != SQLITE_OK) return fault("sqlc", 0, "%s", sqlite3_errmsg(db));
#define LEDGER_COLUMN(t, c, w) run.columns[run.n_columns++] = (struct column){ t, c, type_of(w, sizeof(w) - 1) };
    DB_LEDGER_COLUMNS(LEDGER_COLUMN)
    return true;
}

int main(int argc, char **argv) {
    if (argc < 3 || argc - 2 > MAX_ROOMS) {
        fprintf(stderr, "usage: sqlc OUTDIR ROOM:FOLDER ...\n");
        return 2;
    }
    for (int i = 2; i < argc; i++) {
        size_t n = strcspn(argv[i], ":");
        if (argv[i][n] != ':' || n == 0 || memchr(argv[i], '_', n) != NULL)
            fault(argv[i], 0, "ROOM:FOLDER expected, and no _ in a room's name");
        else run.rooms[run.n_rooms++] = (struct room){ copy(argv[i], n), argv[i] + n + 1 };
    }
    if (run.faults == 0 && open_memory()) {
        for (run.room = 0; run.room < run.n_rooms; run.room++) read_schema();
        for (run.room = 0; run.room < run.n_rooms && run.faults == 0; run.room++) read_queries();
    }
    if (run.faults == 0) {
        for (int i = 0; i < run.n_rooms; i++) write_room(argv[1], i);
        write_schema(argv[1]);
        write_pg_check(argv[1]);
    }
    sqlite3_close(run.db);
    int status = run.faults == 0 ? 0 : 1;
    give_back();
    return status;
}
