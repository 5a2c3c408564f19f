/* room: macro "POST_ROUTE" requires 10 arguments, but only 9 given */
#include "core/req.h"
int accept_post(struct req *r);
const struct route routes[] = {
    POST_ROUTE("/accept", NO_CHECK, NO_FORM, FACE_BOTH, "x.accept", NO_PREPARE, accept_post, NO_AGAIN, 0)
};
