/* Finding items: by words, by parts of Chinese names of any length, by the beginning of a code.
 *
 * The words of an item (name, keywords, summary, codes) are folded and cut into tokens: every two neighbouring Chinese
 * characters, the last character of a run alone, every Latin or numeric word. The tokens stand in item_token, the same rows on
 * both engines; a question's rarest tokens bring the candidates, which are then compared with the whole question and ranked
 * here. No more than CANDIDATES are looked at: a word that thousands of items share needs a filter or a second word. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "item_sql.h"
#include "rooms/item/item_private.h"

enum { CANDIDATES = 3000, TERMS = 8, TOKENS_COUNTED = 16, COMMON = 4000, CODE_WORD = 6 };

/* ---- folding and cutting ---- */

static bool is_cjk(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3007;
}

static bool is_word(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 0xc0 && c <= 0x24f);
}

str item_fold(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);           /* narrowing never lengthens */
    size_t n = 0, at = 0;
    while (at < s.n) {
        uint32_t c = utf8_next(s, &at);
        if (c >= 0xff01 && c <= 0xff5e)
            c -= 0xfee0;
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
        n += utf8_put(p + n, c);
    }
    return (str){p, n};
}

struct cut {
    struct arena *a;
    str *at;
    size_t n, cap;
};

static void add_token(struct cut *c, str token)
{
    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 64;
        str *more = NEW_ARRAY(c->a, cap, str);
        if (c->n)
            memcpy(more, c->at, c->n * sizeof *more);
        c->at = more;
        c->cap = cap;
    }
    c->at[c->n++] = token;
}

/* "511Z07-5116-1" also as one word without hyphens, so that a code is found however it is written. */
static str without_hyphens(struct arena *a, str s)
{
    char *p = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '-')
            p[n++] = s.p[i];
    return (str){p, n};
}

/* The next run of one sort in folded text; what is neither is passed over. A Latin run may hold hyphens inside. */
static str next_run(str s, size_t *at, bool *ret_cjk)
{
    while (*at < s.n) {
        size_t from = *at, next = from;
        uint32_t c = utf8_next(s, &next);
        *ret_cjk = is_cjk(c);
        if (!*ret_cjk && !is_word(c)) {
            *at = next;
            continue;
        }
        size_t end = next;
        while (next < s.n) {
            c = utf8_next(s, &next);
            if (*ret_cjk ? !is_cjk(c) : !is_word(c) && c != '-')
                break;
            if (c != '-')
                end = next;
        }
        *at = end;
        return str_sub(s, from, end - from);
    }
    return STR_NONE;
}

static void cut_cjk(struct cut *c, str run)
{
    size_t at = 0, one = 0;
    utf8_next(run, &one);
    while (one < run.n) {
        size_t two = one;
        utf8_next(run, &two);
        add_token(c, str_sub(run, at, two - at));
        at = one;
        one = two;
    }
    add_token(c, str_sub(run, at, one - at));    /* single characters are found as the beginning of a pair, the last one so */
}

static void cut_word(struct cut *c, str run)
{
    str part;
    size_t at;
    if (!str_find(run, S("-"), &at)) {
        add_token(c, run);
        return;
    }
    add_token(c, without_hyphens(c->a, run));
    bool letters = run.p[0] >= 'a';
    while (!str_empty(run)) {
        run = str_cut(run, '-', &part);
        if (part.n >= CODE_WORD || (letters && part.n > 1))
            add_token(c, part);
    }
}

static int compare(const void *x, const void *y)
{
    return str_cmp(*(const str *)x, *(const str *)y);
}

struct item_tokens item_tokens_of(struct arena *a, str folded)
{
    struct cut c = {.a = a};
    size_t at = 0, n = 0;
    bool cjk;
    for (str run; !str_none(run = next_run(folded, &at, &cjk));)
        cjk ? cut_cjk(&c, run) : cut_word(&c, run);
    if (c.n > 0)
        qsort(c.at, c.n, sizeof *c.at, compare);
    for (size_t i = 0; i < c.n; i++)
        if (n == 0 || !str_eq(c.at[n - 1], c.at[i]))
            c.at[n++] = c.at[i];
    return (struct item_tokens){c.at, n};
}

/* ---- a question ---- */

struct question {
    str folded;                                  /* the whole, as typed */
    str terms[TERMS];                            /* runs that must all stand in the item's words */
    size_t n;
    bool pairs;                                  /* terms were cut into pairs: 食品许可 also finds 食品经营许可 */
    str exact[TOKENS_COUNTED];                   /* tokens to look up */
    size_t n_exact;
    str begins;                                  /* used when there is no exact token: the longest word or single character */
};

