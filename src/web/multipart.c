/* multipart/form-data through libmicrohttpd's post processor: plain fields into pairs, the one file part streamed into
 * a spool file with its SM3. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sm.h"
#include "web/edge_private.h"

#define FIELDS_MAX 64
#define FIELD_BYTES_MAX ((size_t)64 << 10)

struct multipart {
    struct MHD_PostProcessor *pp;
    struct exchange *x;
    struct form_pair pairs[FIELDS_MAX];
    struct buf values[FIELDS_MAX];
    size_t n;
    int fd;
    struct sm3 *digest;
};

static void remove_spool(void *path)
{
    unlink(path);                                /* already gone when the file was kept */
}

static void file_begin(struct multipart *m, const char *key, const char *filename)
{
    struct exchange *x = m->x;
    if (x->upload || !x->spool_dir) {            /* one file a request, and only where the route takes one */
        x->priv->body_error = 400;
        return;
    }
    struct upload *u = NEW(x->arena, struct upload);
    char *path = NEW_ARRAY(x->arena, strlen(x->spool_dir) + 16, char);
    memcpy(path, x->spool_dir, strlen(x->spool_dir));
    memcpy(path + strlen(x->spool_dir), "/up-XXXXXX", 11);
    m->fd = mkostemp(path, O_CLOEXEC);
    if (m->fd < 0) {
        x->priv->body_error = errno == ENOSPC || errno == EDQUOT ? 507 : 500;
        return;
    }
    arena_cleanup(x->arena, remove_spool, path);
    const char *base = strrchr(filename, '/');
    const char *back = strrchr(filename, '\\');
    if (back && (!base || back > base))
        base = back;
    str name = str_c(base ? base + 1 : filename);
    u->path = path;
    u->filename = str_dup(x->arena, utf8_valid(name) ? utf8_head(name, 80) : S("file"));
    u->field = str_dup(x->arena, str_c(key));
    m->digest = sm3_new(x->arena);
    x->upload = u;
}

static void file_data(struct multipart *m, const char *data, size_t n)
{
    struct exchange *x = m->x;
    x->upload->size += (int64_t)n;
    if (x->upload->size > x->upload_max) {
        x->priv->body_error = 413;
        return;
    }
    sm3_add(m->digest, data, n);
    while (n) {
        ssize_t done = write(m->fd, data, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            x->priv->body_error = errno == ENOSPC || errno == EDQUOT ? 507 : 500;
            return;
        }
        data += done, n -= (size_t)done;
    }
}

static enum MHD_Result on_part(void *cls, enum MHD_ValueKind kind, const char *key, const char *filename, const char *type,
                               const char *encoding, const char *data, uint64_t off, size_t n)
{
    (void)kind;
    (void)type;
    (void)encoding;
    struct multipart *m = cls;
    struct exchange *x = m->x;
    if (x->priv->body_error || !key)
        return MHD_YES;
    if (filename && *filename) {
        if (off == 0)
            file_begin(m, key, filename);
        if (!x->priv->body_error && n)
            file_data(m, data, n);
        return MHD_YES;
    }
    if (off == 0 || m->n == 0) {
        if (m->n == FIELDS_MAX) {
            x->priv->body_error = 400;
            return MHD_YES;
        }
        m->pairs[m->n].name = str_dup(x->arena, str_c(key));
        buf_init(&m->values[m->n], x->arena, FIELD_BYTES_MAX);
        m->n++;
    }
    buf_put(&m->values[m->n - 1], data, n);
    if (m->values[m->n - 1].full)
        x->priv->body_error = 413;
    return MHD_YES;
}

int multipart_begin(struct exchange *x, struct MHD_Connection *c)
{
    struct multipart *m = NEW(x->arena, struct multipart);
    m->x = x;
    m->fd = -1;
    m->pp = MHD_create_post_processor(c, 8192, on_part, m);
    x->priv->multipart = m;
    return m->pp ? 0 : -1;
}

void multipart_data(struct exchange *x, const char *data, size_t n)
{
    if (MHD_post_process(x->priv->multipart->pp, data, n) != MHD_YES && !x->priv->body_error)
        x->priv->body_error = 400;
}

void multipart_end(struct exchange *x)
{
    struct multipart *m = x->priv->multipart;
    if (m->pp && MHD_destroy_post_processor(m->pp) != MHD_YES && !x->priv->body_error)
        x->priv->body_error = 400;               /* the closing boundary never came */
    m->pp = NULL;
    for (size_t i = 0; i < m->n; i++)
        m->pairs[i].value = buf_text(&m->values[i]);
    x->pairs = m->pairs;
    x->n_pairs = m->n;
    if (x->upload)
        sm3_end(m->digest, x->upload->sm3);
}

void multipart_drop(struct exchange *x)
{
    struct multipart *m = x->priv->multipart;
    if (!m)
        return;
    if (m->pp)
        MHD_destroy_post_processor(m->pp);
    if (m->fd >= 0)
        close(m->fd);
}
