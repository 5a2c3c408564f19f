/* The record of the room. */
#include "rooms/note/note_private.h"

static const struct route routes[] = {
    GET_ROUTE("/messages", SIGNED_IN, NO_CHECK, &fd_note_ask, FACE_BOTH, note_list_page, 0),
    GET_ROUTE("/messages/{id}", SIGNED_IN, note_is_mine, NO_FORM, FACE_BOTH, note_page, 0),
    POST_ROUTE("/messages/{id}/read", SIGNED_IN, note_is_mine, NO_FORM, FACE_BOTH, "note.read", NO_PREPARE, note_read_post, note_page, 0),
    POST_ROUTE("/messages/read-all", SIGNED_IN, NO_CHECK, NO_FORM, FACE_BOTH, "note.read", NO_PREPARE, note_read_all_post,
               note_list_page, 0),
};

static const struct setting settings[] = {
    {"note.smtp_url", "", false, 0, 0, "mail server, smtp://host:port or smtps://user:password@host; empty: no mail leaves"},
    {"note.mail_from", "no-reply@localhost", false, 0, 0, "address mail comes from"},
};

static const struct event_hook events[] = {{"case.changed", note_case_changed}};

static const struct job_kind jobs[] = {
    {"note.mail", note_mail_job_load, note_mail_job_send, note_mail_job_finish, NOTE_MAIL_TRIES},
};

const struct room note_room = {
    .name = "note",
    .routes = routes, .n_routes = COUNT_OF(routes),
    .settings = settings, .n_settings = COUNT_OF(settings),
    .events = events, .n_events = COUNT_OF(events),
    .jobs = jobs, .n_jobs = COUNT_OF(jobs),
};
