#ifndef YW_PRESS_H
#define YW_PRESS_H
/* The press: draws documents and looks into files that people sent, in processes of its own. No database, no network.
 *
 * press_start forks a small keeper of workers before the server has any thread. It makes two kinds of worker, both under
 * seccomp and resource limits: one that draws (kept; fonts are loaded before its sandbox closes), and a fresh one for every
 * file that is opened, so that a hostile file meets nothing but itself. A worker that has not answered after 5 s is killed;
 * the next call gets a new one. All calls are thread-safe and block: call them from handler or worker threads, never from
 * the edge and never inside the writer. */
#include "base/arena.h"
#include "base/fault.h"
#include "base/str.h"

/* Call once, before any thread. 0 or ERR_FAIL (logged). */
int press_start(void);
/* Ends keeper and workers. Calls after it fail. */
void press_stop(void);

struct press_row { str label, value; };
struct press_material { str name, form, copies, note; };
/* One official document on A4, generic: 收件凭证, 受理通知书, 一次性补正告知书, 不予受理通知书, decisions. Absent parts are left out.
 * The same input gives the same bytes. */
struct press_receipt {
    str title;                                   /* 收件凭证 */
    str number, number_label;                    /* the document's or case's number, and what to call it */
    str agency;                                  /* whose document it is; stands above the title and beside the seal */
    const struct press_row *rows; size_t rows_n;
    str materials_title;
    struct press_material material_heads;        /* words of the table's head */
    const struct press_material *materials; size_t materials_n;
    const str *paragraphs; size_t paragraphs_n;
    str qr, qr_note;                             /* text in the QR code (at most 500 bytes), words below it */
    str date;                                    /* as it is to be read beside the seal: 2026年11月23日 */
    str seal_note;                               /* 未加盖印章无效; absent: no place for a seal is drawn */
    const str *footer; size_t footer_n;
    int64_t created;                             /* ms since 1970: the PDF's creation date */
};
/* 0; ERR_FORMAT: a text is not UTF-8 or all together is over 256 KB; ERR_FAIL: the press could not do it (logged).
 * *ret_pdf: bytes, live with the arena. */
int press_receipt(struct arena *a, const struct press_receipt *in, str *ret_pdf);

enum press_kind { PRESS_PDF, PRESS_OFD, PRESS_PNG, PRESS_JPEG };
const char *press_kind_type(enum press_kind kind);       /* application/pdf ... */
/* What a file is, by its content alone; fd: a readable regular file, its position is left alone. Files are not read into memory.
 * 0; ERR_FORMAT: refused, *ret_why one of the words below (a literal); ERR_FAIL: no verdict, try again later (logged).
 *   empty       no bytes                     unknown     none of PDF, OFD, PNG, JPEG
 *   damaged     begins as one, but its structure does not hold (cut off, forged)
 *   mixed       is also something else (an image with an archive or a page of HTML behind it)
 *   too_big     image over 20,000 pixels a side or 100 million in all, archive that unpacks to over 1 GB or 200 times
 *   locked      archive with encrypted parts
 *   unreadable  the worker died or ran out of time over it */
int press_open(int fd, enum press_kind *ret_kind, str *ret_why);
#endif
