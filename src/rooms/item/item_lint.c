/* The linter of guides: wording that leaves open what must be brought or how long it takes, and elements that contradict each
 * other or are missing. The rules are those of a provincial checker (domain.md 1.6). It judges what a department wrote, not what
 * it quotes: law texts and the names of code lists are passed over. */
#include <string.h>

#include "item_sql.h"
#include "rooms/item/item_private.h"

struct lint { struct arena *a; struct item_finding_line *at; size_t n, cap; };

static void add(struct lint *l, str field, const char *rule, str wording, const char *mend)
{
    if (l->n == l->cap) {
        struct item_finding_line *bigger = NEW_ARRAY(l->a, l->cap ? l->cap * 2 : 16, struct item_finding_line);
        if (l->n)
            memcpy(bigger, l->at, l->n * sizeof *bigger);
        l->at = bigger;
        l->cap = l->cap ? l->cap * 2 : 16;
    }
    l->at[l->n++] = (struct item_finding_line){field, str_c(rule), str_empty(wording) ? S("-") : wording, str_c(mend)};
}

/* ---- vague words ---- */

#define LIST_ALL "list every case by name, or leave the word out"
#define NAME_IT "name which one: the document, the department, the provision"
#define SAY_WHEN "give the number of days, or the event after which it happens"
#define SAY_HOW "state the case, the number or the person who decides"

/* word: ASCII in lower case. unless: words in which it means something else. The longer word stands before the shorter. */
static const struct vague { const char *word, *unless, *mend; } vague_words[] = {
    {"其他材料", "", LIST_ALL},
    {"其他资料", "", LIST_ALL},
    {"其他文件", "", LIST_ALL},
    {"其他证明", "", LIST_ALL},
    {"其他条件", "", LIST_ALL},
    {"其他情形", "", LIST_ALL},
    {"其它", "", LIST_ALL},
    {"等等", "", LIST_ALL},
    {"等", "等级 等待 等候 等于 等同 等号 等额 等值 等效 等价 等分 等比 等高 等距 等离子 相等 平等 同等 对等 均等 不等 高等 中等 初等 上等 优等 何等", LIST_ALL},
    {"有关", "", NAME_IT},
    {"相关", "", NAME_IT},
    {"必要的", "", NAME_IT},
    {"按规定", "", NAME_IT},
    {"按要求", "", NAME_IT},
    {"符合规定", "", NAME_IT},
    {"符合要求", "", NAME_IT},
    {"及时", "", SAY_WHEN},
    {"尽快", "", SAY_WHEN},
    {"尽早", "", SAY_WHEN},
    {"适时", "", SAY_WHEN},
    {"另行通知", "", SAY_WHEN},
    {"必要时", "", SAY_HOW},
    {"适当", "", SAY_HOW},
    {"酌情", "", SAY_HOW},
    {"视情", "", SAY_HOW},
    {"原则上", "", SAY_HOW},
    {"若干", "", SAY_HOW},
    {"左右", "左右手 左右两", SAY_HOW},
    {"一般", "一般纳税人 一般贸易 一般程序 一般工业 一般公共预算", SAY_HOW},
    {"如有需要", "", SAY_HOW},
    {"根据需要", "", SAY_HOW},
    {"实际情况", "", SAY_HOW},
    {"具体情况", "", SAY_HOW},
    {"另行规定", "", SAY_HOW},
    {"other materials", "", LIST_ALL},
    {"and so on", "", LIST_ALL},
    {" etc.", "", LIST_ALL},
    {"as soon as possible", "", SAY_WHEN},
    {"in due course", "", SAY_WHEN},
    {"promptly", "", SAY_WHEN},
    {"as appropriate", "", SAY_HOW},
    {"if necessary", "", SAY_HOW},
    {"where necessary", "", SAY_HOW},
};

static bool stands_at(str text, size_t at, str word)
{
    return at + word.n <= text.n && strncasecmp(text.p + at, word.p, word.n) == 0;
}

/* Is the word at `at` part of one that means something else? */
static bool is_innocent(const struct vague *v, str text, size_t at)
{
    str rest = str_c(v->unless), one;
    while (!str_empty(rest)) {
        size_t inside;
        rest = str_cut(rest, ' ', &one);
        if (str_find(one, str_c(v->word), &inside) && inside <= at && stands_at(text, at - inside, one))
            return true;
    }
    return false;
}