static void add_exact(struct question *q, str token)
{
    for (size_t i = 0; i < q->n_exact; i++)
        if (str_eq(q->exact[i], token))
            return;
    if (q->n_exact < TOKENS_COUNTED)
        q->exact[q->n_exact++] = token;
}

static void add_term(struct question *q, str term)
{
    if (q->n < TERMS)
        q->terms[q->n++] = term;
}

static void cjk_term(struct arena *a, struct question *q, str run, bool pairs)
{
    size_t points = utf8_length(run);
    if (points == 1) {
        if (str_none(q->begins))
            q->begins = run;
        add_term(q, run);
        return;
    }
    for (size_t from = 0; pairs && from < run.n;) {
        str pair = utf8_head(str_sub(run, from, run.n - from), 2);
        if (utf8_length(pair) == 2)
            add_term(q, pair);
        from += pair.n;
    }
    if (!pairs)
        add_term(q, run);
    struct cut c = {.a = a};
    cut_cjk(&c, run);
    for (size_t i = 0; i + 1 < c.n; i += pairs ? 2 : 1)                  /* the last token is the single character */
        add_exact(q, c.at[i]);
}

static struct question read_question(struct arena *a, str text, bool pairs)
{
    struct question q = {.folded = item_fold(a, str_trim(text)), .pairs = pairs};
    size_t at = 0;
    bool cjk;
    for (str run; !str_none(run = next_run(q.folded, &at, &cjk));) {
        if (cjk) {
            cjk_term(a, &q, run, pairs);
            continue;
        }
        run = without_hyphens(a, run);
        if (str_none(q.begins) || run.n > q.begins.n)
            q.begins = run;
        add_term(&q, run);
    }
    return q;
}

/* Do all terms stand in the item's words? Latin words may leave their hyphens out. */
static bool holds_all(struct arena *a, const struct question *q, str words)
{
    size_t at;
    str bare = STR_NONE;
    for (size_t i = 0; i < q->n; i++) {
        if (str_find(words, q->terms[i], &at))
            continue;
        if (str_none(bare))
            bare = without_hyphens(a, words);
        if (!str_find(bare, q->terms[i], &at))
            return false;
    }
    return true;
}

/* 0 the very name or code, 1 begins the name or code, 2 stands in the name, 3 stands in the other words. */
static int rank_of(struct arena *a, const struct question *q, const struct item_hit *h)
{
    size_t at;
    str name = item_fold(a, h->name), code = item_fold(a, h->code);
    str name_en = str_none(h->name_en) ? S("") : item_fold(a, h->name_en);
    str q_code = without_hyphens(a, q->folded), bare = without_hyphens(a, code);
    if (str_eq(name, q->folded) || str_eq(bare, q_code) || str_eq(name_en, q->folded))
        return 0;
    if (str_starts(name, q->folded) || str_starts(bare, q_code) || str_starts(name_en, q->folded))
        return 1;
    if (str_find(name, q->folded, &at) || str_find(name_en, q->folded, &at))
        return 2;
    return 3;
}

/* ---- candidates ---- */

#define FILTERS(f_, part_, most_)                                                                                            \
    .region = or_empty((f_)->region), .department = or_empty((f_)->department), .department_id = number_of((f_)->department), \
    .theme = or_empty((f_)->theme), .theme_kind = or_empty((f_)->theme_kind), .object = or_empty((f_)->object),              \
    .type = or_empty((f_)->type), .part = (part_), .home = or_empty((f_)->home), .most = (most_)

static str or_empty(str s)
{
    return str_none(s) ? S("") : s;
}

static int64_t number_of(str s)
{
    int64_t n;
    return num_i64(or_empty(s), &n) ? n : 0;
}

/* The queries return the same columns in struct types of their own. */
#define ADD_HITS(list_, rows_, mine_)                                                                                        \
    for (size_t i_ = 0; i_ < (rows_).n; i_++)                                                                                \
        add_hit((list_), (struct item_hit){.item_id = (rows_).at[i_].item_id, .code = (rows_).at[i_].code,                   \
            .name = (rows_).at[i_].name, .name_en = (rows_).at[i_].name_en, .words = (rows_).at[i_].words,                   \
            .department = (rows_).at[i_].department, .department_en = (rows_).at[i_].department_en,                          \
            .region = (rows_).at[i_].region, .region_name = (rows_).at[i_].region_name,                                      \
            .region_name_en = (rows_).at[i_].region_name_en, .type = (rows_).at[i_].type, .kind = (rows_).at[i_].kind,       \
            .online = (rows_).at[i_].online, .legal_n = (rows_).at[i_].legal_n, .legal_unit = (rows_).at[i_].legal_unit,     \
            .promise_n = (rows_).at[i_].promise_n, .promise_unit = (rows_).at[i_].promise_unit, .mine = (mine_)})

