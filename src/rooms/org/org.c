/* The record of the room. */
#include "rooms/org/org.h"

#include "core/req.h"
#include "org_view.h"
#include "rooms/org/org_page.h"

static const struct route routes[] = {
    GET_ROUTE("/regions", PUBLIC, NO_CHECK, &fd_org_region_ask, FACE_BOTH, org_regions_page, 0),
    GET_ROUTE("/regions/{code}", PUBLIC, NO_CHECK, &fd_org_region_pick, FACE_HTML, org_region_pick_page, 0),
    GET_ROUTE("/departments", PUBLIC, NO_CHECK, &fd_org_department_search, FACE_BOTH, org_departments_page, 0),
    GET_ROUTE("/departments/{id}", PUBLIC, NO_CHECK, NO_FORM, FACE_BOTH, org_department_page, 0),
};

const struct room org_room = {
    .name = "org", .routes = routes, .n_routes = COUNT_OF(routes)};
