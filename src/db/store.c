/* A store has a directory: lock, tmp/, and on SQLite yiwang.db and files/. One process at a time opens it for writing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/sqlite.h"

int db_make_dir(struct arena *a, const char *path, str *ret_why)
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

static int take_dir(struct arena *a, struct db_store *s, str *ret_why)
{
    const char *tmp = str_fmt(a, "%s/tmp", s->dir).p;
    int rc = db_make_dir(a, s->dir, ret_why);
    if (rc == 0)
        rc = take_lock(a, s, ret_why);
    if (rc == 0)
        rc = db_make_dir(a, tmp, ret_why);
    if (rc == 0)
        empty_dir(tmp);
    return rc;
}

int db_store_open_at(struct arena *a, const char *url, const char *dir, bool writer, struct db_store **ret, str *ret_why)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  /* one lock less for all threads; refused, harmlessly, after the first use */
    const struct db_engine *engine = url == NULL || url[0] == '\0' ? &db_sqlite : &db_pg;
    if (engine == &db_pg && !db_is_url(url)) {
        *ret_why = S("A database is named postgresql://USER@HOST/NAME; without one the store is a directory.");
        return ERR_FORMAT;
    }
    struct db_store *s = calloc(1, engine->store_size);
    char *own = strdup(dir);
    if (s == NULL || own == NULL) {
        free(s);
        free(own);
        *ret_why = S("There is not enough memory to open the store.");
        return ERR_FAIL;
    }
    *s = (struct db_store){.engine = engine, .dir = own, .lock_fd = -1, .writer = writer};
    int rc = writer ? take_dir(a, s, ret_why) : 0;
    if (rc == 0)
        rc = engine->store_open(s, a, url, ret_why);
    if (rc < 0) {
        db_store_close(s);
        return rc;
    }
    *ret = s;
    return 0;
}

int db_store_open(struct arena *a, const char *dir, bool writer, struct db_store **ret, str *ret_why)
{
    return db_store_open_at(a, NULL, dir, writer, ret, ret_why);
}

bool db_is_url(const char *place)
{
    return place != NULL && (strncmp(place, "postgresql://", 13) == 0 || strncmp(place, "postgres://", 11) == 0);
}

int db_store_migrate(struct db_store *s, struct arena *a, str *ret_why)
{
    return s->engine->store_migrate(s, a, ret_why);
}

void db_store_close(struct db_store *s)
{
    if (s == NULL)
        return;
    s->engine->store_close(s);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    free(s->dir);
    free(s);
}

const char *db_store_dir(const struct db_store *s)
{
    return s->dir;
}

bool db_store_blank(struct db_store *s)
{
    return s->engine->store_blank != NULL && s->engine->store_blank(s);
}

bool db_store_pool(const struct db_store *s)
{
    return s->engine->pool;
}
