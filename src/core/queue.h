#ifndef YW_CORE_QUEUE_H
#define YW_CORE_QUEUE_H
/* A bounded queue of pointers between threads. Made at start with its full size: putting never allocates. */
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct queue;
struct queue *queue_new(struct arena *a, size_t most);
bool queue_put(struct queue *q, void *item);             /* false: full or closed */
void *queue_take(struct queue *q);                       /* waits; NULL when closed and empty */
void *queue_try(struct queue *q);                        /* NULL when there is none now */
void queue_close(struct queue *q);
size_t queue_length(struct queue *q);
#endif
