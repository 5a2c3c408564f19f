#include "verify/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/num.h"
#include "verify/rows.h"

struct check {
    struct source *from;
    struct arena *a, *scratch;
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

/* False: the question cannot be answered, which is a finding. */
static bool ask(struct check *c, const char *sql, struct rows *ret)
{
    bool ok = c->from->ask(c->from, sql, NULL, 0, ret);
    if (!ok)
        finding(c, "the store cannot answer \"%s\": %.*s", sql, STRF(c->from->why));
    return ok;
}

/* False at the end, which it tidies up. */
static bool next(struct check *c, struct rows *r)
{
    int more = c->from->next(r);
    if (more > 0)
        return true;
    if (more < 0)
        finding(c, "the store stopped in the middle of an answer: %.*s", STRF(c->from->why));
    c->from->end(r);
    return false;
}

static const char *text(struct rows *r, int at)
{
    str t = r->from->text(r, at);
    return t.p ? t.p : "";
}

static long long number(struct rows *r, int at)
{
    return strtoll(text(r, at), NULL, 10);
}

static bool null(struct rows *r, int at)
{
    return str_none(r->from->text(r, at));
}

static long long count_of(struct check *c, const char *sql)
{
    struct rows r;
    long long n = -1;
    if (ask(c, sql, &r))
        while (next(c, &r))
            n = number(&r, 0);
    return n;
}

/* Each row of `sql` is a fault; its first two columns are shown. */
static void none_of(struct check *c, const char *what, const char *sql)
{
    struct rows r;
    if (ask(c, sql, &r))
        while (next(c, &r))
            finding(c, "%s: %s %s", what, text(&r, 0), r.columns > 1 ? text(&r, 1) : "");
}

/* ---- what the engine itself can say ---- */

static void say(void *arg, const char *sentence)
{
    finding(arg, "%s", sentence);
}

static void structure(struct check *c)
{
    c->from->structure(c->from, say, c);
}

/* ---- evidence: numbers without gaps, time that does not run backwards, a salt of the right size or none ---- */

static void evidence_rows(struct check *c)
{
    long long want = 1, last_at = 0;
    struct rows r;
    bool asked = ask(c, "select e.seq, e.at, length(e.hash), length(t.salt) from core_evidence e "
                        "left join core_evidence_salt t on t.seq = e.seq order by e.seq", &r);
    while (asked && next(c, &r)) {
        long long seq = number(&r, 0), at = number(&r, 1);
        if (seq != want)
            finding(c, "evidence %lld is missing (the next one is %lld)", want, seq);
        if (at < last_at - 2000)
            finding(c, "evidence %lld lies more than two seconds before its predecessor", seq);
        if (number(&r, 2) != 32 || (!null(&r, 3) && number(&r, 3) != 16))
            finding(c, "evidence %lld has a hash or a salt of the wrong size", seq);
        want = seq + 1;
        last_at = at > last_at ? at : last_at;
    }
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
    struct rows r;
    bool asked = ask(c, "select h.case_id, h.seq, h.act, h.from_state, h.to_state, k.state, k.seq, k.version, h.version from case_history h "
                        "join case_case k on k.case_id = h.case_id order by h.case_id, h.seq", &r);
    while (asked && next(c, &r)) {
        long long id = number(&r, 0), seq = number(&r, 1);
        if (id != last_case)
            want = 1, before[0] = 0;
        if (seq != want)
            finding(c, "case %lld: step %lld of its history is missing", id, want);
        if (strcmp(text(&r, 3), before))
            finding(c, "case %lld step %lld starts from \"%s\" but the step before ended in \"%s\"", id, seq, text(&r, 3), before);
        if (!legal(text(&r, 2), text(&r, 3), text(&r, 4)))
            finding(c, "case %lld step %lld: %s from \"%s\" to \"%s\" is not legal", id, seq, text(&r, 2), text(&r, 3), text(&r, 4));
        if (seq == number(&r, 6) && (strcmp(text(&r, 4), text(&r, 5)) || number(&r, 7) != number(&r, 8)))
            finding(c, "case %lld stands in \"%s\", its history ends in \"%s\" (or at another version)", id, text(&r, 5), text(&r, 4));
        snprintf(before, sizeof before, "%s", text(&r, 4));
        last_case = id;
        want = seq + 1;
    }
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
            "select d.item_code, max(cast(substr(d.number, g.head + 1) as bigint)) from d join g on g.item_code = d.item_code and g.day = d.day "
            "group by d.item_code, d.day having max(cast(substr(d.number, g.head + 1) as bigint)) <> max(g.n)");
}

