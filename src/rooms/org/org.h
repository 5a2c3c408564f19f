#ifndef YW_ROOM_ORG_H
#define YW_ROOM_ORG_H
/* org: regions, departments, halls and windows, posts with their duty branch, calendars. */
#include "base/calendar.h"
#include "core/room.h"
#include "db/db.h"

extern const struct room org_room;

/* Name in the reader's language; Chinese where no English is known. */
str org_in_lang(int lang, str zh, str en);

/* A path of this site to go back to: one slash at the front, no host, no control characters. */
bool org_local_path(str s);

/* ---- regions ---- */
bool org_region_code_ok(str code);               /* 12 digits, not all zero */
/* Is `code` that region or inside it? */
bool org_region_within(struct db *db, str code, str ancestor);
/* The region itself or the one an old code stands for. 1 found, 0 unknown. */
int org_region_find(struct db *db, str code, str *ret_code);
/* An imported catalogue's region: added outside the province's tree unless it is there (then nothing changes, whatever the
 * name). An absent or empty name is shown as the code. ERR_FORMAT: not 12 digits. */
int org_region_ensure(struct db *db, str code, str name);

/* ---- departments ---- */
/* A department is (region, name); the first sight of it adds it outside the province's own list. `code` is an attribute of any
 * form (USCC, organisation code, internal number) and may be absent; a USCC with a right check character is also kept as such.
 * ERR_FORMAT: the region is unknown, or the name is empty. */
int org_department_ensure(struct db *db, str region, str name, str code, int64_t *ret_id);
int org_department_id(struct db *db, str key, int64_t *ret_id);          /* 1 found, 0 not */
int org_hall_id(struct db *db, str key, int64_t *ret_id);

/* A place of work by its key: a department, or a hall and one of its windows. Absent keys give DB_NONE. 1 found, 0 not. */
struct org_place { int64_t department_id, hall_id, window_id; str name, name_en; };
int org_place_of(struct db *db, str department, str hall, str window, struct org_place *ret);

/* ---- posts ---- */
/* Branch of a role (window approval supervision library); absent for what is no role of staff. */
str org_branch_of_role(str role);

struct org_post_new {
    int64_t person_id;
    str role, name, name_en;                     /* name as history shows it: "海口市水务局 审核"; name_en may be absent */
    int64_t department_id, hall_id, window_id;   /* DB_NONE where it has none */
    str region;
    bool civil_servant;
    int64_t from_day, to_day;                    /* date_days; to_day DB_NONE: open-ended */
    str granter, reason;
    int64_t at;                                  /* wall ms */
};
/* Grants a post. One natural person stays in one branch for good; acceptance and issuing are one person only where every hall
 * concerned says so; approval posts are for civil servants, but for bodies that are no administrative organ (body_kind 9).
 * ERR_REFUSED: *ret_why is the text that says why. */
int org_post_grant(struct db *db, const struct org_post_new *in, int64_t *ret_post, int *ret_why);

/* Has the person such a post from that day on? 1, 0. */
int org_post_has(struct db *db, int64_t person_id, str role, int64_t from_day);

/* ---- calendars ---- */
/* National days with the overlays of the region's line laid over them, the nearest last. region may be "" for none. */
int org_calendar(struct db *db, struct arena *a, str region, struct calendar *ret);
/* The same without the days before from_day: enough, and cheaper, where a period is counted forward from that day. */
int org_calendar_from(struct db *db, struct arena *a, str region, int32_t from_day, struct calendar *ret);
/* Takes in the files of calendar/: run at `init` and after an upgrade; again is harmless. A year counts as published when its
 * first of January is named. ERR_FORMAT: *ret_why names file and line. */
int org_calendar_seed(struct db *db, str national_csv, str local_csv, str *ret_why);

/* ---- the demo province ---- */
struct org_demo { str regions_csv, departments_json, halls_json; };
/* Again is harmless. ERR_FORMAT: *ret_why names the row. */
int org_load_demo(struct db *db, const struct org_demo *texts, str *ret_why);
#endif
