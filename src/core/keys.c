#include "core/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/rand.h"
#include "base/sm.h"
#include "core/req.h"

/* Set once at start, before any thread; read-only afterwards. */
static struct { uint8_t box[32], look_up[32], csrf[32]; } keys;

static void derive(const uint8_t secret[32], const char *label, uint8_t ret[32])
{
    hmac_sm3(secret, 32, label, strlen(label), ret);
}

int keys_make(struct arena *a, const char *dir, str *ret_why)
{
    str path = str_fmt(a, "%s/secret.key", dir);
    uint8_t secret[32];
    rand_bytes(secret, sizeof secret);
    int fd = open(path.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0 || write(fd, secret, sizeof secret) != (ssize_t)sizeof secret || fsync(fd)) {
        *ret_why = str_fmt(a, "Cannot write %s (%s).", path.p, strerrordesc_np(errno));
        if (fd >= 0)
            close(fd);
        return ERR_FAIL;
    }
    close(fd);
    return 0;
}

int keys_load(struct arena *a, const char *dir, str *ret_why)
{
    str path = str_fmt(a, "%s/secret.key", dir);
    uint8_t secret[32];
    struct stat st;
    int fd = open(path.p, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) || read(fd, secret, sizeof secret) != (ssize_t)sizeof secret) {
        *ret_why = str_fmt(a, "Cannot read the key file %s.", path.p);
        if (fd >= 0)
            close(fd);
        return ERR_FAIL;
    }
    close(fd);
    if (st.st_mode & 077) {
        *ret_why = str_fmt(a, "The key file %s may be read by others; run: chmod 0400 %s", path.p, path.p);
        return ERR_FAIL;
    }
    derive(secret, "yiwang box", keys.box);
    derive(secret, "yiwang look-up", keys.look_up);
    derive(secret, "yiwang csrf", keys.csrf);
    explicit_bzero(secret, sizeof secret);
    return 0;
}

str secret_box(struct arena *a, str plain)
{
    return sm_box(a, keys.box, plain);
}

int secret_open(struct arena *a, str box, str *ret_plain)
{
    return sm_unbox(a, keys.box, box, ret_plain);
}

str secret_hash(struct arena *a, str plain)
{
    uint8_t *mac = arena_alloc(a, 32);
    hmac_sm3(keys.look_up, 32, plain.p, plain.n, mac);
    return (str){(char *)mac, 32};
}

str csrf_token(struct arena *a, str cookie)
{
    uint8_t mac[32];
    hmac_sm3(keys.csrf, 32, cookie.p, cookie.n, mac);
    return hex(a, mac, 16);
}
