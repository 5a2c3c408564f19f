#ifndef YW_ROOM_NOTE_TEST_HELP_H
#define YW_ROOM_NOTE_TEST_HELP_H
/* A real store with one item, one hall, two people and cases that are set to a state by hand; hooks run on it in a batch.
 * Shared with the tests of the room watch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/req_private.h"
#include "core/settings.h"
#include "db/db.h"
#include "rooms/case/case.h"

struct stage {
    char dir[64];
    struct arena *a;
    struct db_store *store;
    struct db_conn *writer;
    int64_t version;                             /* of the last event */
};

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st, (void)flag, (void)f;
    return remove(path);
}

static inline void exec(struct stage *t, const char *sql)
{
    sqlite3 *db;
    char path[128], *why = NULL;
    snprintf(path, sizeof path, "%s/yiwang.db", t->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s in %.200s", why, sql);
    sqlite3_close(db);
}

/* The first column of the first row, "" when there is none. */
static inline const char *seen(struct stage *t, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    char path[128];
    str got = S("");
    snprintf(path, sizeof path, "%s/yiwang.db", t->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
        got = str_dup(t->a, str_c((const char *)sqlite3_column_text(st, 0)));
    sqlite3_finalize(st);
    sqlite3_close(db);
    return got.p;
}

#define DAY(y_, m_, d_) ((int64_t)date_days((struct date){(y_), (m_), (d_)}))

static const char stage_sql[] =
    "insert into org_region values ('460000000000','海南省','Hainan',null,2,'province',1),"
    " ('460100000000','海口市','Haikou','460000000000',3,'city',1);"
    "insert into org_region_line values ('460000000000','460000000000',0),('460100000000','460100000000',0),"
    " ('460100000000','460000000000',1);"
    "insert into org_calendar_year values (2026);"
    "insert into org_calendar_day values ('',20518,'off','五一');"                       /* 2026-03-06, a Friday made a day off */
    "insert into org_department (department_id,key,name,name_en,region,body_kind,office,in_tree) values"
    " (11,'d11','市水务局','Water Bureau','460100000000',1,0,1),(12,'d12','省民政厅','Civil Affairs','460000000000',1,0,1);"
    "insert into org_hall (hall_id,key,name,name_en,region,address,address_en,hours,hours_en,phone,one_person) values"
    " (21,'h','市大厅','City Hall','460100000000','样例路1号','1 Demo Road','9:00-17:00','9 to 5','0898-65000000',0);"
    "insert into person_person (person_id,name,name_masked,document,number_box,number_hash,id_masked,mail,assurance,demo,added_at) values"
    " (31,'甲','甲','citizen_id',x'01',x'01','4600**********0012','a@example.com',3,1,0),"
    " (32,'乙','乙','citizen_id',x'02',x'02','4600**********0020',null,3,1,0);"
    "insert into item_item (item_id,code,code_national,code_own,name,name_en,type,kind,department_id,region,level,online,for_person,"
    " for_organisation,words,version,published) values (41,'X41',0,1,'排水许可','Sewage permit','01','commitment',11,'460100000000',3,1,1,1,"
    " '',1,1);"
    "insert into item_version (item_id,version,body,form,hash,source,imported_at) values"
    " (41,1,'{}','{\"fields\":[{\"name\":\"lost_day\",\"label\":\"遗失日期\",\"label_en\":\"Day of loss\"}]}',x'00','t',0);";

static inline void add_case(struct stage *t, int64_t id, int64_t department, const char *region)
{
    char sql[1200];
    snprintf(sql, sizeof sql,
             "insert into case_case (case_id,item_id,item_version,item_code,item_name,item_type,kind,region,department_id,hall_id,"
             "applicant_person_id,actor_person_id,channel,state,desk,open,version,seq,fields,submitted_at,deemed,query_hash,query_box)"
             " values (%lld,41,1,'X41','排水许可','01','commitment','%s',%lld,21,31,31,'online','awaiting_paper','applicant',1,1,1,x'00',0,0,"
             " x'00',x'00')", (long long)id, region, (long long)department);
    exec(t, sql);
}

static inline int stage_setup(void **state)
{
    struct stage *t = calloc(1, sizeof *t);
    str why = STR_NONE;
    snprintf(t->dir, sizeof t->dir, "/tmp/yiwang-note-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    t->a = arena_new(64u << 20);
    char path[128];
    snprintf(path, sizeof path, "%s/yiwang.conf", t->dir);
    FILE *f = fopen(path, "w");
    fputs("note.smtp_url = smtp://127.0.0.1:1\nnote.mail_from = no-reply@demo.example.com\n", f);
    fclose(f);
    if (settings_load(t->a, t->dir, &why) || db_store_open(t->a, t->dir, true, &t->store, &why) || db_store_migrate(t->store, t->a, &why))
        fail_msg("%.*s", STRF(why));
    exec(t, stage_sql);
    add_case(t, 51, 11, "460100000000");
    assert_int_equal(db_conn_open(t->store, true, &t->writer), 0);
    *state = t;
    return 0;
}

static inline int stage_teardown(void **state)
{
    struct stage *t = *state;
    db_conn_close(t->writer);
    db_store_close(t->store);
    arena_drop(t->a);
    nftw(t->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(t);
    return 0;
}

/* One member of a batch of its own; kept when run returns 0. */
static inline int in_batch(struct stage *t, int (*run)(struct db *db, void *arg), void *arg)
{
    struct db db;
    assert_int_equal(db_batch_begin(t->writer), 0);
    assert_int_equal(db_member_begin(t->writer, t->a, 0, &db), 0);
    assert_int_equal(ids_lease(&db), 0);
    int code = run(&db, arg);
    assert_int_equal(code ? db_member_undo(&db) : db_member_keep(&db), 0);
    assert_int_equal(db_batch_commit(t->writer), 0);
    return code;
}

struct hooking { int (*hook)(struct req *r, const void *event); struct case_event e; };

static inline int run_hook(struct db *db, void *arg)
{
    struct hooking *h = arg;
    struct req r = {.arena = db->arena, .db = db, .now = h->e.at, .lang = LANG_ZH};
    return h->hook(&r, &h->e);
}

/* The event of an act on case `id`, as the case room emits it after the case has moved. */
static inline struct case_event event_of(struct stage *t, int64_t id, const char *act, const char *from, const char *to)
{
    return (struct case_event){
        .case_id = id, .version = ++t->version, .act = str_c(act), .from = str_c(from), .to = str_c(to), .number = S("X41202603020001"),
        .item_id = 41, .item_name = S("排水许可"), .applicant_person_id = 31, .actor_person_id = 31, .enterprise_id = DB_NONE,
        .region = S("460100000000"), .department_id = 11, .hall_id = 21, .note = STR_NONE,
        .at = date_start((struct date){2026, 3, 2})};
}

static inline int hook(struct stage *t, int (*fn)(struct req *r, const void *event), struct case_event e)
{
    struct hooking h = {fn, e};
    return in_batch(t, run_hook, &h);
}
#endif