static const struct vague *vague_at(str text, size_t at)
{
    for (size_t i = 0; i < COUNT_OF(vague_words); i++)
        if (stands_at(text, at, str_c(vague_words[i].word)) && !is_innocent(&vague_words[i], text, at))
            return &vague_words[i];
    return NULL;
}

/* The word with some text on both sides. */
static str around(struct arena *a, str text, size_t at, size_t n)
{
    enum { SIDE = 10 };
    size_t from = at, to = at + n;
    for (int i = 0; i < SIDE && from > 0; i++)
        do
            from--;
        while (from > 0 && ((unsigned char)text.p[from] & 0xc0) == 0x80);
    for (int i = 0; i < SIDE && to < text.n; i++)
        utf8_next(text, &to);
    return str_fmt(a, "%s%.*s%s", from ? "…" : "", (int)(to - from), text.p + from, to < text.n ? "…" : "");
}

static void vague_text(struct lint *l, str field, str text)
{
    for (size_t at = 0; at < text.n;) {
        const struct vague *v = vague_at(text, at);
        if (v) {
            size_t n = strlen(v->word);
            add(l, field, "vague", around(l->a, text, at, n), v->mend);
            at += n;
        } else {
            utf8_next(text, &at);
        }
    }
}

/* What is quoted, or taken from a code list. */
static bool quoted(const char *key)
{
    static const char *const keys[] = {"basis", "law", "article", "source", "type_name", "kind_name", "source_name", "result_type_name"};
    for (size_t i = 0; i < COUNT_OF(keys); i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static void vague_value(struct lint *l, str field, const json_t *v)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_string(v))
        vague_text(l, field, (str){json_string_value(v), json_string_length(v)});
    json_array_foreach((json_t *)v, i, member) {
        vague_value(l, str_fmt(l->a, "%.*s.%zu", STRF(field), i + 1), member);
    }
    json_object_foreach((json_t *)v, key, member)
        if (!quoted(key))
            vague_value(l, str_fmt(l->a, "%.*s.%s", STRF(field), key), member);
}

/* The parts that a department words itself. Names of items come from the catalogue, keywords are what people type, legal_note says
 * what the law says. */
