/* OFD (GB/T 33190-2016): a ZIP archive with OFD.xml at its root. libzip reads it through our own pread source, so that the
 * file's position is nobody's concern; nothing is unpacked but the first bytes of OFD.xml. */
#include <string.h>
#include <zip.h>
#include "press/open_private.h"

#define ENTRIES_MAX 20000
#define UNPACKED_MAX (1024ll * 1024 * 1024)
#define RATIO_MAX 200
#define RATIO_FROM (1024 * 1024)                 /* small entries pack as well as they like */
#define MAIN_MAX (256 * 1024)

struct source { struct file *f; int64_t at; zip_error_t error; };

static zip_int64_t source_read(struct source *s, void *p, zip_uint64_t n)
{
    int64_t left = s->f->size - s->at;

    if ((int64_t)n > left)
        n = (zip_uint64_t)(left > 0 ? left : 0);
    if (!file_read(s->f, s->at, p, n))
        return -1;
    s->at += (int64_t)n;
    return (zip_int64_t)n;
}

static zip_int64_t source_call(void *user, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
    struct source *s = user;
    zip_int64_t to;

    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, -1);
    case ZIP_SOURCE_OPEN:
        s->at = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return source_read(s, data, n);
    case ZIP_SOURCE_SEEK:
        to = zip_source_seek_compute_offset((zip_uint64_t)s->at, (zip_uint64_t)s->f->size, data, n, &s->error);
        if (to < 0)
            return -1;
        s->at = to;
        return 0;
    case ZIP_SOURCE_TELL:
        return s->at;
    case ZIP_SOURCE_STAT:
        zip_stat_init(data);
        ((zip_stat_t *)data)->size = (zip_uint64_t)s->f->size;
        ((zip_stat_t *)data)->valid = ZIP_STAT_SIZE;
        return sizeof(zip_stat_t);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&s->error, data, n);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&s->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

/* No way out of the archive when somebody unpacks it. */
static bool name_is_tame(const char *name)
{
    size_t n = strlen(name);

    return n && n < 1024 && name[0] != '/' && !strchr(name, '\\') && !strstr(name, "../") && strcmp(name, "..") &&
           !(n > 3 && !strcmp(name + n - 3, "/.."));
}

/* Sizes and names of all entries. Declared sizes can lie; here nobody unpacks by them, and whoever does has limits of his own. */
static const char *entries_fit(zip_t *z, const struct file *f)
{
    zip_int64_t entries = zip_get_num_entries(z, 0);
    uint64_t packed = 0, unpacked = 0;

    if (entries > ENTRIES_MAX)
        return WHY_TOO_BIG;
    for (zip_int64_t i = 0; i < entries; i++) {
        zip_stat_t st;

        if (zip_stat_index(z, (zip_uint64_t)i, 0, &st) ||
            (~st.valid & (ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_NAME)) || !name_is_tame(st.name))
            return WHY_DAMAGED;
        if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
            return WHY_LOCKED;
        if (st.size > UNPACKED_MAX || (st.size > RATIO_FROM && st.size / RATIO_MAX > st.comp_size))
            return WHY_TOO_BIG;
        packed += st.comp_size;
        unpacked += st.size;
        if (packed > (uint64_t)f->size || unpacked > UNPACKED_MAX)       /* entries laid over each other */
            return WHY_TOO_BIG;
    }
    return NULL;
}

/* The root element must be OFD, in any prefix: <ofd:OFD ...> or <OFD ...>. */
static const char *main_is_ofd(zip_t *z)
{
    static char text[4096];
    zip_int64_t at = zip_name_locate(z, "OFD.xml", 0), n;
    zip_stat_t st;
    zip_file_t *file;

    if (at < 0)
        return WHY_UNKNOWN;
    if (zip_stat_index(z, (zip_uint64_t)at, 0, &st) || st.size > MAIN_MAX)
        return WHY_DAMAGED;
    file = zip_fopen_index(z, (zip_uint64_t)at, 0);
    if (!file)
        return WHY_DAMAGED;
    n = zip_fread(file, text, sizeof text);
    zip_fclose(file);
    if (n <= 0 || !memmem(text, (size_t)n, "OFD", 3) || !memmem(text, (size_t)n, "ofdspec.org", 11))
        return WHY_DAMAGED;
    return NULL;
}

const char *open_ofd(struct file *f)
{
    struct source s = {.f = f};
    zip_error_t error;
    zip_source_t *source;
    const char *why;
    zip_t *z;

    zip_error_init(&error);
    zip_error_init(&s.error);
    source = zip_source_function_create(source_call, &s, &error);
    z = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!z) {
        if (source)
            zip_source_free(source);
        return WHY_DAMAGED;
    }
    why = entries_fit(z, f);
    if (!why)
        why = main_is_ofd(z);
    zip_discard(z);
    return why;
}
