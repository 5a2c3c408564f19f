#include "rooms/org/org_csv.h"

#include "base/buf.h"
#include "base/fault.h"

/* One quoted field; *line is moved behind its closing quote. */
static int quoted(struct arena *a, str *line, str *ret)
{
    struct buf b;
    buf_init(&b, a, 4096);
    for (size_t i = 1; i < line->n; i++) {
        if (line->p[i] != '"') {
            buf_char(&b, line->p[i]);
        } else if (i + 1 < line->n && line->p[i + 1] == '"') {
            buf_char(&b, line->p[i++]);
        } else {
            *ret = str_dup(a, buf_text(&b));
            *line = str_sub(*line, i + 1, line->n);
            return 0;
        }
    }
    return ERR_FORMAT;
}

static int split(struct arena *a, str line, str *ret_fields)
{
    for (size_t n = 0; n < ORG_CSV_FIELDS; n++) {
        if (line.n && line.p[0] == '"') {
            if (quoted(a, &line, &ret_fields[n]) < 0 || (line.n && line.p[0] != ','))
                return ERR_FORMAT;
            if (!line.n)
                return 1;
            line = str_sub(line, 1, line.n);
        } else {
            line = str_cut(line, ',', &ret_fields[n]);
            if (str_none(line))
                return 1;
        }
    }
    return ERR_FORMAT;
}

int org_csv_next(struct org_csv *c, str ret_fields[ORG_CSV_FIELDS])
{
    while (!str_none(c->rest)) {
        str line;
        c->rest = str_cut(c->rest, '\n', &line);
        c->line++;
        if (str_ends(line, S("\r")))
            line = str_sub(line, 0, line.n - 1);
        if (c->line == 1 && str_starts(line, S("\xEF\xBB\xBF")))
            line = str_sub(line, 3, line.n);
        if (str_empty(line) || line.p[0] == '#')
            continue;
        for (int i = 0; i < ORG_CSV_FIELDS; i++)
            ret_fields[i] = STR_NONE;
        return split(c->a, line, ret_fields);
    }
    return 0;
}