struct list {
    struct arena *a;
    struct item_hit *at;
    size_t n, cap;
};

static void add_hit(struct list *l, struct item_hit hit)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? l->cap * 2 : 64;
        struct item_hit *more = NEW_ARRAY(l->a, cap, struct item_hit);
        if (l->n)
            memcpy(more, l->at, l->n * sizeof *more);
        l->at = more;
        l->cap = cap;
    }
    l->at[l->n++] = hit;
}

static str high_of(struct arena *a, str low)
{
    return str_cat(a, low, S("\xF4\x8F\xBF\xBF"));                       /* U+10FFFF: behind everything that begins so */
}

/* The rarest tokens first; three are enough to narrow, the comparison does the rest. */
static int rarest(struct db *db, struct question *q)
{
    int64_t count[TOKENS_COUNTED];
    for (size_t i = 0; i < q->n_exact; i++) {
        struct item_token_count row;
        if (item_token_count(db, q->exact[i], COMMON, &row) < 0)
            return ERR_FAIL;
        count[i] = row.n;
    }
    for (size_t i = 1; i < q->n_exact; i++)
        for (size_t j = i; j > 0 && count[j] < count[j - 1]; j--) {
            str t = q->exact[j];
            int64_t c = count[j];
            q->exact[j] = q->exact[j - 1], count[j] = count[j - 1];
            q->exact[j - 1] = t, count[j - 1] = c;
        }
    return 0;
}

static int candidates(struct db *db, struct question *q, const struct item_filter *f, int part, struct list *l)
{
    struct item_search_name_rows named;
    str name = str_trim(f->q);
    struct item_search_name_in by_name = {.low = name, .high = high_of(l->a, name), FILTERS(f, part, 200)};
    if (item_search_name(db, &by_name, &named) < 0)
        return ERR_FAIL;
    ADD_HITS(l, named, part == 0);
    if (q->n_exact > 0) {
        struct item_search_token_rows rows;
        if (item_search_token(db, &(struct item_search_token_in){.t1 = q->exact[0], .t2 = q->n_exact > 1 ? q->exact[1] : S(""),
                .t3 = q->n_exact > 2 ? q->exact[2] : S(""), FILTERS(f, part, CANDIDATES)}, &rows) < 0)
            return ERR_FAIL;
        ADD_HITS(l, rows, part == 0);
    } else {
        struct item_search_prefix_rows rows;
        if (item_search_prefix(db, &(struct item_search_prefix_in){.low = q->begins, .high = high_of(l->a, q->begins),
                FILTERS(f, part, CANDIDATES)}, &rows) < 0)
            return ERR_FAIL;
        ADD_HITS(l, rows, part == 0);
    }
    return 0;
}

/* ---- order and pages ---- */

static int by_rank(const void *x, const void *y)
{
    const struct item_hit *a = x, *b = y;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    return a->item_id < b->item_id ? -1 : a->item_id > b->item_id;
}

/* `after`: rank and id of the last item shown, as "2.1045". */
static int read_after(str after, int *ret_rank, int64_t *ret_id)
{
    str rank;
    int64_t r = -1, id = 0;
    *ret_rank = -1;
    *ret_id = 0;
    if (str_none(after) || str_empty(after))
        return 0;
    str rest = str_cut(after, '.', &rank);
    if (str_none(rest) || !num_i64(rank, &r) || !num_i64(rest, &id) || r < 0 || r > 99 || id < 0)
        return ERR_FORMAT;
    *ret_rank = (int)r;
    *ret_id = id;
    return 0;
}

static void close_page(struct arena *a, struct item_hits *hits, int64_t most)
{
    hits->next = STR_NONE;
    if ((int64_t)hits->n > most) {
        hits->n = (size_t)most;
        hits->next = str_fmt(a, "%d.%lld", hits->at[most - 1].rank, (long long)hits->at[most - 1].item_id);
    }
}

/* The name or code itself first, wherever it is; then what the own region has, then all others; then the id. */
static int rank_with_region(int words, bool grouped, bool mine)
{
    if (!grouped || words == 0)
        return words * 2 + (grouped && !mine);
    return (mine ? 2 : 6) + words;
}

