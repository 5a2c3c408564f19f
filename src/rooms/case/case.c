/* The case room: its record. Routes first: one row per way in. */
#include "rooms/case/case_private.h"

#define ACT(word, right_, check_, form_)                                                                                      \
    POST_ROUTE("/cases/{id}/" word, right_, check_, form_, FACE_BOTH, "case." word, NO_PREPARE, case_act_post, case_page, 0)

static const struct route routes[] = {
    /* submission */
    POST_ROUTE("/cases", SIGNED_IN, NO_CHECK, &fd_case_new, FACE_JSON, "case.submit", NO_PREPARE, case_new_post, NO_AGAIN,
               ROUTE_NEEDS_KEY),
    POST_ROUTE("/drafts/{id}/submit", SIGNED_IN, form_draft_mine, &fd_case_submit, FACE_BOTH, "case.submit", NO_PREPARE,
               case_draft_submit_post, form_draft_review_page, ROUTE_NEEDS_KEY),
    GET_ROUTE("/counter", "case.window", NO_CHECK, &fd_case_counter_start, FACE_BOTH, case_counter_page, 0),
    GET_ROUTE("/counter/{item}", "case.window", NO_CHECK, NO_FORM, FACE_HTML, case_counter_item_page, 0),
    POST_ROUTE("/counter/{item}", "case.window", NO_CHECK, &fd_case_counter_case, FACE_BOTH, "case.open", NO_PREPARE,
               case_counter_post, case_counter_item_page, ROUTE_NEEDS_KEY),
    /* reading */
    GET_ROUTE("/cases", SIGNED_IN, NO_CHECK, &fd_case_filter, FACE_BOTH, case_list_page, 0),
    GET_ROUTE("/cases/{id}", SIGNED_IN, case_in_reach, NO_FORM, FACE_BOTH, case_page, 0),
    GET_ROUTE("/cases/{id}/receipt", SIGNED_IN, case_holds_receipt, NO_FORM, FACE_BOTH, case_receipt_page, 0),
    GET_ROUTE("/cases/{id}/receipt.pdf", SIGNED_IN, case_holds_receipt, NO_FORM, FACE_HTML, case_receipt_pdf, 0),
    GET_ROUTE("/cases/{id}/documents/{document}", SIGNED_IN, case_in_reach, NO_FORM, FACE_HTML, case_document_pdf, 0),
    GET_ROUTE("/cases/{id}/files/{file}", SIGNED_IN, case_in_reach, NO_FORM, FACE_BOTH, case_file_get, 0),
    GET_ROUTE("/progress", PUBLIC, NO_CHECK, &fd_case_progress, FACE_BOTH, case_progress_page, ROUTE_LIMITED),
    POST_ROUTE("/progress", PUBLIC, NO_CHECK, &fd_case_progress, FACE_BOTH, NO_ACT, NO_PREPARE, case_progress_page, NO_AGAIN,
               ROUTE_LIMITED),
    /* acts, in the order of a case's life */
    ACT("receive", "case.window", case_at_my_window, &fd_case_receive),
    ACT("accept", "case.window", case_at_my_window, &fd_case_plain),
    ACT("correct", "case.window", case_at_my_window, &fd_case_correct),
    ACT("supplement", SIGNED_IN, case_mine_or_window, &fd_case_supplement),
    ACT("refuse", "case.window", case_at_my_window, &fd_case_refuse),
    ACT("review", "case.decide", case_at_my_body, &fd_case_review),
    ACT("approve", "case.decide", case_at_my_body, &fd_case_decide),
    ACT("deny", "case.decide", case_at_my_body, &fd_case_decide),
    ACT("make", "case.decide", case_at_my_body, &fd_case_make),
    ACT("issue", "case.issue", case_at_my_issuing, &fd_case_plain),
    ACT("deliver", "case.issue", case_at_my_issuing, &fd_case_deliver),
    ACT("withdraw", SIGNED_IN, case_is_mine, &fd_case_withdraw),
};

static const struct right rights[] = {
    {"case.window", "acceptance-clerk"},         /* receive, accept, correct, refuse, open at the counter */
    {"case.decide", "approving-officer"},        /* review, approve, deny, make */
    {"case.issue", "issuing-clerk"},             /* issue, deliver */
};

static const struct setting settings[] = {
    {"case.document_office", "琼政务", false, 0, 0, "head of the numbers of notices and decisions"},
    {"case.public_url", "http://127.0.0.1:8080", false, 0, 0, "address people reach this site at, for the QR code on receipts"},
};

const struct room case_room = {
    .name = "case",
    .routes = routes, .n_routes = COUNT_OF(routes),
    .settings = settings, .n_settings = COUNT_OF(settings),
    .rights = rights, .n_rights = COUNT_OF(rights),
    .jobs = case_jobs, .n_jobs = 1,
};
