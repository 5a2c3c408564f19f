/* Files that people send: looked into, kept under their digest, then a row that says whose they are. */
#include <string.h>

#include "base/sm.h"
#include "press/press.h"
#include "rooms/form/form_private.h"
#include "rooms/org/org.h"

/* ---- looking into an upload ---- */

static const struct { const char *word; int text; } whys[] = {
    {"empty", T_FORM_FILE_EMPTY},     {"unknown", T_FORM_FILE_UNKNOWN}, {"damaged", T_FORM_FILE_DAMAGED},
    {"mixed", T_FORM_FILE_MIXED},     {"too_big", T_FORM_FILE_TOO_BIG}, {"locked", T_FORM_FILE_LOCKED},
    {"unreadable", T_FORM_FILE_UNREADABLE},
};

static int text_of_why(str why)
{
    for (size_t i = 0; i < COUNT_OF(whys); i++)
        if (str_is(why, whys[i].word))
            return whys[i].text;
    return T_FORM_FILE_UNREADABLE;
}

static str ending_of(struct arena *a, str filename)
{
    size_t at = filename.n;
    while (at > 0 && filename.p[at - 1] != '.')
        at--;
    return at == 0 ? S("") : str_lower_ascii(a, str_sub(filename, at, filename.n));
}

/* A name without an ending says nothing; any other ending must be that of the content. */
static bool name_fits(struct arena *a, str filename, enum press_kind kind)
{
    str ending = ending_of(a, filename);
    if (ending.n == 0)
        return true;
    switch (kind) {
    case PRESS_PDF: return str_is(ending, "pdf");
    case PRESS_OFD: return str_is(ending, "ofd");
    case PRESS_PNG: return str_is(ending, "png");
    case PRESS_JPEG: return str_is(ending, "jpg") || str_is(ending, "jpeg");
    }
    return false;
}

int form_keep_upload(struct req *r, const struct upload *u, const char *field, struct form_kept *ret)
{
    enum press_kind kind;
    str why = STR_NONE;
    if (u->size == 0)
        return refuse_field(r, field, T_FORM_FILE_EMPTY);
    int fd = upload_fd(u);
    if (fd < 0)
        return ERR_FAIL;
    int code = press_open(fd, &kind, &why);
    close_fd(fd);
    if (code == ERR_FORMAT)
        return refuse_field(r, field, text_of_why(why));
    if (code)
        return refuse(r, 503, "busy", T_FORM_FILE_BUSY);
    if (!name_fits(r->arena, u->filename, kind))
        return refuse_field(r, field, T_FORM_FILE_FORGED);
    if ((code = upload_keep(r, u)))
        return code;
    ret->type = press_kind_type(kind);
    return 0;
}

/* ---- rows ---- */

static const char *usual_ending(str type)
{
    if (str_is(type, "application/pdf"))
        return ".pdf";
    return str_is(type, "image/png") ? ".png" : str_is(type, "image/jpeg") ? ".jpg" : ".ofd";
}

/* The same content by the same person is the same file, under its first name. */
int form_file_row(struct req *r, const struct upload *u, const struct form_kept *k, struct form_file_same *ret)
{
    str sm3 = {(const char *)u->sm3, 32}, type = str_c(k->type), name = str_trim(u->filename);
    struct form_file_add added;
    if (ending_of(r->arena, name).n == 0)
        name = str_fmt(r->arena, "%.*s%s", STRF(name.n ? name : S("file")), usual_ending(type));
    int64_t id = new_id(r->db);
    if (id < 0)
        return ERR_FAIL;
    int code = form_file_add(r->db, &(struct form_file_add_in){.file_id = id, .owner_person_id = r->who.person_id, .name = name,
                                 .size = u->size, .type = type, .sm3 = sm3, .at = r->now}, &added);
    if (code < 0)
        return code;
    return form_file_same(r->db, r->who.person_id, sm3, ret) == 1 ? 0 : ERR_FAIL;
}

str form_size_words(struct req *r, int64_t size)
{
    if (size < 1024)
        return str_fmt(r->arena, "%lld B", (long long)size);
    bool mb = size >= (1 << 20);
    int64_t tenths = size * 10 / (mb ? 1 << 20 : 1 << 10);
    return str_fmt(r->arena, "%lld.%lld %s", (long long)(tenths / 10), (long long)(tenths % 10), mb ? "MB" : "KB");
}

static void fill_file(struct req *r, int64_t id, str name, int64_t size, str type, str sm3, int64_t at, struct view_form_file *v)
{
    *v = (struct view_form_file){.file_id = id, .name = name, .size = size, .type = type, .at = at,
                                 .sm3 = hex(r->arena, sm3.p, sm3.n), .words = form_size_words(r, size),
                                 .url = str_fmt(r->arena, "/files/%lld", (long long)id)};
}

/* ---- routes ---- */

int form_file_prepare(struct req *r)
{
    const struct form_form_file_new *f = r->form;
    struct form_kept *kept = NEW(r->arena, struct form_kept);
    r->prepared = kept;
    return form_keep_upload(r, &f->file, "file", kept);
}

int form_file_post(struct req *r)
{
    const struct form_form_file_new *f = r->form;
    struct form_file_same row;
    int code = form_file_row(r, &f->file, r->prepared, &row);
    if (code)
        return code;
    str sm3 = {(const char *)f->file.sm3, 32};
    struct view_form_file *v = NEW(r->arena, struct view_form_file);
    fill_file(r, row.file_id, row.name, row.size, row.type, sm3, row.at, v);
    evidence(r, "file", row.file_id, 1, v->sm3, STR_NONE);
    say(r, T_FORM_FILE_KEPT);
    return done(r, 201, org_local_path(f->next) ? f->next : S("/files"), &vt_form_file, v);
}

int form_files_page(struct req *r)
{
    const struct form_form_after *f = r->form;
    struct form_file_list_rows rows;
    int64_t before = f && f->after != DB_NONE ? f->after : INT64_MAX;
    if (form_file_list(r->db, r->who.person_id, before, FORM_PAGE + 1, &rows) < 0)
        return ERR_FAIL;
    struct view_form_files *v = NEW(r->arena, struct view_form_files);
    size_t n = rows.n > FORM_PAGE ? FORM_PAGE : rows.n;
    struct view_form_file *at = NEW_ARRAY(r->arena, n, struct view_form_file);
    for (size_t i = 0; i < n; i++) {
        const struct form_file_list *row = &rows.at[i];
        fill_file(r, row->file_id, row->name, row->size, row->type, row->sm3, row->at, &at[i]);
    }
    v->files.at = at;
    v->files.n = n;
    if (rows.n > n) {
        v->next = str_i64(r->arena, at[n - 1].file_id);
        v->next_url = str_fmt(r->arena, "/files?after=%.*s", STRF(v->next));
    }
    return show(r, &vt_form_files, v);
}

int form_file_get(struct req *r)
{
    struct form_file_by_id row;
    int64_t id = req_id(r, 0);
    int found = id == DB_NONE ? 0 : form_file_by_id(r->db, id, &row);
    if (found < 0)
        return found;
    if (found == 0 || row.owner_person_id != r->who.person_id)
        return not_there(r);
    int fd = kept_fd(r, (const uint8_t *)row.sm3.p);
    if (fd < 0)
        return ERR_FAIL;
    return send_file(r, str_z(r->arena, row.type), fd, row.size, row.name);
}
