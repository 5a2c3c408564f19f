/* The record of the room. The links of the header stand here, all of them, in the order in which people see them. */
#include "rooms/portal/portal_private.h"

static const struct route routes[] = {
    GET_ROUTE("/", PUBLIC, NO_CHECK, NO_FORM, FACE_HTML, portal_home_page, 0),
    GET_ROUTE("/my", SIGNED_IN, NO_CHECK, NO_FORM, FACE_HTML, portal_my_page, 0),
    GET_ROUTE("/my/footprints", SIGNED_IN, NO_CHECK, &fd_portal_ask, FACE_BOTH, portal_footprints_page, 0),
    GET_ROUTE("/desk", SIGNED_IN, NO_CHECK, NO_FORM, FACE_HTML, portal_desk_page, 0),
    GET_ROUTE("/signed-in", SIGNED_IN, NO_CHECK, NO_FORM, FACE_HTML, portal_signed_in_page, 0),
    GET_ROUTE("/site-map", PUBLIC, NO_CHECK, NO_FORM, FACE_HTML, portal_map_page, 0),
    GET_ROUTE("/accessibility", PUBLIC, NO_CHECK, NO_FORM, FACE_HTML, portal_accessibility_page, 0),
    GET_ROUTE("/help", PUBLIC, NO_CHECK, NO_FORM, FACE_HTML, portal_help_page, 0),
    GET_ROUTE("/contact", PUBLIC, NO_CHECK, NO_FORM, FACE_HTML, portal_help_page, 0),
    GET_ROUTE("/mistakes", PUBLIC, NO_CHECK, &fd_portal_mistake, FACE_HTML, portal_mistakes_page, 0),
};

static const struct nav_link nav[] = {
    {T_PORTAL_NAV_HOME, "/", "not-staff"},
    {T_PORTAL_NAV_PERSON, "/items?object=person", "not-staff"},
    {T_PORTAL_NAV_ORGANISATION, "/items?object=organisation", "not-staff"},
    {T_ORG_NAV_DEPARTMENTS, "/departments", "not-staff"},
    {T_CASE_NAV_PROGRESS, "/progress", "not-staff"},
    {T_PORTAL_NAV_MY, "/my", "not-staff"},
    {T_PORTAL_NAV_DESK, "/desk", "staff"},
    {T_CASE_NAV_QUEUE, "/cases", "staff"},
    {T_CASE_NAV_COUNTER, "/counter", "case.window"},
    {T_WATCH_TITLE, "/watch", "watch.see"},
    {T_ITEM_NAV_ITEMS, "/items", "staff"},
};

const struct room portal_room = {
    .name = "portal",
    .routes = routes, .n_routes = COUNT_OF(routes),
    .nav = nav, .n_nav = COUNT_OF(nav),
    .frame = portal_frame,
};