static void vague(struct lint *l, const json_t *g)
{
    static const char *const parts[] = {
        "summary", "summary_en", "scope", "scope_en", "extension", "conditions", "materials", "process",
        "special_procedures", "fees", "places", "contacts", "questions", "result", "online", "agent", "fields", "quantity_limit",
        "intermediary", "remedies", "defects", "not_accepted", "denial", "handbook",
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        vague_value(l, str_c(parts[i]), json_object_get(g, parts[i]));
}

/* ---- time limits ---- */

static str limit_said(struct arena *a, const json_t *v)
{
    str unit = json_get_str(v, "unit");
    return str_fmt(a, "%lld %.*s", (long long)json_get_int(v, "n", 0), STRF(unit));
}

/* A span in hours: the shortest it can be and the longest, where units differ. A holiday may take ten days. */
static void span(const json_t *v, int64_t *ret_least, int64_t *ret_most)
{
    int64_t n = json_get_int(v, "n", 0);
    str unit = json_get_str(v, "unit");
    *ret_least = *ret_most = n;
    if (str_is(unit, "day") || str_is(unit, "workday"))
        *ret_least = *ret_most = n * 24;
    if (str_is(unit, "workday") && n > 0)
        *ret_most = (n * 2 + 10) * 24;
    if (str_is(unit, "month")) {
        *ret_least = n * 28 * 24;
        *ret_most = n * 31 * 24;
    }
}

static bool longer(const json_t *promise, const json_t *legal)
{
    if (str_eq(json_get_str(promise, "unit"), json_get_str(legal, "unit")))
        return json_get_int(promise, "n", 0) > json_get_int(legal, "n", 0);
    int64_t least, most, unused;
    span(promise, &least, &unused);
    span(legal, &unused, &most);
    return least > most;
}

static void limits(struct lint *l, const json_t *g)
{
    const json_t *legal = json_object_get(g, "legal"), *promise = json_object_get(g, "promise");
    str kind = json_get_str(g, "kind");
    int64_t n = json_get_int(promise, "n", -1);
    if (legal && n >= 0 && longer(promise, legal))
        add(l, S("promise"), "promise_longer",
            str_fmt(l->a, "%s > %s", limit_said(l->a, promise).p, limit_said(l->a, legal).p), "promise at most the legal time");
    if (str_is(kind, "immediate") && n > 0)
        add(l, S("kind"), "immediate_promise", limit_said(l->a, promise), "promise 0, or make it a commitment (承诺件)");
    if (str_is(kind, "commitment") && n == 0)
        add(l, S("kind"), "commitment_at_once", limit_said(l->a, promise), "make it immediate (即办件), or promise a time");
    if (str_is(kind, "commitment") && n < 0)
        add(l, S("promise"), "missing", STR_NONE, "state the promised time");
}

/* ---- visits, fees, telephones, result ---- */

static bool one_of(const json_t *list, const char *word)
{
    size_t i;
    json_t *v;
    json_array_foreach((json_t *)list, i, v)
        if (json_is_string(v) && strcmp(json_string_value(v), word) == 0)
            return true;
    return false;
}

static void visits(struct lint *l, const json_t *g)
{
    const json_t *online = json_object_get(g, "online");
    int64_t n = json_get_int(online, "visits", -1);
    str why = json_get_str(online, "visits_reason");
    bool none = str_empty(str_trim(why)) || str_is(str_trim(why), "无");
    if (n > 0 && none)
        add(l, S("online.visits_reason"), "visits_reason", str_fmt(l->a, "%lld", (long long)n), "say for what people must come, or make it 0 visits");
    if (n == 0 && !none)
        add(l, S("online.visits_reason"), "visits_reason", why, "with 0 visits the reason is 无");
    if (n > 0 && str_is(json_get_str(online, "grade"), "4"))
        add(l, S("online.grade"), "online_visits", str_fmt(l->a, "%lld", (long long)n), "depth IV (全程网办) means 0 visits: lower the depth, or the visits");
    if (n == 0 && !json_get_bool(online, "available", false) && !one_of(json_object_get(g, "delivery"), "post"))
        add(l, S("online.visits"), "visits_post", S("0"), "0 visits without online handling: take and send by post, or count the visits");
}

static void fees(struct lint *l, const json_t *g)
{
    const json_t *list = json_object_get(g, "fees");
    size_t i;
    json_t *f;
    bool fee = json_get_bool(g, "fee", json_array_size(list) > 0), online = json_get_bool(json_object_get(g, "online"), "pay_online", false);
    if (fee && json_array_size(list) == 0)
        add(l, S("fees"), "fee_basis", STR_NONE, "list each fee with amount and legal basis, or say that there is none");
    json_array_foreach((json_t *)list, i, f)
        if (str_empty(str_trim(json_get_str(f, "basis"))))
            add(l, str_fmt(l->a, "fees.%zu.basis", i + 1), "fee_basis", json_get_str(f, "name"), "name the act that allows this fee");
    if (!fee && json_array_size(list) > 0)
        add(l, S("fee"), "fee_said", STR_NONE, "fees are listed: say that there is a fee, or remove them");
    if (fee && !online)
        add(l, S("online.pay_online"), "fee_online", STR_NONE, "let the fee be paid online");
    if (!fee && online)
        add(l, S("online.pay_online"), "fee_online", STR_NONE, "there is no fee: no online payment");
}

static bool without_area(str phone)
{
    phone = str_trim(phone);
    for (size_t i = 0; i < phone.n; i++)
        if (phone.p[i] < '0' || phone.p[i] > '9')
            return false;
    return phone.n == 7 || phone.n == 8;
}

static void phones(struct lint *l, const json_t *g)
{
    static const char *const who[] = {"consult", "complaint"};
    const json_t *contacts = json_object_get(g, "contacts");
    str said[2];
    for (size_t i = 0; i < 2; i++) {
        said[i] = str_trim(json_get_str(json_object_get(contacts, who[i]), "phone"));
        str field = str_fmt(l->a, "contacts.%s.phone", who[i]);
        if (str_empty(said[i]))
            add(l, field, "missing", STR_NONE, i ? "give a telephone for complaints" : "give a telephone for questions");
        else if (without_area(said[i]))
            add(l, field, "phone_area", said[i], "put the area code in front");
    }
    if (!str_empty(said[0]) && str_eq(said[0], said[1]))
        add(l, S("contacts.complaint.phone"), "phones_same", said[0], "complaints go to another telephone than questions");
}

static void result(struct lint *l, const json_t *g)
{
    const json_t *r = json_object_get(g, "result");
    if (!r)
        return;
    if (str_empty(str_trim(json_get_str(r, "name"))))
        add(l, S("result.name"), "result_name", STR_NONE, "name the document that the applicant receives");
    else if (str_empty(str_trim(json_get_str(r, "sample"))))
        add(l, S("result.sample"), "result_sample", json_get_str(r, "name"), "describe or attach a sample of the result");
}

/* ---- elements ---- */

/* permit: asked of administrative permits only. */
static const struct { const char *key; bool permit; const char *mend; } elements[] = {
    {"conditions", false, "list the conditions, one sentence each"},
    {"materials", false, "list the materials, or one line that none is needed"},
    {"process", false, "list the steps with who does them and how long they take"},
    {"places", false, "name the places with address, window and hours"},
    {"basis", false, "name the law and article that this item rests on"},
    {"result", false, "name the document that the applicant receives"},
    {"legal", true, "state the legal time limit"},
    {"remedies", true, "state reconsideration and suit: where and within what time"},
    {"questions", true, "write down the questions people ask, with answers"},
};

static void missing(struct lint *l, const json_t *g)
{
    bool permit = str_is(json_get_str(g, "type"), "01");
    for (size_t i = 0; i < COUNT_OF(elements); i++) {
        const json_t *v = json_object_get(g, elements[i].key);
        bool there = json_array_size(v) > 0 || json_object_size(v) > 0 || (json_is_string(v) && json_string_length(v) > 0);
        if (!there && (permit || !elements[i].permit))
            add(l, str_c(elements[i].key), "missing", STR_NONE, elements[i].mend);
    }
    size_t steps = json_array_size(json_object_get(g, "process"));
    if (permit && steps > 0 && steps < 5 && !str_is(json_get_str(g, "kind"), "immediate"))
        add(l, S("process"), "steps", str_fmt(l->a, "%zu", steps), "a permit has at least five steps: 受理 审核 审批 办结 送达");
}

/* Who may apply, and under which entries it is found. */
static void themes(struct lint *l, const json_t *g)
{
    static const char *const kinds[] = {"person", "organisation"};
    const json_t *given = json_object_get(g, "themes"), *objects = json_object_get(g, "objects");
    if (!given || !objects)
        return;
    for (size_t i = 0; i < 2; i++) {
        bool themed = json_array_size(json_object_get(given, kinds[i])) > 0, serves = one_of(objects, kinds[i]);
        str field = str_fmt(l->a, "themes.%s", kinds[i]);
        if (themed && !serves)
            add(l, field, "themes", str_c(kinds[i]), "it does not serve them: remove the theme, or name them among who may apply");
        if (serves && !themed)
            add(l, field, "themes", str_c(kinds[i]), "give it a theme under which they find it");
    }
}

struct item_finding_lines item_lint(struct arena *a, const json_t *guide)
{
    struct lint l = {.a = a};
    missing(&l, guide);
    limits(&l, guide);
    visits(&l, guide);
    fees(&l, guide);
    phones(&l, guide);
    result(&l, guide);
    themes(&l, guide);
    vague(&l, guide);
    return (struct item_finding_lines){l.at, l.n};
}

/* ---- over the store ---- */

static int judge(struct arena *a, str body, struct item_finding_lines *ret)
{
    str why;
    const json_t *guide = json_read(a, body, &why);
    if (!guide)
        return ERR_FAIL;
    *ret = item_lint(a, guide);
    return 1;
}

int item_lint_of(struct db *db, struct arena *a, str code, struct item_finding_lines *ret)
{
    struct item_lint_one row;
    int found = item_lint_one(db, code, &row);
    return found > 0 ? judge(a, row.body, ret) : found;
}

int item_lint_next(struct db *db, struct arena *a, int64_t *after, str *ret_code, struct item_finding_lines *ret)
{
    struct item_lint_after row;
    int found = item_lint_after(db, *after, &row);
    if (found > 0 && (found = judge(a, row.body, ret)) > 0) {
        *after = row.item_id;
        *ret_code = row.code;
    }
    return found;
}
