/* room: macro "GET_ROUTE" requires 7 arguments, but only 6 given */
#include "core/req.h"
int page(struct req *r);
const struct route routes[] = {GET_ROUTE("/cases/{id}", SIGNED_IN, NO_FORM, FACE_BOTH, page, 0)};
