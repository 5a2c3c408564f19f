/* `yiwang restore`: everything is laid out in DIR/restore-part, checked and brought to disk; only then it gets its names, the
 * database last. Until then there is no store in DIR, and a restore that failed leaves DIR empty. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/archive.h"
#include "app/commands.h"
#include "base/fault.h"

#define PART "restore-part"

struct job {
    struct arena *a;
    const char *dir, *file, *part;
    bool made, taken;                            /* DIR is ours; it was empty and is locked */
    int dir_fd;                                  /* locked */
    bool database, conf, key;
    int64_t db_bytes, files, file_bytes;
    str head, why;
};

static int refuse(struct job *j, str why)
{
    j->why = why;
    return ERR_FAIL;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *f)
{
    (void)st, (void)flag, (void)f;
    return remove(path);
}

static int clear(struct job *j, const char *name)
{
    const char *path = str_fmt(j->a, "%s/%s", j->dir, name).p;
    return access(path, F_OK) ? 0 : nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool is_empty(const char *dir)
{
    DIR *d = opendir(dir);
    bool empty = d != NULL;
    for (const struct dirent *e; empty && (e = readdir(d));)
        empty = !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !strcmp(e->d_name, PART);
    if (d)
        closedir(d);
    return empty;
}

static int take_dir(struct job *j)
{
    if (!mkdir(j->dir, 0700))
        j->made = true;
    else if (errno != EEXIST)
        return refuse(j, str_fmt(j->a, "The directory %s cannot be made (%s).", j->dir, strerrordesc_np(errno)));
    j->dir_fd = open(j->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (j->dir_fd < 0)
        return refuse(j, str_fmt(j->a, "%s cannot be read (%s).", j->dir, strerrordesc_np(errno)));
    if (flock(j->dir_fd, LOCK_EX | LOCK_NB))
        return refuse(j, str_fmt(j->a, "Another restore is at work in %s.", j->dir));
    if (!is_empty(j->dir))
        return refuse(j, str_fmt(j->a, "%s is not empty; restore wants an empty or missing directory.", j->dir));
    j->taken = true;
    if (clear(j, PART) || mkdir(j->part, 0700) || mkdir(str_fmt(j->a, "%s/files", j->part).p, 0700))
        return refuse(j, str_fmt(j->a, "%s cannot be written (%s).", j->dir, strerrordesc_np(errno)));
    return 0;
}

/* Only names that a backup gives. Counts the part. */
static bool known(struct job *j, const struct archive_part *p)
{
    const char *hexes = "0123456789abcdef", *n = p->name;
    bool *small = !strcmp(n, "yiwang.db") ? &j->database : !strcmp(n, "yiwang.conf") ? &j->conf : !strcmp(n, "secret.key") ? &j->key : NULL;
    if (small) {
        bool again = *small;
        *small = true;
        if (small == &j->database)
            j->db_bytes = p->size;
        return !again;
    }
    if (strlen(n) != 71 || strncmp(n, "files/", 6) || strspn(n + 6, hexes) != 2 || n[8] != '/' || strspn(n + 9, hexes) != 62)
        return false;
    j->files++;
    j->file_bytes += p->size;
    return true;
}

static int take_part(struct job *j, struct archive *x, const struct archive_part *p)
{
    char path[4096];
    if (!known(j, p)) {
        j->why = S("The backup is damaged: it holds a part that no backup has.");
        return ERR_FORMAT;
    }
    if ((size_t)snprintf(path, sizeof path, "%s/%s", j->part, p->name) >= sizeof path)
        return refuse(j, S("The path of DIR is too long."));
    char *slash = strrchr(path, '/');
    *slash = '\0';
    if (mkdir(path, 0700) && errno != EEXIST)
        return refuse(j, str_fmt(j->a, "Writing failed (%s).", strerrordesc_np(errno)));
    *slash = '/';
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, p->mode & 0600);
    if (to < 0)
        return refuse(j, errno == EEXIST ? S("The backup is damaged: it holds a part twice.")
                                         : str_fmt(j->a, "Writing failed (%s).", strerrordesc_np(errno)));
    int code = archive_take(x, p, to);
    if (code)
        j->why = x->why;
    if (close(to) && !code)
        code = refuse(j, str_fmt(j->a, "Writing failed (%s).", strerrordesc_np(errno)));
    return code;
}

static int take_parts(struct job *j, int from)
{
    struct archive x;
    struct archive_part p;
    archive_begin(&x, j->a, from);
    int more, code = 0;
    while (!code && (more = archive_next(&x, &p)) == 1)
        code = take_part(j, &x, &p);
    if (!code && more < 0) {
        code = more;
        j->why = x.why;
    }
    archive_drop(&x);
    if (code)
        return code;
    j->head = x.head;
    if (!str_starts(j->head, S("yiwang backup 1\n")))
        return refuse(j, S("The backup was made by a newer yiwang; restore it with that one."));
    return j->database ? 0 : refuse(j, S("The backup is damaged: it holds no database."));
}

static const char *const names[] = {"files", "yiwang.conf", "secret.key", "yiwang.db"};

/* One sync for everything that was written, then the names; with the database there is a store. */
static int name_parts(struct job *j)
{
    bool there[] = {true, j->conf, j->key, true};
    if (syncfs(j->dir_fd))
        return refuse(j, str_fmt(j->a, "The parts could not be brought to disk (%s).", strerrordesc_np(errno)));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!there[i])
            continue;
        if (i == 3 && fsync(j->dir_fd))
            return refuse(j, str_fmt(j->a, "%s could not be brought to disk (%s).", j->dir, strerrordesc_np(errno)));
        if (rename(str_fmt(j->a, "%s/%s", j->part, names[i]).p, str_fmt(j->a, "%s/%s", j->dir, names[i]).p))
            return refuse(j, str_fmt(j->a, "%s cannot be named (%s).", names[i], strerrordesc_np(errno)));
    }
    if (rmdir(j->part) || fsync(j->dir_fd))
        return refuse(j, str_fmt(j->a, "%s could not be brought to disk (%s).", j->dir, strerrordesc_np(errno)));
    int up = open(str_fmt(j->a, "%s/..", j->dir).p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = up < 0 ? 0 : fsync(up);             /* not readable: then it is not ours to sync */
    if (up >= 0)
        close(up);
    return rc ? refuse(j, str_fmt(j->a, "The directory above %s could not be brought to disk.", j->dir)) : 0;
}

