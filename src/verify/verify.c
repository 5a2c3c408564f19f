#include "verify/verify.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/sm.h"
#include "base/str.h"

struct check {
    sqlite3 *db;
    struct arena *a;
    const char *dir;
    long long findings;
};

static void finding(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void finding(struct check *c, const char *fmt, ...)
{
    va_list ap;
    if (c->findings++ >= 200)
        return;                                  /* enough to see what is wrong; the count goes on */
    va_start(ap, fmt);
    printf("  ");
    vprintf(fmt, ap);
    printf("\n");
    va_end(ap);
}

static sqlite3_stmt *ask(struct check *c, const char *sql)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) != SQLITE_OK)
        finding(c, "the store cannot answer \"%s\": %s", sql, sqlite3_errmsg(c->db));
    return s;
}

static const char *text(sqlite3_stmt *s, int at)
{
    const unsigned char *t = sqlite3_column_text(s, at);
    return t ? (const char *)t : "";
}

static long long count_of(struct check *c, const char *sql)
{
    sqlite3_stmt *s = ask(c, sql);
    long long n = s && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : -1;
    sqlite3_finalize(s);
    return n;
}

/* Each row of `sql` is a fault; its first two columns are shown. */
static void none_of(struct check *c, const char *what, const char *sql)
{
    sqlite3_stmt *s = ask(c, sql);
    while (s && sqlite3_step(s) == SQLITE_ROW)
        finding(c, "%s: %s %s", what, text(s, 0), sqlite3_column_count(s) > 1 ? text(s, 1) : "");
    sqlite3_finalize(s);
}

/* ---- the file itself ---- */

static void structure(struct check *c)
{
    sqlite3_stmt *s = ask(c, "pragma integrity_check");
    while (s && sqlite3_step(s) == SQLITE_ROW)
        if (strcmp(text(s, 0), "ok"))
            finding(c, "the database file is damaged: %s", text(s, 0));
    sqlite3_finalize(s);
    s = ask(c, "pragma foreign_key_check");
    while (s && sqlite3_step(s) == SQLITE_ROW)
        finding(c, "a row of %s points to a row of %s that is not there", text(s, 0), text(s, 2));
    sqlite3_finalize(s);
}

/* ---- evidence: numbers without gaps, time that does not run backwards, a salt of the right size or none ---- */

static void evidence_rows(struct check *c)
{
    long long want = 1, last_at = 0;
    sqlite3_stmt *s = ask(c, "select e.seq, e.at, length(e.hash), length(t.salt), length(e.person) from core_evidence e "
                             "left join core_evidence_salt t on t.seq = e.seq order by e.seq");
    while (s && sqlite3_step(s) == SQLITE_ROW) {
        long long seq = sqlite3_column_int64(s, 0), at = sqlite3_column_int64(s, 1);
        if (seq != want)
            finding(c, "evidence %lld is missing (the next one is %lld)", want, seq);
        if (at < last_at - 2000)
            finding(c, "evidence %lld lies more than two seconds before its predecessor", seq);
        if (sqlite3_column_int(s, 2) != 32 || (sqlite3_column_int(s, 3) != 16 && sqlite3_column_type(s, 3) != SQLITE_NULL))
            finding(c, "evidence %lld has a hash or a salt of the wrong size", seq);
        want = seq + 1;
        last_at = at > last_at ? at : last_at;
    }
    sqlite3_finalize(s);
    long long drawn = count_of(c, "select coalesce((select value from core_series where series = 'evidence'), 0)");
    if (drawn != want - 1)
        finding(c, "%lld evidence numbers were drawn, the last row is %lld", drawn, want - 1);
    none_of(c, "an access row without its evidence",
            "select access_id from core_access where seq not in (select seq from core_evidence where act = 'read')");
    none_of(c, "a history row without evidence of its act (case, step)",
            "select h.case_id, h.seq from case_history h where h.person_id is not null and not exists (select 1 from core_evidence e "
            "where e.object = 'case' and e.object_id = h.case_id and e.version = h.version)");
}

