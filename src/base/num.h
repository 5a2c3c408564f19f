#ifndef YW_BASE_NUM_H
#define YW_BASE_NUM_H
/* Numbers that people type, and the identifiers that carry check characters. */
#include "base/clock.h"
#include "base/str.h"

bool num_i64(str s, int64_t *ret);               /* decimal, optional '-', no spaces, no plus, no overflow */
bool num_fen(str s, int64_t *ret_fen);           /* "12", "12.5", "12.34" yuan -> fen; not negative */
str num_yuan(struct arena *a, int64_t fen);      /* "12.34" */

/* 公民身份号码 GB 11643-1999: 18 characters, weights, MOD 11-2, an existing birth date; the region prefix is not judged
 * (holders keep historic ones). Also the residence permits of Hong Kong, Macao and Taiwan (81, 82, 83). Lower-case x is
 * accepted. */
bool num_citizen_id(str s);
bool num_citizen_id_birth(str s, struct date *ret);
/* 统一社会信用代码 GB 32100-2015: 18 characters, alphabet of 31, weights 3^i mod 31. */
bool num_uscc(str s);
bool num_mobile(str s);                          /* mainland: 11 digits, 1[3-9] */
bool num_mail(str s);                            /* one @, a dot behind it, no spaces, at most 254 bytes */

/* 实施编码 31 = USCC 18 + level 1 + basic code 12; 业务办理项编码 33 = 31 + 2. National only when it parses and the USCC checks. */
struct item_code { str uscc; int level; str basic; int type; int sequence; };   /* sequence 0 for 31 characters */
bool num_item_code(str s, struct item_code *ret);

/* Masks for display (domain.md 12): name keeps first and last character, 138****3210, first 6 and last 4 of an id. */
str mask_name(struct arena *a, str name);
str mask_mobile(struct arena *a, str mobile);
str mask_id(struct arena *a, str id);
str mask_mail(struct arena *a, str mail);
#endif
