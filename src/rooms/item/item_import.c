/* Taking a catalogue in: read everything, refuse what is wrong, then write. All or nothing unless ITEM_SKIP_BAD. */
#include <stdlib.h>
#include <string.h>

#include "item_sql.h"
#include "rooms/item/item_private.h"
#include "rooms/org/org.h"

/* The region of what names none: departments need one. Not in GB/T 2260, so it can never meet a real one. */
#define REGION_UNKNOWN S("999999000000")

struct intake {
    struct db *db;
    struct arena *a;
    struct item_record *at;
    size_t n, cap;
    struct item_refusal *bad;
    size_t n_bad, cap_bad;
    bool csv;
};

/* A field as the file calls it. */
static str field_name(const struct intake *in, str field)
{
    static const char *const twins[][2] = {{"code", "item_code"}, {"region", "region_code"}, {"type", "task_type"}};
    for (size_t i = 0; in->csv && i < COUNT_OF(twins); i++)
        if (str_is(field, twins[i][0]))
            return str_c(twins[i][1]);
    return str_none(field) ? S("") : field;
}

static void refuse(struct intake *in, int64_t line, str field, str reason)
{
    if (in->n_bad == in->cap_bad) {
        size_t cap = in->cap_bad ? in->cap_bad * 2 : 32;
        struct item_refusal *more = NEW_ARRAY(in->a, cap, struct item_refusal);
        if (in->n_bad)
            memcpy(more, in->bad, in->n_bad * sizeof *more);
        in->bad = more;
        in->cap_bad = cap;
    }
    in->bad[in->n_bad++] = (struct item_refusal){line, field_name(in, field), reason};
}

static void take(struct intake *in, int64_t line, str body)
{
    struct item_record rec = {.line = line};
    str field, why;
    if (str_empty(body) || item_record_read(in->a, body, &rec, &field, &why) < 0) {
        refuse(in, line, str_empty(body) ? S("") : field, str_empty(body) ? S("is too large") : why);
        return;
    }
    if (in->n == in->cap) {
        size_t cap = in->cap ? in->cap * 2 : 64;
        struct item_record *more = NEW_ARRAY(in->a, cap, struct item_record);
        if (in->n)
            memcpy(more, in->at, in->n * sizeof *more);
        in->at = more;
        in->cap = cap;
    }
    in->at[in->n++] = rec;
}

/* ---- CSV ---- */

/* Where each of our columns stands. Every one exactly once and no other, in any order. */
static bool read_header(struct intake *in, const struct item_csv_row *row, size_t *where)
{
    bool seen[COLUMNS] = {false}, fine = true;
    for (size_t i = 0; i < row->n && i < ITEM_CSV_FIELDS; i++) {
        size_t c = 0;
        while (c < COLUMNS && !str_is(row->at[i], item_columns[c]))
            c++;
        if (c == COLUMNS || seen[c]) {
            refuse(in, row->line, row->at[i],
                c == COLUMNS ? S("is no column of a catalogue") : S("is a column that stands twice"));
            fine = false;
            continue;
        }
        seen[c] = true;
        where[c] = i;
    }
    for (size_t c = 0; c < COLUMNS; c++)
        if (!seen[c]) {
            refuse(in, row->line, str_c(item_columns[c]), S("is a column that is missing"));
            fine = false;
        }
    return fine;
}

static void read_row(struct intake *in, const struct item_csv_row *row, const size_t *where)
{
    str cells[COLUMNS];
    if (row->n != COLUMNS) {
        refuse(in, row->line, STR_NONE, str_fmt(in->a, "has %zu columns instead of %d", row->n, COLUMNS));
        return;
    }
    for (size_t c = 0; c < COLUMNS; c++)
        cells[c] = row->at[where[c]];
    if (str_empty(cells[COL_TYPE]) || str_none(item_type_code(ITEM_SICHUAN, cells[COL_TYPE]))) {
        refuse(in, row->line, S("task_type"), str_empty(cells[COL_TYPE]) ? S("is missing") : S("is not a known type code"));
        return;
    }
    if (str_empty(cells[COL_REGION])) {
        refuse(in, row->line, S("region_code"), S("is missing"));
        return;
    }
    take(in, row->line, item_map_row(in->a, cells));
}

