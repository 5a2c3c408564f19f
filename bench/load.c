/* The client of bench.mjs, in C because Node is too slow to load the server. All on 127.0.0.1.
 *   load submit PORT CONNECTIONS SECONDS TOKEN BODYFILE [TOKEN BODYFILE]...   POST /cases over keep-alive connections, each
 *                                     submission with a key and a body of its own (ten # in BODYFILE become a number), the
 *                                     connections dealt out to the tokens; the first second is not counted
 *   load idle PORT N                  opens N connections, one GET /health on each, keeps them until its input ends
 *   load sync FILE SECONDS            appends 4 KB and syncs, one after the other: what the disk can do
 *   load open FILE                    opens an SQLite database and reads its schema: the bare open
 * What it measured is one line of JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 1024
#define BODY_MAX 8192
#define ANSWER_MAX 65536
#define SAMPLES_MAX 4000000

struct person {
    const char *token;
    char body[BODY_MAX];
    size_t body_n;
    char *mark;                                  /* the ten # in body */
};

struct conn {
    int fd;
    struct person *who;
    char out[HEAD_MAX + BODY_MAX];
    size_t out_n, out_at;
    char in[ANSWER_MAX];
    size_t in_n;
    int64_t sent;
};

static uint32_t samples[SAMPLES_MAX];            /* microseconds */
static size_t samples_n;
static unsigned long counter;
static char run_name[32];

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int connect_to(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
        fail("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t percentile(double p)
{
    return samples_n ? samples[(size_t)((double)(samples_n - 1) * p)] : 0;
}

static void sample(int64_t us)
{
    if (samples_n < SAMPLES_MAX)
        samples[samples_n++] = (uint32_t)us;
}

/* ---- submit ---- */

static void next_request(struct conn *c)
{
    char digits[11];
    snprintf(digits, sizeof digits, "%010lu", counter++);
    memcpy(c->who->mark, digits, 10);
    int n = snprintf(c->out, HEAD_MAX,
                     "POST /cases HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
                     "Authorization: Bearer %s\r\nIdempotency-Key: %s-%s\r\nContent-Length: %zu\r\n\r\n",
                     c->who->token, run_name, digits, c->who->body_n);
    memcpy(c->out + n, c->who->body, c->who->body_n);
    c->out_n = (size_t)n + c->who->body_n;
    c->out_at = c->in_n = 0;
    c->sent = now_us();
}

static void push(struct conn *c)
{
    while (c->out_at < c->out_n) {
        ssize_t n = write(c->fd, c->out + c->out_at, c->out_n - c->out_at);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            fail("write");
        c->out_at += (size_t)n;
    }
}

/* 0: not complete; else the status. */
static int pull(struct conn *c)
{
    ssize_t n = read(c->fd, c->in + c->in_n, sizeof c->in - 1 - c->in_n);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0)
        fail("the server closed a connection");
    c->in_n += (size_t)n;
    c->in[c->in_n] = 0;
    char *end = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "\r\ncontent-length:");
    if (!end || !length || length > end || c->in_n < (size_t)(end + 4 - c->in) + strtoul(length + 17, NULL, 10))
        return 0;
    return atoi(c->in + 9);
}

static void read_person(struct person *p, const char *token, const char *path)
{
    FILE *f = fopen(path, "re");
    p->token = token;
    p->body_n = f ? fread(p->body, 1, sizeof p->body - 1, f) : 0;
    p->mark = p->body_n ? strstr(p->body, "##########") : NULL;
    if (!f || !p->mark)
        fail(path);
    fclose(f);
}

