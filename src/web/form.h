#ifndef YW_WEB_FORM_H
#define YW_WEB_FORM_H
/* Declared input. A route names its form; the view compiler makes struct and table from the room's .view file; what is not
 * declared never reaches C. Both faces (urlencoded or multipart pairs, JSON object) fill the same struct. */
#include "base/json.h"
#include "base/str.h"

enum form_kind { FORM_TEXT, FORM_INT, FORM_ID, FORM_MONEY, FORM_BOOL, FORM_DAY, FORM_MAP, FORM_ANY, FORM_UPLOAD, FORM_LIST };

struct form_desc;
struct form_field {
    const char *name;
    uint8_t kind;
    bool required, lines;
    uint32_t max;                                /* bytes of text, members of a list, bytes of map or any */
    uint16_t offset;
    const struct form_desc *sub;                 /* FORM_LIST */
};
struct form_desc {
    const char *name;
    const struct form_field *at;
    uint16_t n;
    uint32_t size;
    bool upload;                                 /* has a FORM_UPLOAD: multipart, streamed */
};

struct upload {                                  /* a streamed file part, spooled */
    const char *path;                            /* temporary file in DIR/tmp; removed with the request's arena */
    str field;                                   /* name of the part: only the field of that name takes it */
    str filename;                                /* as sent, basename, at most 255 bytes */
    int64_t size;
    uint8_t sm3[32];
};

struct form_pair { str name, value; };           /* decoded, valid UTF-8 checked by form_decode */
/* what is wrong with one field; text: one of the enum below, mapped to words by core */
enum form_wrong { FORM_MISSING, FORM_UNKNOWN, FORM_TOO_LONG, FORM_TOO_MANY, FORM_NOT_NUMBER, FORM_NOT_DATE, FORM_NOT_MONEY,
                  FORM_NOT_TEXT, FORM_BAD_CHARS, FORM_NOT_UTF8, FORM_TWICE, FORM_NOT_BOOL, FORM_NOT_LIST, FORM_NOT_OBJECT };
struct form_fault { str field; enum form_wrong wrong; int64_t max; };
#define FORM_FAULTS_MAX 50
struct form_faults { struct form_fault at[FORM_FAULTS_MAX]; size_t n; };

/* Fill ret (desc->size bytes, zeroed then set to "absent"). 0 or ERR_FORMAT with at least one fault. Names starting with
 * an underscore (_csrf, _key) are the engine's and skipped. `upload` may be NULL. */
int form_decode_pairs(struct arena *a, const struct form_desc *d, const struct form_pair *pairs, size_t n,
                      const struct upload *upload, void *ret, struct form_faults *ret_faults);
int form_decode_json(struct arena *a, const struct form_desc *d, const json_t *body, void *ret, struct form_faults *ret_faults);
/* application/x-www-form-urlencoded text into pairs. ERR_FORMAT: bad percent escape, U+0000, more than max_pairs. */
int form_split(struct arena *a, str body, size_t max_pairs, struct form_pair **ret, size_t *ret_n);
/* Percent-decodes (plus is a space when `plus`). ERR_FORMAT: bad escape, U+0000, invalid UTF-8. */
int percent_decode(struct arena *a, str s, bool plus, str *ret);
#endif
