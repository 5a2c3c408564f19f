/* Rules that need neither a database nor a request: states, duties, numbers, lights. */
#include "base/arena.h"
#include "base/num.h"
#include "rooms/case/case_private.h"

bool case_word_in(const char *words, str word)
{
    str rest = str_c(words), head;
    while (!str_none(rest)) {
        rest = str_cut(rest, ' ', &head);
        if (!str_empty(word) && str_eq(head, word))
            return true;
    }
    return false;
}

static const struct { const char *state, *desk; } states[] = {
    {"awaiting_paper", "applicant"}, {"received", "window"},  {"correcting", "applicant"}, {"refused", "closed"},
    {"accepted", "body"},            {"reviewed", "body"},    {"granted", "body"},         {"denied", "body"},
    {"made", "issuing"},             {"at_window", "issuing"}, {"delivered", "closed"},    {"withdrawn", "closed"},
};

str case_desk_of(str state)
{
    for (size_t i = 0; i < COUNT_OF(states); i++)
        if (str_is(state, states[i].state))
            return str_c(states[i].desk);
    return STR_NONE;
}

bool case_state_known(str state)
{
    return !str_none(case_desk_of(state));
}

bool case_state_open(str state)
{
    return case_state_known(state) && !str_is(case_desk_of(state), "closed");
}

bool case_act_legal(const struct case_act *a, str state)
{
    return case_word_in(a->from, state);
}

bool case_immediate(str kind)
{
    return str_is(kind, "immediate") || str_is(kind, "即办件") || str_is(kind, "1");
}

const char *case_duty_class(const char *duty, bool immediate, bool one_person)
{
    str d = str_c(duty);
    if (immediate && case_word_in("review decide", d))
        return "approval";
    if (one_person && case_word_in("accept issue", d))
        return "window";
    return duty;
}

bool case_duty_fits(str had, str now)
{
    return str_eq(had, now) || (str_is(now, "make") && case_word_in("review decide approval", had));
}

/* 实施编码 without the 办理项 digits, or the item's own code as it is. */
static str case_code_head(str item_code)
{
    struct item_code parsed;
    return num_item_code(item_code, &parsed) && item_code.n > 31 ? str_sub(item_code, 0, 31) : item_code;
}

str case_number_series(struct arena *a, str item_code, struct date day)
{
    str head = case_code_head(item_code);
    return str_fmt(a, "case.number.%.*s.%04d%02d%02d", STRF(head), day.y, day.m, day.d);
}

/* 办件编号: code of the item, date, four digits (domain.md 2.2); from 10,000 a day on it grows by a digit. */
str case_number_format(struct arena *a, str item_code, struct date day, int64_t sequence)
{
    str head = case_code_head(item_code);
    return str_fmt(a, "%.*s%04d%02d%02d%04lld", STRF(head), day.y, day.m, day.d, (long long)sequence);
}

static const struct { const char *kind, *sign; } signs[] = {
    {"receipt", "收"}, {"acceptance", "受"}, {"correction", "补"}, {"refusal", "不受"},
    {"grant", "准"},   {"denial", "不准"},   {"service", "送"},    {"withdrawal", "撤"},
};

const char *case_notice_sign(str kind)
{
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (str_is(kind, signs[i].kind))
            return signs[i].sign;
    return NULL;
}

str case_document_number(struct arena *a, str office, const char *sign, int32_t year, int64_t sequence)
{
    return str_fmt(a, "%.*s%s〔%04d〕%06lld号", STRF(office), sign, year, (long long)sequence);
}

/* Near: a third of the working days or less, or one day, is left (the last day itself included). */
enum case_light case_light_of(const struct calendar *c, int32_t start, int32_t due, int32_t today, int32_t *ret_left)
{
    int32_t left = workdays_between(c, date_from_days(today), date_from_days(due));
    int32_t total = workdays_between(c, date_from_days(start), date_from_days(due));
    if (today > due && left == 0)
        left = -1;               /* only days off since: over all the same */
    *ret_left = left;
    if (today > due)
        return CASE_LIGHT_OVER;
    return left <= 1 || left * 3 <= total ? CASE_LIGHT_NEAR : CASE_LIGHT_OK;
}

const char *case_light_name(enum case_light l)
{
    static const char *const names[] = {"none", "ok", "near", "over"};
    return names[l];
}

bool case_refusal_kind(str kind)
{
    return case_word_in("not_required not_ours cited", kind);
}

bool case_same_text(str a, str b)
{
    return str_eq(str_trim(a), str_trim(b));
}
