#ifndef YW_ORG_CSV_H
#define YW_ORG_CSV_H
/* The small CSV reader of this room's own files (regions, calendars): commas, quotes, `#` comment lines; a field holds no line
 * break. Imports from outside have the item room's strict reader. */
#include "base/arena.h"
#include "base/str.h"

enum { ORG_CSV_FIELDS = 8 };
struct org_csv { struct arena *a; str rest; int line; };
/* The next row that is no comment and not empty: 1, 0 at the end, ERR_FORMAT for broken quotes or too many fields.
 * Fields that the row does not have are absent. */
int org_csv_next(struct org_csv *c, str ret_fields[ORG_CSV_FIELDS]);
#endif
