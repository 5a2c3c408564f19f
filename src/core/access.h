#ifndef YW_CORE_ACCESS_H
#define YW_CORE_ACCESS_H
/* Rights: words that rooms declare, with the roles that have them. Compiled to bits once, at start. */
#include "core/req.h"
void access_build(void);                                 /* dies on a right that is declared twice or a route that names none */
uint64_t access_of_role(str role);
bool access_allows(const struct who *who, const char *right);
#endif
