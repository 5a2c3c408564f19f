/* Code lists of items: types, kinds, levels, units, themes. Sources differ in their type numbers, so each has its own table
 * (docs/glossary.md); what we keep is the number of GB/T 39046-2020 A.1. */
#include <string.h>

#include "rooms/item/item_private.h"

struct code { const char *given, *ours; };

/* GB/T 39046-2020 A.1; the Sichuan catalogue uses the same numbers without the leading zero. */
static const struct code gbt[] = {
    {"01", "01"}, {"02", "02"}, {"03", "03"}, {"04", "04"}, {"05", "05"}, {"06", "06"}, {"07", "07"}, {"08", "08"}, {"09", "09"},
    {"10", "10"}, {"20", "20"}, {NULL, NULL},
};
static const struct code sichuan[] = {
    {"1", "01"}, {"2", "02"}, {"3", "03"}, {"4", "04"}, {"5", "05"}, {"6", "06"}, {"7", "07"}, {"8", "08"}, {"9", "09"},
    {"10", "10"}, {"20", "20"}, {NULL, NULL},
};
/* National exchange library: 20 is 其他行政权力 there, 21 is 公共服务. */
static const struct code exchange[] = {
    {"01", "01"}, {"02", "02"}, {"03", "03"}, {"04", "04"}, {"05", "05"}, {"06", "06"}, {"07", "07"}, {"08", "08"}, {"09", "09"},
    {"20", "10"}, {"21", "20"}, {NULL, NULL},
};
static const struct code *const by_source[] = {[ITEM_GBT] = gbt, [ITEM_SICHUAN] = sichuan, [ITEM_EXCHANGE] = exchange};

static const struct code type_words[] = {
    {"行政许可", "01"}, {"行政处罚", "02"}, {"行政强制", "03"}, {"行政征收", "04"}, {"行政给付", "05"}, {"行政检查", "06"},
    {"行政确认", "07"}, {"行政奖励", "08"}, {"行政裁决", "09"}, {"其他行政权力", "10"}, {"其他类别", "10"}, {"行政备案", "10"},
    {"公共服务", "20"}, {NULL, NULL},
};
static const struct code kind_words[] = {
    {"immediate", "immediate"}, {"即办件", "immediate"}, {"commitment", "commitment"}, {"承诺件", "commitment"},
    {"other", "other"}, {NULL, NULL},
};
static const struct code level_words[] = {                               /* GB/T 39046-2020 A.2 */
    {"国家级", "1"}, {"省级", "2"}, {"市级", "3"}, {"县级", "4"}, {"镇级", "5"}, {"乡级", "5"}, {"村级", "6"}, {NULL, NULL},
};
static const struct code unit_words[] = {
    {"workday", "workday"}, {"工作日", "workday"}, {"day", "day"}, {"日", "day"}, {"天", "day"}, {"month", "month"}, {"月", "month"},
    {"hour", "hour"}, {"小时", "hour"}, {NULL, NULL},
};

static str look_up(const struct code *list, str given)
{
    for (; list->given; list++)
        if (str_is(given, list->given))
            return str_c(list->ours);
    return STR_NONE;
}

/* "县级(4)" is "县级": the number in brackets repeats the word in the source's own code. */
static str word_of(str given)
{
    size_t at;
    return str_trim(str_find(given, S("("), &at) && at > 0 ? str_sub(given, 0, at) : given);
}

str item_type_code(enum item_source source, str given)
{
    str code = look_up(by_source[source], given);
    return str_none(code) ? look_up(type_words, word_of(given)) : code;
}

str item_kind_code(str given)
{
    return look_up(kind_words, word_of(given));
}

int64_t item_level_code(str given)
{
    str level = look_up(level_words, word_of(given));
    return str_none(level) ? 0 : level.p[0] - '0';
}

str item_unit_code(str given)
{
    return look_up(unit_words, given);
}

/* Themes of domain.md's dictionary (C0109 practice); the names stand in text/, as theme_person.005 and so on. */
const char *const item_theme_codes[2][48] = {
    {"005", "010", "015", "020", "025", "030", "035", "040", "045", "050", "055", "060", "065", "070", "075", "085", "090", "095",
     "100", "105", "110", "115", "120", "125", "130", "135", "140", "145", "150", "155", "998", "999", NULL},
    {"005", "010", "015", "020", "025", "030", "035", "040", "045", "050", "055", "060", "065", "070", "075", "085", "090", "095",
     "100", "105", "110", "115", "120", "125", "130", "135", "140", "145", "150", "155", "160", "165", "170", "998", "999", NULL},
};

const char *const item_theme_texts[2] = {"theme_person", "theme_organisation"};

bool item_theme_known(str kind, str code)
{
    if (!str_is(kind, "person") && !str_is(kind, "organisation"))
        return false;
    for (const char *const *at = item_theme_codes[str_is(kind, "organisation")]; *at; at++)
        if (str_is(code, *at))
            return true;
    return false;
}
