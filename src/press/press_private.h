#ifndef YW_PRESS_PRIVATE_H
#define YW_PRESS_PRIVATE_H
/* Between the press's own files; tests and fuzz targets call these without the processes. */
#include "base/buf.h"
#include "press/press.h"

#define PRESS_TEXT_MAX (256 * 1024)              /* of one document's input */
#define PRESS_PDF_MAX (32 * 1024 * 1024)
#define PRESS_DEADLINE_MS 5000

/* draw.c */
int draw_receipt(struct buf *b, const struct press_receipt *in);    /* ERR_FAIL: cairo's word is logged */
void draw_warm_up(void);                         /* loads every font that will be used */
/* open.c: NULL and *ret_kind, or why not */
const char *open_kind(int fd, enum press_kind *ret_kind);

/* pack.c: a document's input on its way to the worker */
int pack_receipt(struct buf *b, const struct press_receipt *in);    /* ERR_FORMAT: see press_receipt */
int unpack_receipt(struct arena *a, str packed, struct press_receipt *ret);

/* sandbox.c: limits and seccomp for the calling process, all threads. Ends the process when they cannot be set. */
enum sandbox { SANDBOX_DRAW, SANDBOX_OPEN };
void sandbox_enter(enum sandbox kind);

/* keeper.c: the process that forks workers; speaks by `control` until that is closed. Letters sent to it: */
enum { KEEPER_DRAW = 'D', KEEPER_OPEN = 'O', KEEPER_KILL_DRAW = 'd', KEEPER_KILL_OPEN = 'o' };
_Noreturn void keeper_run(int control);

/* wire.c: whole messages over a stream socket; deadline in clock_mono ms, or -1 for none */
int wire_send(int fd, const void *p, size_t n, int64_t deadline);
int wire_receive(int fd, void *p, size_t n, int64_t deadline);      /* ERR_FAIL: closed, or time is up */
int wire_send_fd(int socket, char letter, int fd);                  /* fd -1: the letter alone */
int wire_receive_fd(int socket, char *ret_letter, int *ret_fd, int64_t deadline);    /* *ret_fd -1 when none came */
struct wire_head { int32_t status; uint32_t n; };                   /* a worker's answer; n bytes follow */
#endif
