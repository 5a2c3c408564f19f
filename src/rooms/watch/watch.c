/* The record of the room. Supervision reads; it has no way to act on a case. */
#include "rooms/watch/watch_private.h"

static const struct route routes[] = {
    GET_ROUTE("/watch", "watch.see", NO_CHECK, &fd_watch_ask, FACE_BOTH, watch_page, 0),
    GET_ROUTE("/watch/cases/{id}", "watch.see", watch_case_in_reach, NO_FORM, FACE_BOTH, watch_case_page, 0),
};
static const struct right rights[] = {{"watch.see", "supervisor"}};
static const struct event_hook events[] = {{"case.changed", watch_case_changed}};

const struct room watch_room = {
    .name = "watch",
    .routes = routes, .n_routes = COUNT_OF(routes),
    .rights = rights, .n_rights = COUNT_OF(rights),
    .events = events, .n_events = COUNT_OF(events),
};