/* ---- states: our own table of law.md and contract.md ---- */

static const struct { const char *act, *from, *to; } moves[] = {
    {"submit", "", "received"}, {"submit", "", "awaiting_paper"}, {"open", "", "received"}, {"open", "", "awaiting_paper"},
    {"receive", "awaiting_paper", "received"}, {"accept", "received", "accepted"}, {"deem", "received", "accepted"},
    {"correct", "received", "correcting"}, {"supplement", "correcting", "received"}, {"refuse", "received", "refused"},
    {"review", "accepted", "reviewed"}, {"approve", "reviewed", "granted"}, {"deny", "reviewed", "denied"},
    {"make", "granted", "made"}, {"make", "denied", "made"}, {"issue", "made", "at_window"}, {"deliver", "at_window", "delivered"},
    {"withdraw", "awaiting_paper", "withdrawn"}, {"withdraw", "received", "withdrawn"}, {"withdraw", "correcting", "withdrawn"},
    {"withdraw", "accepted", "withdrawn"}, {"withdraw", "reviewed", "withdrawn"},
};

static int legal(const char *act, const char *from, const char *to)
{
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (!strcmp(moves[i].act, act) && !strcmp(moves[i].from, from) && !strcmp(moves[i].to, to))
            return 1;
    return 0;
}

static void states(struct check *c)
{
    char before[64] = "";
    long long last_case = -1, want = 1;
    sqlite3_stmt *s = ask(c, "select h.case_id, h.seq, h.act, h.from_state, h.to_state, k.state, k.seq, k.version, h.version from case_history h "
                             "join case_case k on k.case_id = h.case_id order by h.case_id, h.seq");
    while (s && sqlite3_step(s) == SQLITE_ROW) {
        long long id = sqlite3_column_int64(s, 0), seq = sqlite3_column_int64(s, 1);
        if (id != last_case)
            want = 1, before[0] = 0;
        if (seq != want)
            finding(c, "case %lld: step %lld of its history is missing", id, want);
        if (strcmp(text(s, 3), before))
            finding(c, "case %lld step %lld starts from \"%s\" but the step before ended in \"%s\"", id, seq, text(s, 3), before);
        if (!legal(text(s, 2), text(s, 3), text(s, 4)))
            finding(c, "case %lld step %lld: %s from \"%s\" to \"%s\" is not legal", id, seq, text(s, 2), text(s, 3), text(s, 4));
        if (seq == sqlite3_column_int64(s, 6) && (strcmp(text(s, 4), text(s, 5)) || sqlite3_column_int64(s, 7) != sqlite3_column_int64(s, 8)))
            finding(c, "case %lld stands in \"%s\", its history ends in \"%s\" (or at another version)", id, text(s, 5), text(s, 4));
        snprintf(before, sizeof before, "%s", text(s, 4));
        last_case = id;
        want = seq + 1;
    }
    sqlite3_finalize(s);
    none_of(c, "a case without its history, or shorter than it says",
            "select case_id from case_case k where seq <> (select count(*) from case_history h where h.case_id = k.case_id)");
    none_of(c, "a case that waits for paper has a number", "select case_id from case_case where state = 'awaiting_paper' and number is not null");
    none_of(c, "a case has an acceptance number but was never accepted",
            "select case_id from case_case k where acceptance_no is not null and not exists (select 1 from case_history h "
            "where h.case_id = k.case_id and h.act in ('accept','deem'))");
}

/* ---- duties, per natural person, from the history alone ---- */

