/* `yiwang deadline`: a due date and why, from the calendar built into the program, or from a store's when --data is given. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/serve.h"
#include "base/calendar.h"
#include "base/fault.h"
#include "base/num.h"
#include "core/room.h"
#include "db/db.h"
#include "rooms/org/org.h"
#include "web/static.h"

extern const struct static_file demo_files[];
extern const size_t demo_files_n;

#define ENTRIES 4096

static str file_text(const char *path)
{
    for (size_t i = 0; i < demo_files_n; i++)
        if (!strcmp(demo_files[i].path, path))
            return (str){(const char *)demo_files[i].plain, demo_files[i].plain_n};
    return S("");
}

/* Rows `[region,]date,kind,name`; with `region` only its own and its ancestors' (by code) are taken. */
static void add_rows(struct day_entry *at, size_t *n, str text, const char *region)
{
    str rest = text, line, f[4];
    while (!str_none(rest) && *n < ENTRIES) {
        rest = str_cut(rest, '\n', &line);
        size_t fields = 0;
        for (str more = str_trim(line); !str_none(more) && fields < 4; fields++)
            more = str_cut(more, ',', &f[fields]);
        size_t first = region ? 1 : 0;
        struct date d;
        if (fields < first + 3 || !date_parse(f[first], &d))
            continue;
        str own = region ? str_sub(f[0], 0, 6) : STR_NONE;
        while (own.n > 2 && str_ends(own, S("00")))
            own.n -= 2;
        if (region && !str_starts(str_c(region), own))
            continue;
        at[(*n)++] = (struct day_entry){date_days(d), str_is(f[first + 1], "work") ? DAY_WORK : DAY_OFF, f[first + 2]};
    }
}

static void sort_entries(struct day_entry *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {             /* stable: an overlay stays behind the day it lies over */
        struct day_entry e = at[i];
        size_t j = i;
        for (; j > 0 && at[j - 1].day > e.day; j--)
            at[j] = at[j - 1];
        at[j] = e;
    }
}

static void built_in(struct arena *a, const char *region, struct calendar *ret)
{
    struct day_entry *at = NEW_ARRAY(a, ENTRIES, struct day_entry);
    size_t n = 0;
    add_rows(at, &n, file_text("src/rooms/org/calendar/national.csv"), NULL);
    size_t national = n;
    if (region)
        add_rows(at, &n, file_text("src/rooms/org/calendar/local.csv"), region);
    int32_t first = 9999, last = 0;
    for (size_t i = 0; i < national; i++) {      /* a year is published when its first of January is named */
        struct date d = date_from_days(at[i].day);
        if (d.m == 1 && d.d == 1) {
            first = d.y < first ? d.y : first;
            last = d.y > last ? d.y : last;
        }
    }
    sort_entries(at, n);
    *ret = (struct calendar){.at = at, .n = n, .first_year = first, .last_year = last};
}

static int from_store(struct arena *a, const char *dir, const char *region, struct calendar *ret)
{
    struct db_store *store;
    struct db_conn *conn;
    struct db db;
    if (open_store(a, dir, false, &store))
        return ERR_FAIL;
    int code = db_conn_open(store, false, &conn);
    if (!code && !(code = db_read_begin(conn, a, &db))) {
        code = org_calendar(&db, a, str_c(region ? region : ""), ret);
        db_read_end(&db);
        db_conn_close(conn);
    }
    db_store_close(store);
    return code;
}

static void explain(const struct due *due, struct arena *a)
{
    static const char *const words[] = {[STEP_START] = "start, not counted", [STEP_COUNTED] = "counted", [STEP_SKIPPED] = "skipped",
                                        [STEP_MOVED] = "moved on"};
    for (size_t i = 0; i < due->n; i++) {
        const struct due_step *s = &due->at[i];
        printf("%s  %s", date_text(a, date_from_days(s->day)).p, words[s->kind]);
        if (s->kind == STEP_COUNTED)
            printf(" %d", s->counted);
        printf("%s%.*s\n", str_empty(s->why) ? "" : "  ", STRF(s->why));
    }
}

int cmd_deadline(struct arena *a, const char *dir, const char *const *args, int n)
{
    struct period p = {.n = -1, .unit = UNIT_WORKDAY};
    struct date from = {0};
    const char *region = NULL;
    for (int i = 0; i + 1 < n; i += 2) {
        str v = str_c(args[i + 1]);
        int64_t days;
        if (!strcmp(args[i], "--from") && date_parse(v, &from))
            continue;
        if (!strcmp(args[i], "--days") && num_i64(v, &days) && days >= 0 && days <= 10000) {
            p.n = (int32_t)days;
            continue;
        }
        if (!strcmp(args[i], "--region") && v.n >= 6) {
            region = args[i + 1];
            continue;
        }
        if (!strcmp(args[i], "--unit") && period_unit_parse(v, &p.unit) && p.unit != UNIT_HOUR)
            continue;
        fprintf(stderr, "yiwang: %s %s cannot be read.\n", args[i], args[i + 1]);
        return 2;
    }
    if (n % 2 || p.n < 0 || from.y == 0) {
        fputs("usage: yiwang deadline --from YYYY-MM-DD --days N [--unit workday|day|month] [--region CODE] [--data DIR]\n", stderr);
        return 2;
    }
    struct calendar c;
    if (dir && from_store(a, dir, region, &c))
        return 1;
    if (!dir)
        built_in(a, region, &c);
    struct due due;
    due_after(a, &c, from, p, true, &due);
    if (!due.known) {
        fprintf(stderr, "yiwang: the days off of %d are not published yet; %d counted so far.\n", due.missing_year, due.counted);
        return 1;
    }
    printf("%s\n", date_text(a, due.date).p);
    explain(&due, a);
    return 0;
}
