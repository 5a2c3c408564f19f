/* The record of the room. */
#include "rooms/form/form_private.h"

static const struct route routes[] = {
    GET_ROUTE("/drafts", SIGNED_IN, NO_CHECK, &fd_form_after, FACE_BOTH, form_list_page, 0),
    GET_ROUTE("/drafts/new", SIGNED_IN, NO_CHECK, &fd_form_start, FACE_HTML, form_start_page, 0),
    POST_ROUTE("/drafts", SIGNED_IN, NO_CHECK, &fd_form_open, FACE_BOTH, "form.draft_open", NO_PREPARE, form_open_post,
               form_start_page, 0),
    GET_ROUTE("/drafts/{id}", SIGNED_IN, form_draft_mine, &fd_form_ask, FACE_BOTH, form_draft_page, 0),
    POST_ROUTE("/drafts/{id}", SIGNED_IN, form_draft_mine, &fd_form_save, FACE_BOTH, "form.draft_save", NO_PREPARE,
               form_save_post, form_draft_page, 0),
    POST_ROUTE("/drafts/{id}/materials/{no}", SIGNED_IN, form_draft_mine, &fd_form_choose, FACE_BOTH, "form.draft_save",
               form_choose_prepare, form_choose_post, form_draft_page, 0),
    POST_ROUTE("/drafts/{id}/delete", SIGNED_IN, form_draft_mine, &fd_form_delete, FACE_BOTH, "form.draft_delete", NO_PREPARE,
               form_delete_post, form_draft_page, 0),
    GET_ROUTE("/files", SIGNED_IN, NO_CHECK, &fd_form_after, FACE_BOTH, form_files_page, 0),
    POST_ROUTE("/files", SIGNED_IN, NO_CHECK, &fd_form_file_new, FACE_BOTH, "form.file_add", form_file_prepare, form_file_post,
               form_files_page, 0),
    GET_ROUTE("/files/{id}", SIGNED_IN, NO_CHECK, NO_FORM, FACE_BOTH, form_file_get, 0),
};

const struct room form_room = {.name = "form", .routes = routes, .n_routes = COUNT_OF(routes)};
