/* room: initialization of 'int (*)(struct req *)' from incompatible pointer type 'char *' */
/* A right where the object check belongs: the types differ. */
#include "core/req.h"
int page(struct req *r);
const struct route routes[] = {GET_ROUTE("/cases/{id}", page, SIGNED_IN, NO_FORM, FACE_BOTH, page, 0)};
