/* room: too many arguments to function 'db_exec' */
/* There is no function that takes SQL text; a query is a value that the SQL compiler made. */
#include "core/req.h"
int drop_it(struct req *r, const char *typed);
int drop_it(struct req *r, const char *typed) { return db_exec(r->db, "delete from case_case where name = '", typed, "'"); }
