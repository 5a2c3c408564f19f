/* `yiwang backup`: the database at one moment, then the files (which never change and are kept before the row that names them
 * is committed, so whatever the database names is there), the settings, on request the key. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/archive.h"
#include "app/commands.h"
#include "app/serve.h"
#include "base/clock.h"
#include "base/sm.h"
#include "core/settings.h"
#include "db/backup.h"

struct job {
    struct arena *a;
    const char *dir, *file, *part, *copy;        /* copy: of the database, until it is in the part */
    int fd;                                      /* of part */
    bool with_key;
    struct archive x;
    struct db_point point;
    int64_t db_bytes, files, file_bytes, rotten;
    str why;
};

static int refuse(struct job *j, str why)
{
    j->why = why;
    return ERR_FAIL;
}

/* FILE.part, locked: one that a killed backup left is begun anew, one that is being written is left alone. */
static int open_part(struct job *j)
{
    struct stat st, now;
    if (!lstat(j->file, &st))
        return refuse(j, str_fmt(j->a, "%s exists already; a backup never replaces one.", j->file));
    j->fd = open(j->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (j->fd < 0)
        return refuse(j, str_fmt(j->a, "%s cannot be written (%s).", j->part, strerrordesc_np(errno)));
    if (flock(j->fd, LOCK_EX | LOCK_NB) || fstat(j->fd, &st) || stat(j->part, &now) || st.st_ino != now.st_ino) {
        close(j->fd);
        j->fd = -1;
        return refuse(j, str_fmt(j->a, "Another backup is writing %s.", j->file));
    }
    if (ftruncate(j->fd, 0) || fchmod(j->fd, 0600) || (unlink(j->copy) && errno != ENOENT))
        return refuse(j, str_fmt(j->a, "%s cannot be written (%s).", j->part, strerrordesc_np(errno)));
    return 0;
}

static int put(struct job *j, const char *path, const char *name, mode_t mode, uint8_t ret_sm3[32], int64_t *ret_size)
{
    struct stat st;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return refuse(j, str_fmt(j->a, "%s cannot be read (%s).", path, strerrordesc_np(errno)));
    int code = archive_put(&j->x, name, mode, from, ret_sm3);
    if (code)
        j->why = j->x.why;
    else if (!fstat(from, &st))
        *ret_size = st.st_size;
    close(from);
    return code;
}

static int put_database(struct job *j)
{
    struct db_store *store;
    uint8_t sm3[32];
    int code = db_store_open(j->a, j->dir, false, &store, &j->why);
    if (code)
        return code;
    code = db_backup(store, j->a, j->copy, &j->point, &j->why);
    db_store_close(store);
    if (!code)
        code = put(j, j->copy, "yiwang.db", 0600, sm3, &j->db_bytes);
    unlink(j->copy);
    return code;
}

static bool all_hex(const char *name, size_t n)
{
    return strlen(name) == n && strspn(name, "0123456789abcdef") == n;
}

static int put_file(struct job *j, const char *head, const char *tail)
{
    char path[4096], name[80];
    uint8_t sm3[32], named[32];
    int64_t size = 0;
    snprintf(name, sizeof name, "files/%.2s/%.62s", head, tail);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", j->dir, name) >= sizeof path)
        return refuse(j, S("The path of DIR is too long."));
    int code = put(j, path, name, 0600, sm3, &size);
    if (code)
        return code;
    j->files++;
    j->file_bytes += size;
    snprintf(path, sizeof path, "%.2s%.62s", head, tail);
    if (!unhex(str_c(path), named, 32) || memcmp(named, sm3, 32) != 0) {
        j->rotten++;
        fprintf(stderr, "yiwang: %s in the store is damaged: its content is not what its name says. It was copied as it is.\n", name);
    }
    return 0;
}

/* Calls one(j, ...) for each name of n hexadecimal digits in a directory. */
static int each_name(struct job *j, const char *path, size_t n, const char *head, int (*one)(struct job *, const char *, const char *))
{
    DIR *d = opendir(path);
    int code = 0;
    if (!d)
        return errno == ENOENT ? 0 : refuse(j, str_fmt(j->a, "%s cannot be read (%s).", path, strerrordesc_np(errno)));
    errno = 0;
    for (const struct dirent *e; !code && (e = readdir(d)); errno = 0)
        if (all_hex(e->d_name, n))
            code = one(j, head ? head : e->d_name, e->d_name);
    if (!code && errno)
        code = refuse(j, str_fmt(j->a, "%s cannot be read (%s).", path, strerrordesc_np(errno)));
    closedir(d);
    return code;
}

static int put_files_of(struct job *j, const char *head, const char *same)
{
    (void)same;
    return each_name(j, str_fmt(j->a, "%s/files/%.2s", j->dir, head).p, 62, head, put_file);
}

static int put_small(struct job *j, const char *name, mode_t mode, bool must)
{
    str path = str_fmt(j->a, "%s/%s", j->dir, name);
    uint8_t sm3[32];
    int64_t size;
    if (!must && access(path.p, F_OK) && errno == ENOENT)
        return 0;
    return put(j, path.p, name, mode, sm3, &size);
}

static str point_text(struct arena *a, struct db_point p)
{
    return p.seq ? str_fmt(a, "%lld %s", (long long)p.seq, time_rfc3339(a, p.at).p) : S("0 -");
}

static int put_all(struct job *j)
{
    int64_t now = clock_now();
    archive_begin(&j->x, j->a, j->fd);
    j->x.mtime = now / 1000;
    int code = put_database(j);
    if (!code)
        code = each_name(j, str_fmt(j->a, "%s/files", j->dir).p, 2, NULL, put_files_of);
    if (!code)
        code = put_small(j, "yiwang.conf", 0600, false);
    if (!code && j->with_key)
        code = put_small(j, "secret.key", 0400, true);
    str head = str_fmt(j->a, "yiwang backup 1\ntaken %s\nevidence %s\n", time_rfc3339(j->a, now).p, point_text(j->a, j->point).p);
    if (!code && (code = archive_end(&j->x, head)) != 0)
        j->why = j->x.why;
    archive_drop(&j->x);
    return code;
}

/* The name of the directory that holds `path`. */
static const char *parent_of(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    return !slash ? "." : slash == path ? "/" : str_fmt(a, "%.*s", (int)(slash - path), path).p;
}

/* On disk first, then the name: never over another file. */
static int keep(struct job *j)
{
    if (fsync(j->fd))
        return refuse(j, str_fmt(j->a, "%s could not be brought to disk (%s).", j->part, strerrordesc_np(errno)));
    int rc = renameat2(AT_FDCWD, j->part, AT_FDCWD, j->file, RENAME_NOREPLACE);
    if (rc && errno == EINVAL && access(j->file, F_OK))          /* a file system that cannot promise it */
        rc = rename(j->part, j->file);
    if (rc)
        return refuse(j, str_fmt(j->a, "%s cannot be named %s (%s).", j->part, j->file, strerrordesc_np(errno)));
    int fd = open(parent_of(j->a, j->file), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc ? refuse(j, str_fmt(j->a, "The directory of %s could not be brought to disk.", j->file)) : 0;
}

static void say(const struct job *j)
{
    printf("%s: database of %lld bytes, %lld files of %lld bytes, %lld parts in all.\n", j->file, (long long)j->db_bytes,
           (long long)j->files, (long long)j->file_bytes, (long long)j->x.parts);
    printf("Point of recovery: evidence %s.\n", point_text(j->a, j->point).p);
    if (j->with_key)
        puts("The key file secret.key is in it: whoever has this file can read personal numbers; keep it as you keep the key.");
    else
        puts("The key file secret.key is not in it: it belongs apart. Keep a copy elsewhere; without it personal numbers cannot be read.");
    if (j->rotten)
        printf("%lld files were damaged in the store already; `yiwang verify` says which cases they belong to.\n", (long long)j->rotten);
}

int cmd_backup(struct arena *a, const char *dir, const char *file, bool with_key)
{
    struct job j = {.a = a, .dir = dir, .file = file, .with_key = with_key, .fd = -1};
    j.part = str_fmt(a, "%s.part", file).p;
    j.copy = str_fmt(a, "%s.part.db", file).p;
    int code = settings_load(a, dir, &j.why);
    if (!code && store_url()[0])
        code = refuse(&j, S("The store is a PostgreSQL database: back it up with pg_dump, and DIR/secret.key and DIR/yiwang.conf apart "
                            "from it (docs/postgresql.md)."));
    if (!code && access(str_fmt(a, "%s/yiwang.db", dir).p, R_OK))
        code = refuse(&j, str_fmt(a, "There is no store in %s.", dir));
    if (!code)
        code = open_part(&j);
    if (!code)
        code = put_all(&j);
    if (!code)
        code = keep(&j);
    if (code && j.fd >= 0)
        unlink(j.part);
    if (j.fd >= 0)
        close(j.fd);
    if (code)
        fprintf(stderr, "yiwang: %.*s No backup was made.\n", STRF(j.why));
    else
        say(&j);
    return code ? 1 : 0;
}