static void read_csv(struct intake *in, str text)
{
    struct item_csv csv;
    struct item_csv_row row;
    size_t where[COLUMNS] = {0}, column_at[COLUMNS] = {0};
    in->csv = true;
    item_csv_begin(&csv, text);
    int got = item_csv_next(&csv, in->a, &row);
    if (got <= 0) {
        refuse(in, got < 0 ? row.line : 0, STR_NONE, got < 0 ? row.why : S("the file is empty"));
        return;
    }
    if (!read_header(in, &row, where))
        return;
    for (size_t c = 0; c < COLUMNS; c++)
        column_at[where[c]] = c;
    while ((got = item_csv_next(&csv, in->a, &row)) != 0) {
        if (got < 0)
            refuse(in, row.line, row.bad < COLUMNS ? str_c(item_columns[column_at[row.bad]]) : STR_NONE, row.why);
        else
            read_row(in, &row, where);
    }
}

/* ---- JSON ---- */

/* The line on which each member of the list begins: objects directly inside an array directly inside the whole. */
static size_t member_lines(str text, int64_t *lines, size_t most)
{
    size_t n = 0, depth = 0;
    char open[3] = {0};
    int64_t line = 1;
    bool in_text = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        line += c == '\n';
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '{' || c == '[') {
            if (c == '{' && depth == 2 && open[0] == '{' && open[1] == '[' && n++ < most)
                lines[n - 1] = line;
            if (depth < COUNT_OF(open))
                open[depth] = c;
            depth++;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return n;
}

static void read_member(struct intake *in, int64_t line, const json_t *item)
{
    if (!json_is_object(item))
        refuse(in, line, STR_NONE, S("is not an object"));
    else
        take(in, line, json_object_get(item, "department") ? json_text(in->a, item) : item_map_guide(in->a, item));
}

static int64_t line_of(str why)
{
    int64_t line = 0;
    if (str_starts(why, S("line ")))
        for (size_t i = 5; i < why.n && why.p[i] >= '0' && why.p[i] <= '9'; i++)
            line = line * 10 + why.p[i] - '0';
    return line;
}

static void read_json(struct intake *in, str text)
{
    str why;
    const json_t *all = json_read(in->a, text, &why), *items = json_object_get(all, "items");
    if (!all) {
        refuse(in, line_of(why), STR_NONE, str_cat(in->a, S("the JSON cannot be read: "), why));
        return;
    }
    if (!items && json_is_object(all) && json_object_get(all, "department")) {
        read_member(in, 1, all);
        return;
    }
    if (!json_is_array(items)) {
        refuse(in, 1, S("items"), S("is missing: a guides file is {\"items\": [...]}, a guide has \"department\""));
        return;
    }
    size_t n = json_array_size(items), i;
    int64_t *lines = NEW_ARRAY(in->a, n + 1, int64_t);
    bool known = member_lines(text, lines, n) == n;
    json_t *item;
    json_array_foreach(items, i, item)
        read_member(in, known ? lines[i] : (int64_t)i + 1, item);
}

/* ---- the first pass: look things up, nothing is written ---- */

static int by_code(const void *x, const void *y)
{
    const struct item_record *a = *(const struct item_record *const *)x, *b = *(const struct item_record *const *)y;
    int c = str_cmp(a->code, b->code);
    return c ? c : a->line < b->line ? -1 : a->line > b->line;
}

/* One code twice in a file: the later row is refused, naming the line of the first. */
static void find_twins(struct intake *in)
{
    struct item_record **sorted = NEW_ARRAY(in->a, in->n + 1, struct item_record *);
    for (size_t i = 0; i < in->n; i++)
        sorted[i] = &in->at[i];
    qsort(sorted, in->n, sizeof *sorted, by_code);
    for (size_t i = 1, first = 0; i < in->n; i++) {
        if (!str_eq(sorted[first]->code, sorted[i]->code)) {
            first = i;
            continue;
        }
        sorted[i]->refused = true;
        refuse(in, sorted[i]->line, S("code"), str_fmt(in->a, "%.*s stands on line %lld and again on line %lld",
               STRF(sorted[i]->code), (long long)sorted[first]->line, (long long)sorted[i]->line));
    }
}

