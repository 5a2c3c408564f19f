#include "core/file.h"

#include <fcntl.h>

#include "base/log.h"
#include "core/engine.h"
#include "core/req_private.h"
#include "db/file.h"

int upload_open(const struct upload *u)
{
    int fd = open(u->path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? ERR_FAIL : fd;
}

int upload_keep(struct req *r, const struct upload *u)
{
    str why = STR_NONE;
    return file_keep(engine_store(r->priv->engine), u->path, u->sm3, &why);
}

int kept_open(struct req *r, const uint8_t sm3[32])
{
    int fd = file_open(engine_store(r->priv->engine), sm3);
    if (fd < 0)
        log_line(LOG_ERROR, "file", "%s: a kept file is not there", r->route->path);
    return fd;
}
