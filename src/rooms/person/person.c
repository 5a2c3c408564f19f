/* The record of the room. */
#include "rooms/person/person.h"

#include "person_view.h"
#include "rooms/person/person_page.h"

static const struct route routes[] = {
    GET_ROUTE("/sign-in", PUBLIC, NO_CHECK, &fd_person_sign_in_ask, FACE_HTML, person_sign_in_page, 0),
    POST_ROUTE("/sign-in", PUBLIC, NO_CHECK, &fd_person_sign_in, FACE_BOTH, "person.sign_in", person_sign_in_prepare,
               person_sign_in_post, person_sign_in_page, ROUTE_LIMITED),
    GET_ROUTE("/sign-in/as", SIGNED_IN, NO_CHECK, &fd_person_as_ask, FACE_HTML, person_as_page, 0),
    POST_ROUTE("/sign-in/as", SIGNED_IN, NO_CHECK, &fd_person_as, FACE_HTML, "person.act_as", NO_PREPARE, person_as_post,
               person_as_page, 0),
    POST_ROUTE("/sign-out", SIGNED_IN, NO_CHECK, NO_FORM, FACE_BOTH, "person.sign_out", NO_PREPARE, person_sign_out_post,
               NO_AGAIN, 0),
    GET_ROUTE("/me", SIGNED_IN, NO_CHECK, NO_FORM, FACE_BOTH, person_me_page, 0),
};

const struct room person_room = {
    .name = "person", .routes = routes, .n_routes = COUNT_OF(routes), .identify = person_identify};