static int find_all(struct db *db, struct arena *a, const struct item_filter *f, struct question *q, struct list *l)
{
    size_t n = 0;
    bool grouped = !str_empty(f->home);
    if (q->n == 0)
        return 0;
    if (rarest(db, q) < 0)
        return ERR_FAIL;
    for (int part = grouped ? 0 : 2; part <= (grouped ? 1 : 2); part++)
        if (candidates(db, q, f, part, l) < 0)
            return ERR_FAIL;
    for (size_t i = 0; i < l->n; i++) {
        if (!holds_all(a, q, l->at[i].words))
            continue;
        l->at[i].rank = rank_with_region(rank_of(a, q, &l->at[i]), grouped, l->at[i].mine);
        l->at[n++] = l->at[i];
    }
    l->n = n;
    if (l->n > 0)
        qsort(l->at, l->n, sizeof *l->at, by_rank);
    return 0;
}

static int search_words(struct db *db, struct arena *a, const struct item_filter *f, struct item_hits *ret)
{
    int after_rank;
    int64_t after_id;
    size_t n = 0;
    if (read_after(f->after, &after_rank, &after_id) < 0)
        return ERR_FORMAT;
    struct list l = {.a = a};
    struct question q = read_question(a, f->q, false);
    if (find_all(db, a, f, &q, &l) < 0)
        return ERR_FAIL;
    bool relaxed = l.n == 0;
    if (relaxed) {                               /* nothing holds the words as they stand: look for their pairs */
        l = (struct list){.a = a};
        q = read_question(a, f->q, true);
        if (find_all(db, a, f, &q, &l) < 0)
            return ERR_FAIL;
    }
    for (size_t i = 0; i < l.n; i++) {
        const struct item_hit *h = &l.at[i];
        bool again = n > 0 && l.at[n - 1].item_id == h->item_id;
        bool before = h->rank < after_rank || (h->rank == after_rank && h->item_id <= after_id);
        if (!again && !before)
            l.at[n++] = *h;
    }
    *ret = (struct item_hits){.at = l.at, .n = n, .relaxed = relaxed && n > 0};
    close_page(a, ret, f->most);
    return 0;
}

/* ---- lists without words ---- */

#define LIST(query_, part_)                                                                                                  \
    do {                                                                                                                     \
        struct query_##_rows rows_;                                                                                          \
        if (query_(db, &(struct query_##_in){.after = after, FILTERS(f, (part_), most)}, &rows_) < 0)                        \
            return ERR_FAIL;                                                                                                 \
        ADD_HITS(l, rows_, (part_) == 0);                                                                                    \
    } while (0)

/* One part in the order of ids; the query that fits the filter drives it. */
static int list_part(struct db *db, const struct item_filter *f, int part, int64_t after, int64_t most, struct list *l)
{
    size_t from = l->n;
    if (!str_empty(f->department))
        LIST(item_list_department, part);
    else if (!str_empty(f->region))
        LIST(item_list_region, part);
    else if (!str_empty(f->theme) && !str_empty(f->theme_kind))
        LIST(item_list_theme, part);
    else if (part == 0)
        LIST(item_list_home, part);
    else
        LIST(item_list_all, part);
    for (size_t i = from; i < l->n; i++)
        l->at[i].rank = part == 1;
    return 0;
}

static int list_plain(struct db *db, struct arena *a, const struct item_filter *f, struct item_hits *ret)
{
    int after_rank;
    int64_t after_id;
    bool grouped = !str_empty(f->home);
    struct list l = {.a = a};
    if (read_after(f->after, &after_rank, &after_id) < 0)
        return ERR_FORMAT;
    for (int part = grouped ? 0 : 2; part <= (grouped ? 1 : 2); part++) {
        int64_t most = f->most + 1 - (int64_t)l.n;
        if (part < after_rank && grouped)
            continue;
        if (most > 0 && list_part(db, f, part, part == after_rank || !grouped ? after_id : 0, most, &l) < 0)
            return ERR_FAIL;
    }
    *ret = (struct item_hits){.at = l.at, .n = l.n};
    close_page(a, ret, f->most);
    return 0;
}

int item_search(struct db *db, struct arena *a, const struct item_filter *f, struct item_hits *ret)
{
    return str_empty(str_trim(or_empty(f->q))) ? list_plain(db, a, f, ret) : search_words(db, a, f, ret);
}
