#include "core/tree.h"

#include <pthread.h>
#include <string.h>

#include "base/json.h"

#define SLOTS 128                                /* about as many guides as are asked for in an hour; a few hundred KB each */
#define NAME 33

struct slot { char name[NAME]; json_t *tree; };
static struct slot slots[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct slot *slot_of(str name)
{
    return &slots[(uint8_t)name.p[1] % SLOTS];
}

/* Trees in the slots have references of their own, counted under the lock alone. */
static void let_go(void *held)
{
    pthread_mutex_lock(&lock);
    json_decref(*(json_t **)held);
    pthread_mutex_unlock(&lock);
}

json_t *tree_find(struct arena *a, str name)
{
    json_t **held = NEW(a, json_t *);            /* everything that can run out of memory comes before the lock */
    arena_cleanup(a, let_go, held);
    pthread_mutex_lock(&lock);
    const struct slot *s = slot_of(name);
    if (name.n == NAME && s->tree && memcmp(s->name, name.p, NAME) == 0)
        *held = json_incref(s->tree);
    pthread_mutex_unlock(&lock);
    return *held;
}

json_t *tree_read(struct arena *a, str name, str text)
{
    str why;
    json_t *tree = json_read(a, text, &why);
    if (!tree || name.n != NAME)
        return tree;
    json_t *shared = json_deep_copy(tree);       /* NULL without memory: then it is not kept */
    pthread_mutex_lock(&lock);
    struct slot *s = slot_of(name);
    json_decref(s->tree);
    s->tree = shared;
    memcpy(s->name, name.p, NAME);
    pthread_mutex_unlock(&lock);
    return tree;
}
