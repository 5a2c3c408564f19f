#include "core/queue.h"

#include <pthread.h>

#include "base/arena.h"

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    void **at;
    size_t most, first, n;
    bool closed;
};

struct queue *queue_new(struct arena *a, size_t most)
{
    struct queue *q = NEW(a, struct queue);
    q->at = NEW_ARRAY(a, most, void *);
    q->most = most;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->filled, NULL);
    return q;
}

bool queue_put(struct queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    bool ok = !q->closed && q->n < q->most;
    if (ok) {
        q->at[(q->first + q->n++) % q->most] = item;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    return ok;
}

static void *take(struct queue *q)
{
    void *item = q->at[q->first];
    q->first = (q->first + 1) % q->most;
    q->n--;
    return item;
}

void *queue_take(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (q->n == 0 && !q->closed)
        pthread_cond_wait(&q->filled, &q->lock);
    void *item = q->n ? take(q) : NULL;
    pthread_mutex_unlock(&q->lock);
    return item;
}

void *queue_try(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    void *item = q->n ? take(q) : NULL;
    pthread_mutex_unlock(&q->lock);
    return item;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

size_t queue_length(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t n = q->n;
    pthread_mutex_unlock(&q->lock);
    return n;
}