static void duties(struct check *c)
{
    none_of(c, "one person accepted and reviewed or decided (case, person)",
            "select distinct a.case_id, a.person_id from case_history a join case_history b on b.case_id = a.case_id and b.person_id = a.person_id "
            "where a.act in ('accept','correct','refuse','receive') and b.act in ('review','approve','deny','make')");
    none_of(c, "one person reviewed and decided a commitment case (case, person)",
            "select distinct a.case_id, a.person_id from case_history a join case_history b on b.case_id = a.case_id and b.person_id = a.person_id "
            "join case_case k on k.case_id = a.case_id where a.act = 'review' and b.act in ('approve','deny') and k.kind <> 'immediate'");
    none_of(c, "one person decided and issued (case, person)",
            "select distinct a.case_id, a.person_id from case_history a join case_history b on b.case_id = a.case_id and b.person_id = a.person_id "
            "where a.act in ('review','approve','deny') and b.act in ('issue','deliver')");
    none_of(c, "one person accepted and issued where the hall keeps them apart (case, person)",
            "select distinct a.case_id, a.person_id from case_history a join case_history b on b.case_id = a.case_id and b.person_id = a.person_id "
            "join case_case k on k.case_id = a.case_id join org_hall_pub h on h.hall_id = k.hall_id "
            "where a.act in ('accept','correct','refuse','receive') and b.act in ('issue','deliver') and h.one_person = 0");
    none_of(c, "the applicant handled the case (case, person)",
            "select distinct h.case_id, h.person_id from case_history h join case_case k on k.case_id = h.case_id "
            "where h.person_id in (k.applicant_person_id, k.actor_person_id) "
            "and h.act in ('accept','correct','refuse','receive','review','approve','deny','make','issue','deliver')");
    none_of(c, "posts of two branches in one hand (person)", "select person_id from org_duty_pub group by person_id having count(distinct branch) > 1");
}

/* ---- numbers ---- */

static void numbers(struct check *c)
{
    none_of(c, "a number given twice", "select number from case_case where number is not null group by number having count(*) > 1");
    /* What stands behind item and day counts 1, 2, 3 ..., four digits or more: as many cases as the highest number says. The
     * shortest number of an item and day ends in four digits, which tells where the counting begins. */
    none_of(c, "a gap in the numbers of an item and day (item, highest)",
            "with d as (select number, item_code, (received_at + 28800000) / 86400000 as day from case_case where number is not null), "
            "g as (select item_code, day, min(length(number)) - 4 as head, count(*) as n from d group by item_code, day) "
            "select d.item_code, max(cast(substr(d.number, g.head + 1) as integer)) from d join g on g.item_code = d.item_code and g.day = d.day "
            "group by d.item_code, d.day having max(cast(substr(d.number, g.head + 1) as integer)) <> max(g.n)");
}

/* ---- files: every row's bytes are there and are what the row says ---- */

static void one_file(struct check *c, const char *id, const unsigned char *sm3, int n, long long size)
{
    if (n != 32) {
        finding(c, "file %s has no digest", id);
        return;
    }
    str name = hex(c->a, sm3, 32);
    str path = str_fmt(c->a, "%s/files/%.2s/%s", c->dir, name.p, name.p + 2);
    int fd = open(path.p, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) || st.st_size != size) {
        finding(c, "file %s is not on disk, or has another size", id);
        if (fd >= 0)
            close(fd);
        return;
    }
    struct sm3 *d = sm3_new(c->a);
    char block[65536];
    uint8_t found[32];
    for (ssize_t got; (got = read(fd, block, sizeof block)) > 0;)
        sm3_add(d, block, (size_t)got);
    close(fd);
    sm3_end(d, found);
    if (memcmp(found, sm3, 32))
        finding(c, "file %s was changed: its bytes do not match its digest", id);
}

static void files(struct check *c)
{
    sqlite3_stmt *s = ask(c, "select file_id, sm3, size from form_file_pub");
    while (s && sqlite3_step(s) == SQLITE_ROW)
        one_file(c, text(s, 0), sqlite3_column_blob(s, 1), sqlite3_column_bytes(s, 1), sqlite3_column_int64(s, 2));
    sqlite3_finalize(s);
    none_of(c, "a material points to a file that is not there (case, line)",
            "select case_id, line from case_material where file_id is not null and file_id not in (select file_id from form_file_pub)");
}

/* ---- the client's ledger: what was acknowledged is here ---- */