static void say(const struct job *j)
{
    str line, rest = j->head, point = S("-");
    while (!str_empty(rest)) {
        rest = str_cut(rest, '\n', &line);
        if (str_starts(line, S("evidence ")))
            point = str_sub(line, 9, line.n);
    }
    printf("%s: database of %lld bytes, %lld files of %lld bytes; every digest holds.\n", j->dir, (long long)j->db_bytes,
           (long long)j->files, (long long)j->file_bytes);
    printf("Point of recovery: evidence %.*s.\n", STRF(point));
    if (!j->key)
        printf("Missing: the key file. Put the store's secret.key into %s (chmod 0400) before it is served or verified.\n", j->dir);
    if (!j->conf)
        puts("There was no yiwang.conf in the backup: the defaults hold.");
}

int cmd_restore(struct arena *a, const char *file, const char *dir)
{
    struct job j = {.a = a, .dir = dir, .file = file, .dir_fd = -1, .part = str_fmt(a, "%s/" PART, dir).p};
    int from = open(file, O_RDONLY | O_CLOEXEC), code = 0;
    struct stat st;
    if (from < 0 || fstat(from, &st) || !S_ISREG(st.st_mode))
        code = refuse(&j, str_fmt(a, "%s cannot be read (%s).", file, from < 0 ? strerrordesc_np(errno) : "not a file"));
    if (!code)
        code = take_dir(&j);
    if (!code)
        code = take_parts(&j, from);
    if (!code)
        code = name_parts(&j);
    if (code && j.taken) {                       /* it was empty: whatever stands there is of this restore */
        for (size_t i = sizeof names / sizeof *names; i-- > 0;)
            clear(&j, names[i]);
        clear(&j, PART);
    }
    if (code && j.made)
        rmdir(dir);                              /* fails when something stands in it, and so it should */
    if (from >= 0)
        close(from);
    if (j.dir_fd >= 0)
        close(j.dir_fd);
    if (code)
        fprintf(stderr, "yiwang: %.*s Nothing was restored.\n", STRF(j.why));
    else
        say(&j);
    return code ? 1 : 0;
}
