/* A store is a directory: yiwang.db, lock, files/, tmp/. One process at a time opens it for writing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/private.h"

static int make_dir(struct arena *a, const char *path, str *ret_why)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return 0;
    *ret_why = str_fmt(a, "The directory %s cannot be made: %m.", path);
    return ERR_FAIL;
}

/* What uploads left behind when the process ended. */
static void empty_dir(const char *path)
{
    DIR *d = opendir(path);
    if (d == NULL)
        return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
}

/* A record lock: it ends with the process, and a forked child does not inherit it. */
static int take_lock(struct arena *a, struct db_store *s, str *ret_why)
{
    const char *path = str_fmt(a, "%s/lock", s->dir).p;
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0) {
        *ret_why = str_fmt(a, "The directory %s cannot be written: %m.", s->dir);
        return ERR_FAIL;
    }
    if (fcntl(s->lock_fd, F_SETLK, &all) == 0)
        return 0;
    if (errno != EACCES && errno != EAGAIN) {
        *ret_why = str_fmt(a, "%s cannot be locked: %m.", path);
        return ERR_FAIL;
    }
    struct flock holder = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(s->lock_fd, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK)
        *ret_why = str_fmt(a, "The store in %s is in use by another yiwang (process %d). Stop that one first.", s->dir,
                           (int)holder.l_pid);
    else
        *ret_why = str_fmt(a, "The store in %s is in use by another yiwang. Stop that one first.", s->dir);
    return ERR_EXISTS;
}

/* The log of an earlier process may be in memory only: its last sync may have failed. Checkpointing syncs it first. */
static int checkpoint_all(sqlite3 *db)
{
    int left = 0, copied = 0;
    int rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_FULL, &left, &copied);
    if ((rc & 0xff) == SQLITE_BUSY) {            /* another process reads an older snapshot: the log is synced all the same */
        log_line(LOG_WARN, "db", "the log was not wholly checkpointed: a reader of another process holds it");
        return SQLITE_OK;
    }
    if (rc == SQLITE_OK && left > 0)
        log_line(LOG_DEBUG, "db", "checkpointed the log: %d of %d pages", copied, left);
    return rc;
}

static int open_writer(struct arena *a, struct db_store *s, str *ret_why)
{
    int rc = make_dir(a, s->dir, ret_why);
    if (rc == 0)
        rc = take_lock(a, s, ret_why);
    const char *files = str_fmt(a, "%s/files", s->dir).p, *tmp = str_fmt(a, "%s/tmp", s->dir).p;
    if (rc == 0)
        rc = make_dir(a, files, ret_why);
    if (rc == 0)
        rc = make_dir(a, tmp, ret_why);
    if (rc < 0)
        return rc;
    empty_dir(tmp);
    int code = db_sqlite_open(s->dir, true, &s->first);
    if (code == SQLITE_OK)
        code = checkpoint_all(s->first);
    if (code == SQLITE_OK)
        return 0;
    *ret_why = str_fmt(a, "The database %s/yiwang.db cannot be opened: %s.", s->dir,
                       s->first ? sqlite3_errmsg(s->first) : sqlite3_errstr(code));
    return (code & 0xff) == SQLITE_FULL ? ERR_FULL : ERR_FAIL;
}

int db_store_open(struct arena *a, const char *dir, bool writer, struct db_store **ret, str *ret_why)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  /* one lock less for all threads; refused, harmlessly, after the first use */
    struct db_store *s = calloc(1, sizeof *s);
    char *own = strdup(dir);
    if (s == NULL || own == NULL) {
        free(s);
        free(own);
        *ret_why = S("There is not enough memory to open the store.");
        return ERR_FAIL;
    }
    *s = (struct db_store){.dir = own, .lock_fd = -1, .writer = writer};
    int rc = 0;
    if (writer) {
        rc = open_writer(a, s, ret_why);
    } else if (access(str_fmt(a, "%s/yiwang.db", dir).p, R_OK) != 0) {
        *ret_why = str_fmt(a, "There is no readable store in %s: %m.", dir);
        rc = ERR_FAIL;
    }
    if (rc < 0) {
        db_store_close(s);
        return rc;
    }
    *ret = s;
    return 0;
}

void db_store_close(struct db_store *s)
{
    if (s == NULL)
        return;
    sqlite3_close(s->first);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    free(s->dir);
    free(s);
}

const char *db_store_dir(const struct db_store *s)
{
    return s->dir;
}