static void ledger_line(struct check *c, sqlite3_stmt *by_key, sqlite3_stmt *by_leaf, str line, int at)
{
    str f[4] = {STR_NONE, STR_NONE, STR_NONE, STR_NONE}, rest = line;
    for (int i = 0; i < 4 && !str_none(rest); i++)
        rest = str_cut(rest, '\t', &f[i]);
    uint8_t want[32];
    if (str_empty(f[2]) || !unhex(f[2], want, 32)) {
        finding(c, "ledger line %d cannot be read", at);
        return;
    }
    sqlite3_reset(by_key);
    sqlite3_bind_text(by_key, 1, f[0].p, (int)f[0].n, SQLITE_STATIC);
    sqlite3_bind_blob(by_key, 2, want, 32, SQLITE_STATIC);
    if (sqlite3_step(by_key) != SQLITE_ROW)
        finding(c, "ledger line %d: key %.*s was acknowledged but is not in the store, or with another body", at, STRF(f[0]));
    sqlite3_reset(by_leaf);
    sqlite3_bind_text(by_leaf, 1, f[1].p, (int)f[1].n, SQLITE_STATIC);
    sqlite3_bind_text(by_leaf, 2, f[3].p ? f[3].p : "-", f[3].p ? (int)f[3].n : 1, SQLITE_STATIC);
    if (sqlite3_step(by_leaf) != SQLITE_ROW)
        finding(c, "ledger line %d: case %.*s with evidence %.*s was acknowledged but is not in the store", at, STRF(f[1]), STRF(f[3]));
}

static void ledger(struct check *c, const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f) {
        finding(c, "the ledger %s cannot be read", path);
        return;
    }
    sqlite3_stmt *by_key = ask(c, "select 1 from core_key where key = ?1 and body_hash = ?2");
    sqlite3_stmt *by_leaf = ask(c, "select 1 from case_case k where k.case_id = cast(?1 as integer) and (?2 = '-' or exists (select 1 from core_evidence e "
                                   "where e.seq = cast(?2 as integer) and e.object = 'case' and e.object_id = k.case_id))");
    char *line = NULL;
    size_t cap = 0;
    int n = 0;
    for (ssize_t got; by_key && by_leaf && (got = getline(&line, &cap, f)) > 0;) {
        str s = str_trim((str){line, (size_t)got});
        if (s.n)
            ledger_line(c, by_key, by_leaf, s, ++n);
    }
    free(line);
    fclose(f);
    sqlite3_finalize(by_key);
    sqlite3_finalize(by_leaf);
    printf("ledger: %d acknowledged receipts looked for\n", n);
}

int verify_store(const char *dir, const char *ledger_path)
{
    struct check c = {.a = arena_new((size_t)1 << 30), .dir = dir};
    str path = str_fmt(c.a, "file:%s/yiwang.db?mode=ro", dir);
    if (sqlite3_open_v2(path.p, &c.db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK) {
        fprintf(stderr, "yiwang: the store in %s cannot be opened: %s\n", dir, sqlite3_errmsg(c.db));
        sqlite3_close(c.db);
        arena_drop(c.a);
        return 1;
    }
    sqlite3_db_config(c.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_exec(c.db, "begin", NULL, NULL, NULL);       /* one snapshot for everything */
    static const struct { const char *name; void (*fn)(struct check *); } parts[] = {
        {"structure", structure}, {"evidence", evidence_rows}, {"states", states},
        {"duties", duties},       {"numbers", numbers},        {"files", files},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        long long before = c.findings;
        parts[i].fn(&c);
        printf("%s: %s\n", parts[i].name, c.findings == before ? "holds" : "DOES NOT HOLD");
    }
    if (ledger_path)
        ledger(&c, ledger_path);
    printf("%lld cases, %lld evidence rows, %lld findings\n", count_of(&c, "select count(*) from case_case"),
           count_of(&c, "select count(*) from core_evidence"), c.findings);
    long long findings = c.findings;
    sqlite3_close(c.db);
    arena_drop(c.a);
    return findings ? 1 : 0;
}