/* ---- files: every row's bytes are there and are what the row says ---- */

static void one_file(struct check *c, const char *id, str sm3, long long size)
{
    if (sm3.n != 32) {
        finding(c, "file %s has no digest", id);
        return;
    }
    arena_reset(c->scratch);
    struct sm3 *d = sm3_new(c->scratch);
    uint8_t want[32], found[32];
    int64_t there;
    memcpy(want, sm3.p, sizeof want);
    if (!c->from->file(c->from, want, d, &there) || there != size) {
        finding(c, "file %s is not there, or has another size", id);
        return;
    }
    sm3_end(d, found);
    if (memcmp(found, want, sizeof want))
        finding(c, "file %s was changed: its bytes do not match its digest", id);
}

static void files(struct check *c)
{
    struct rows r;
    bool asked = ask(c, "select file_id, sm3, size from form_file_pub order by file_id", &r);
    while (asked && next(c, &r))
        one_file(c, text(&r, 0), r.from->bytes(&r, 1), number(&r, 2));
    none_of(c, "a material points to a file that is not there (case, line)",
            "select case_id, line from case_material where file_id is not null and file_id not in (select file_id from form_file_pub)");
}

/* ---- the client's ledger: what was acknowledged is here ---- */

/* One row or none. */
static bool there(struct check *c, const char *sql, const struct value *values, int n)
{
    struct rows r;
    bool found = false;
    if (!c->from->ask(c->from, sql, values, n, &r)) {
        finding(c, "the store cannot answer \"%s\": %.*s", sql, STRF(c->from->why));
        return true;                             /* said once is enough */
    }
    while (next(c, &r))
        found = true;
    return found;
}

static void ledger_line(struct check *c, str line, int at)
{
    str f[4] = {STR_NONE, STR_NONE, STR_NONE, STR_NONE}, rest = line;
    for (int i = 0; i < 4 && !str_none(rest); i++)
        rest = str_cut(rest, '\t', &f[i]);
    uint8_t hash[32];
    int64_t id, leaf = 0;
    bool no_leaf = str_empty(f[3]) || str_is(f[3], "-");
    if (str_empty(f[2]) || !unhex(f[2], hash, 32) || !num_i64(f[1], &id) || (!no_leaf && !num_i64(f[3], &leaf))) {
        finding(c, "ledger line %d cannot be read", at);
        return;
    }
    const struct value key[] = {{.kind = 't', .s = f[0]}, {.kind = 'b', .s = {(const char *)hash, 32}}};
    if (!there(c, "select 1 from core_key where key = $1 and body_hash = $2", key, 2))
        finding(c, "ledger line %d: key %.*s was acknowledged but is not in the store, or with another body", at, STRF(f[0]));
    const struct value row[] = {{.kind = 'i', .n = id}, {.kind = 'i', .n = leaf}};
    if (!there(c, "select 1 from case_case k where k.case_id = cast($1 as bigint) and (cast($2 as bigint) = 0 or exists (select 1 "
                  "from core_evidence e where e.seq = cast($2 as bigint) and e.object = 'case' and e.object_id = k.case_id))", row, 2))
        finding(c, "ledger line %d: case %.*s with evidence %.*s was acknowledged but is not in the store", at, STRF(f[1]), STRF(f[3]));
}

static void ledger(struct check *c, const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f) {
        finding(c, "the ledger %s cannot be read", path);
        return;
    }
    char *line = NULL;
    size_t cap = 0;
    int n = 0;
    for (ssize_t got; (got = getline(&line, &cap, f)) > 0;) {
        str s = str_trim((str){line, (size_t)got});
        if (s.n)
            ledger_line(c, s, ++n);
    }
    free(line);
    fclose(f);
    printf("ledger: %d acknowledged receipts looked for\n", n);
}

int verify_store(const char *dir, const char *url, const char *ledger_path)
{
    struct check c = {.a = arena_new((size_t)1 << 30), .scratch = arena_new(1 << 20)};
    str why = STR_NONE;
    c.from = url && *url ? source_postgresql(c.a, url, &why) : source_sqlite(c.a, dir, &why);
    if (!c.from) {
        fprintf(stderr, "yiwang: %.*s\n", STRF(why));
        arena_drop(c.scratch);
        arena_drop(c.a);
        return 1;
    }
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
    c.from->close(c.from);
    arena_drop(c.scratch);
    arena_drop(c.a);
    return findings ? 1 : 0;
}
