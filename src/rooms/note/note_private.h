#ifndef YW_ROOM_NOTE_PRIVATE_H
#define YW_ROOM_NOTE_PRIVATE_H
/* What the files of this room share. */
#include "core/req.h"
#include "note_sql.h"
#include "note_view.h"
#include "rooms/note/note.h"
#include "texts.h"

/* note_tell.c: hook on "case.changed": one message to the applicant and to the agent, in the transaction of the act. */
int note_case_changed(struct req *r, const void *event);
/* Title of a kind of message; the kind itself for one without words. */
str note_title(int lang, str kind);

/* note_page.c */
int note_is_mine(struct req *r);
int note_list_page(struct req *r);
int note_page(struct req *r);
int note_read_post(struct req *r);
int note_read_all_post(struct req *r);

/* note_mail.c: the job "note.mail"; payload {"message":"ID"}. */
enum { NOTE_MAIL_TRIES = 12 };
int note_mail_job_load(struct job *j, struct db *db);
int note_mail_job_send(struct job *j);
int note_mail_job_finish(struct job *j, struct db *db);

/* note_letter.c: a message as a letter of RFC 5322. Nothing of a person stands in it but the address. */
struct note_letter {
    str from, to, site;
    int64_t message_id, case_id, at;
    str kind, number, item_name, item_name_en;   /* number and item_name_en may be absent */
    str url;                                     /* of the case */
};
bool note_address_ok(str address);
/* The same letter for the same message, with the same Message-ID: who gets it twice can see that it is one. */
str note_letter(struct arena *a, const struct note_letter *l);
#endif