static int look_up(struct intake *in, struct item_record *rec)
{
    struct item_department_by_key dept;
    struct item_known known;
    rec->department_id = DB_NONE;
    if (!str_none(rec->department_key)) {
        int got = item_department_by_key(in->db, rec->department_key, &dept);
        if (got < 0)
            return ERR_FAIL;
        if (got == 0) {
            rec->refused = true;
            refuse(in, rec->line, S("department"), str_fmt(in->a, "there is no department with the key %.*s",
                STRF(rec->department_key)));
            return 0;
        }
        rec->department_id = dept.department_id;
        if (str_empty(rec->region))
            rec->region = dept.region;
    }
    int got = item_known(in->db, rec->code, &known);
    if (got < 0)
        return ERR_FAIL;
    if (got > 0) {
        rec->item_id = known.item_id;
        rec->version = known.version;
        rec->same = known.hash.n == sizeof rec->hash && memcmp(known.hash.p, rec->hash, sizeof rec->hash) == 0;
    }
    return 0;
}

/* ---- the second pass ---- */

/* Regions and departments met on the way are added outside the province's own tree. */
static int place(struct intake *in, struct item_record *rec)
{
    if (str_empty(rec->region))
        rec->region = REGION_UNKNOWN;
    if (org_region_ensure(in->db, rec->region, str_eq(rec->region, REGION_UNKNOWN) ? S("未注明地区") : STR_NONE) < 0)
        return ERR_FAIL;
    if (org_region_find(in->db, rec->region, &rec->region) != 1)         /* an old code stands for the present one */
        return ERR_FAIL;
    if (rec->department_id != DB_NONE)
        return 0;
    return org_department_ensure(in->db, rec->region, rec->department, rec->dept_code, &rec->department_id) < 0 ? ERR_FAIL : 0;
}

static int write_all(struct intake *in, str source, int flags, int64_t now, struct item_import_result *ret)
{
    for (size_t i = 0; i < in->n; i++) {
        struct item_record *rec = &in->at[i];
        if (rec->refused)
            continue;
        ret->unchanged += rec->same;
        ret->updated += !rec->same && rec->item_id != DB_NONE;
        ret->imported += rec->item_id == DB_NONE;
        if (rec->same || (flags & ITEM_DRY_RUN))
            continue;
        if (place(in, rec) < 0 || item_record_write(in->db, in->a, rec, source, now) < 0)
            return ERR_FAIL;
    }
    return 0;
}

static int by_line(const void *x, const void *y)
{
    const struct item_refusal *a = x, *b = y;
    return a->line < b->line ? -1 : a->line > b->line;
}

static bool is_json(str text)
{
    if (str_starts(text, S("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n - 3);
    text = str_trim(text);
    return text.n > 0 && (text.p[0] == '{' || text.p[0] == '[');
}

int item_import(struct db *db, struct arena *a, str text, str source, int flags, int64_t now, struct item_import_result *ret)
{
    struct intake in = {.db = db, .a = a};
    *ret = (struct item_import_result){0};
    if (is_json(text))
        read_json(&in, str_starts(text, S("\xEF\xBB\xBF")) ? str_sub(text, 3, text.n - 3) : text);
    else
        read_csv(&in, text);
    find_twins(&in);
    for (size_t i = 0; i < in.n; i++)
        if (!in.at[i].refused && look_up(&in, &in.at[i]) < 0)
            return ERR_FAIL;
    if (in.n_bad > 0)
        qsort(in.bad, in.n_bad, sizeof *in.bad, by_line);
    ret->refusals = in.bad;
    ret->n = in.n_bad;
    ret->refused = (int64_t)in.n_bad;
    if (in.n_bad > 0 && !(flags & ITEM_SKIP_BAD))
        return ERR_REFUSED;
    return write_all(&in, source, flags, now, ret);
}
