/* Files by hash. The order is what makes them durable: data, then name, then the directories that hold the name. */
#include "db/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/private.h"

struct place { char root[PATH_MAX], dir[PATH_MAX], file[PATH_MAX]; };

static bool name_place(const struct db_store *s, const uint8_t sm3[32], struct place *p)
{
    char hex[65];
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", sm3[i]);
    int n = snprintf(p->root, sizeof p->root, "%s/files", s->dir);
    if (n < 0 || n > PATH_MAX - 80)
        return false;
    int d = snprintf(p->dir, sizeof p->dir, "%s/%.2s", p->root, hex);
    int f = snprintf(p->file, sizeof p->file, "%s/%s", p->dir, hex + 2);
    return d > 0 && f > 0 && f < PATH_MAX;
}

static int sync_path(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return -1;
    int rc = flags & O_DIRECTORY ? fsync(fd) : fdatasync(fd);
    int saved = errno;
    close(fd);
    errno = saved;
    return rc;
}

int db_file_refuse(const char *what, str *ret_why)
{
    bool full = errno == ENOSPC || errno == EDQUOT;
    log_line(LOG_ERROR, "db", "a file cannot be kept: %s: %m", what);
    *ret_why = full ? S("There is no space left for files.") : S("The file could not be stored.");
    return full ? ERR_FULL : ERR_FAIL;
}

int db_dir_file_keep(struct db_store *s, const char *tmp_path, const uint8_t sm3[32], str *ret_why)
{
    struct place p = {.root = ""};
    struct stat have, there;
    errno = ENOSPC;
    if (db_fault("file-full"))
        return db_file_refuse("fault injected", ret_why);
    errno = ENAMETOOLONG;
    if (!name_place(s, sm3, &p) || stat(tmp_path, &have) != 0)
        return db_file_refuse("temporary file", ret_why);
    bool made = mkdir(p.dir, 0700) == 0;
    if (!made && errno != EEXIST)
        return db_file_refuse("directory", ret_why);
    if (sync_path(tmp_path, 0) != 0)
        return db_file_refuse("sync", ret_why);
    /* Present already, also when another thread has just named it: its name must be durable before we say so. */
    bool present = stat(p.file, &there) == 0 && there.st_size == have.st_size;
    if (present ? unlink(tmp_path) != 0 : rename(tmp_path, p.file) != 0)
        return db_file_refuse("name", ret_why);
    if (sync_path(p.dir, O_DIRECTORY) != 0 || sync_path(p.root, O_DIRECTORY) != 0)
        return db_file_refuse("sync of the directory", ret_why);
    return 0;
}

int db_dir_file_open(struct db_store *s, const uint8_t sm3[32])
{
    struct place p = {.root = ""};
    if (!name_place(s, sm3, &p))
        return ERR_FAIL;
    int fd = open(p.file, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? ERR_FAIL : fd;
}
