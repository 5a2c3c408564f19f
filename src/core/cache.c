#include "core/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/sm.h"

#define SLOTS 512
#define LIFE_MS 2000

struct entry { uint8_t key[32]; int64_t until; char *plain, *gz; size_t plain_n, gz_n; };
static struct entry slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

str cache_key(struct req *r)
{
    struct exchange *x = r->priv->x;
    if (!(r->route->flags & ROUTE_CACHE) || r->json || !str_empty(r->priv->token) || r->priv->notice_shown >= 0 ||
        r->priv->set_lang.n || r->priv->set_size.n || r->priv->failure.status || x->target.n > 512)
        return STR_NONE;
    uint8_t *h = arena_alloc(r->arena, 32);
    str text = str_fmt(r->arena, "%.*s %d %d %.*s", STRF(x->target), r->lang, r->priv->large, STRF(r->region));
    sm3_of(text.p, text.n, h);
    return (str){(char *)h, 32};
}

static struct entry *slot_of(str key)
{
    return &slots[((uint8_t)key.p[0] | (unsigned)(uint8_t)key.p[1] << 8) % SLOTS];
}

bool cache_answer(struct req *r)
{
    struct exchange *x = r->priv->x;
    str key = cache_key(r);
    if (str_none(key))
        return false;
    size_t at;
    bool gzip = !str_none(x->accept_encoding) && str_find(x->accept_encoding, S("gzip"), &at);
    bool found = false;
    char *copy = NULL;
    size_t n = 0;
    pthread_mutex_lock(&lock);
    struct entry *e = slot_of(key);
    if (e->plain && e->until > clock_mono() && !memcmp(e->key, key.p, 32)) {
        n = gzip ? e->gz_n : e->plain_n;
        copy = malloc(n);                        /* not the arena's: it must not jump while the lock is held */
        if (copy)
            memcpy(copy, gzip ? e->gz : e->plain, n);
        found = copy != NULL;
    }
    pthread_mutex_unlock(&lock);
    if (!found)
        return false;
    arena_cleanup(r->arena, free, copy);
    x->status = 200;
    x->out_type = S("text/html; charset=utf-8");
    x->out_body = (str){copy, n};
    edge_header(x, "Vary", S("Cookie, Accept-Encoding, Accept-Language"));
    if (gzip)
        edge_header(x, "Content-Encoding", S("gzip"));
    return true;
}

static char *pack(str page, size_t *ret_n)
{
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t most = deflateBound(&z, page.n);
    char *p = malloc(most);
    z.next_in = (unsigned char *)(uintptr_t)page.p, z.avail_in = (unsigned)page.n;
    z.next_out = (unsigned char *)p, z.avail_out = (unsigned)most;
    int code = p ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
    *ret_n = z.total_out;
    deflateEnd(&z);
    if (code != Z_STREAM_END) {
        free(p);
        return NULL;
    }
    return p;
}

void cache_keep(str key, str page)
{
    size_t gz_n;
    char *gz = pack(page, &gz_n), *plain = malloc(page.n);
    if (!gz || !plain) {
        free(gz);
        free(plain);
        return;                                  /* no memory, no cache */
    }
    memcpy(plain, page.p, page.n);
    pthread_mutex_lock(&lock);
    struct entry *e = slot_of(key);
    char *old_gz = e->gz, *old_plain = e->plain;
    memcpy(e->key, key.p, 32);
    e->until = clock_mono() + LIFE_MS;
    e->plain = plain, e->plain_n = page.n, e->gz = gz, e->gz_n = gz_n;
    pthread_mutex_unlock(&lock);
    free(old_gz);
    free(old_plain);
}

void cache_forget(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < SLOTS; i++)
        slots[i].until = 0;
    pthread_mutex_unlock(&lock);
}
