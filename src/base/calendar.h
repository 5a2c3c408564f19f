#ifndef YW_BASE_CALENDAR_H
#define YW_BASE_CALENDAR_H
/* Statutory periods over working-day calendars: the kernel that computes and explains every date.
 * A calendar is a list of day entries (State Council notices, plus the overlay of a division) and the last year published.
 * Rules: first day not counted (民法典 201); working days are Monday to Friday without days off, plus make-up days (许可法 82);
 * a natural-day or month period that ends on a day off moves to the next working day (民法典 203); a month ends on the same
 * date or the month's last day; hours run from the event. */
#include "base/clock.h"

enum day_kind { DAY_OFF, DAY_WORK };             /* DAY_WORK: a make-up working day on a weekend */
struct day_entry { int32_t day; enum day_kind kind; str name; };   /* day: date_days */
struct calendar {
    const struct day_entry *at;                  /* sorted by day; a later duplicate (overlay) wins over an earlier one */
    size_t n;
    int32_t first_year, last_year;               /* what the notices cover */
};
enum period_unit { UNIT_WORKDAY, UNIT_DAY, UNIT_MONTH, UNIT_HOUR };
struct period { int32_t n; enum period_unit unit; };

enum step_kind { STEP_START, STEP_COUNTED, STEP_SKIPPED, STEP_MOVED };
/* why: the holiday's or weekday's name, or absent */
struct due_step { int32_t day; enum step_kind kind; int32_t counted; str why; };
struct due {
    bool known;                                  /* false: past the last published calendar */
    struct date date;                            /* when known */
    int32_t counted;                             /* days counted so far */
    int32_t missing_year;                        /* when not known */
    struct due_step *at; size_t n;               /* one per day, for the explanation; absent when not asked for */
};
bool calendar_workday(const struct calendar *c, int32_t day, str *ret_name);
/* For UNIT_HOUR use due_after_hours. explain: fill ret->at. */
void due_after(struct arena *a, const struct calendar *c, struct date start, struct period p, bool explain, struct due *ret);
int64_t due_after_hours(int64_t start, int32_t hours);   /* ms */
/* Working days from `from` (not counted) to `to` (counted); negative when `to` is past.
 * Past the calendar weekends alone count. */
int32_t workdays_between(const struct calendar *c, struct date from, struct date to);
bool period_unit_parse(str s, enum period_unit *ret);   /* workday day month hour, and 工作日 日 自然日 月 个月 小时 */
const char *period_unit_name(enum period_unit u);        /* workday day month hour */
#endif