static int submit(int port, int n, double seconds, char **pairs, int n_people)
{
    struct conn *all = calloc((size_t)n, sizeof *all);
    struct person *people = calloc((size_t)n_people, sizeof *people);
    struct epoll_event events[256];
    int poll = epoll_create1(EPOLL_CLOEXEC);
    long done = 0, other = 0, counted = 0;
    for (int i = 0; i < n_people; i++)
        read_person(&people[i], pairs[2 * i], pairs[2 * i + 1]);
    snprintf(run_name, sizeof run_name, "bench-%d-%ld", getpid(), (long)time(NULL));
    for (int i = 0; i < n; i++) {
        struct conn *c = &all[i];
        c->fd = connect_to(port);
        c->who = &people[i % n_people];
        fcntl(c->fd, F_SETFL, O_NONBLOCK);
        epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = c});
        next_request(c);
        push(c);
    }
    int64_t from = now_us(), count_from = from + 1000000, until = count_from + (int64_t)(seconds * 1e6), last = from;
    while (now_us() < until) {
        int got = epoll_wait(poll, events, 256, 1000);
        for (int i = 0; i < got; i++) {
            struct conn *c = events[i].data.ptr;
            int status = pull(c);
            if (!status)
                continue;
            last = now_us();
            if (status != 201 && other++ == 0)
                fprintf(stderr, "load: an answer that is not 201: %.600s\n", c->in);
            done += status == 201;
            if (status == 201 && last >= count_from && last < until) {
                counted++;
                sample(last - c->sent);
            }
            next_request(c);
            push(c);
        }
    }
    qsort(samples, samples_n, sizeof *samples, by_size);
    printf("{\"done\":%ld,\"other\":%ld,\"rate\":%.1f,\"p50_us\":%u,\"p99_us\":%u,\"max_us\":%u}\n", done, other,
           (double)counted / seconds, percentile(0.5), percentile(0.99), percentile(1));
    return other != 0;
}

/* ---- idle ---- */

static int idle(int port, int n)
{
    static const char ask[] = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n";
    char answer[4096];
    for (int i = 0; i < n; i++) {
        int fd = connect_to(port);
        if (write(fd, ask, sizeof ask - 1) != (ssize_t)sizeof ask - 1)
            fail("write");
        if (read(fd, answer, sizeof answer) < 12 || memcmp(answer + 9, "200", 3))
            fail("a connection was not answered");
    }
    printf("{\"open\":%d}\n", n);
    fflush(stdout);
    while (read(0, answer, sizeof answer) > 0)
        continue;
    return 0;
}

/* ---- disk and database ---- */

static int sync_rate(const char *path, double seconds)
{
    char block[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        fail(path);
    memset(block, 'y', sizeof block);
    int64_t from = now_us(), until = from + (int64_t)(seconds * 1e6), at = from;
    while (at < until) {
        if (write(fd, block, sizeof block) != (ssize_t)sizeof block || fdatasync(fd))
            fail("fdatasync");
        int64_t next = now_us();
        sample(next - at);
        at = next;
    }
    close(fd);
    unlink(path);
    double rate = (double)samples_n / ((double)(at - from) / 1e6);
    qsort(samples, samples_n, sizeof *samples, by_size);
    printf("{\"rate\":%.1f,\"p50_us\":%u,\"p99_us\":%u}\n", rate, percentile(0.5), percentile(0.99));
    return 0;
}

static int bare_open(const char *path)
{
    sqlite3 *db;
    int rc = sqlite3_open(path, &db);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "pragma journal_mode = wal; select count(*) from sqlite_master; select max(seq) from core_evidence", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        fprintf(stderr, "load: %s\n", sqlite3_errmsg(db));
    return rc != SQLITE_OK;
}

int main(int argc, char **argv)
{
    if (argc >= 7 && !strcmp(argv[1], "submit"))
        return submit(atoi(argv[2]), atoi(argv[3]), atof(argv[4]), argv + 5, (argc - 5) / 2);
    if (argc == 4 && !strcmp(argv[1], "idle"))
        return idle(atoi(argv[2]), atoi(argv[3]));
    if (argc == 4 && !strcmp(argv[1], "sync"))
        return sync_rate(argv[2], atof(argv[3]));
    if (argc == 3 && !strcmp(argv[1], "open"))
        return bare_open(argv[2]);
    fputs("usage: load submit|idle|sync|open ... (see the head of load.c)\n", stderr);
    return 2;
}
