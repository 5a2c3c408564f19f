/* Declared input only: both faces fill one struct, and whatever does not fit is named with its field. */
#include "base/fault.h"
#include "base/test/check.h"
#include "web/form.h"

#define NONE INT64_MIN

struct part { str name; int64_t n; };
struct line { str problem; bool yes; struct { struct part *at; size_t n; } parts; };
struct sheet {
    str name, note, fields, extra;
    int64_t version, post, sum, from;
    bool agree;
    struct { struct line *at; size_t n; } lines;
};
struct sending { struct upload file; str label; };

static const struct form_field part_fields[] = {
    { "name", FORM_TEXT, true, false, 10, offsetof(struct part, name), NULL },
    { "n", FORM_INT, false, false, 0, offsetof(struct part, n), NULL },
};
static const struct form_desc part_form = { "part", part_fields, 2, sizeof(struct part), false };
static const struct form_field line_fields[] = {
    { "problem", FORM_TEXT, true, false, 10, offsetof(struct line, problem), NULL },
    { "yes", FORM_BOOL, false, false, 0, offsetof(struct line, yes), NULL },
    { "parts", FORM_LIST, false, false, 2, offsetof(struct line, parts), &part_form },
};
static const struct form_desc line_form = { "line", line_fields, 3, sizeof(struct line), false };
static const struct form_field sheet_fields[] = {
    { "name", FORM_TEXT, true, false, 12, offsetof(struct sheet, name), NULL },
    { "note", FORM_TEXT, false, true, 20, offsetof(struct sheet, note), NULL },
    { "fields", FORM_MAP, false, false, 60, offsetof(struct sheet, fields), NULL },
    { "extra", FORM_ANY, false, false, 30, offsetof(struct sheet, extra), NULL },
    { "version", FORM_INT, false, false, 0, offsetof(struct sheet, version), NULL },
    { "post", FORM_ID, false, false, 0, offsetof(struct sheet, post), NULL },
    { "sum", FORM_MONEY, false, false, 0, offsetof(struct sheet, sum), NULL },
    { "from", FORM_DAY, false, false, 0, offsetof(struct sheet, from), NULL },
    { "agree", FORM_BOOL, false, false, 0, offsetof(struct sheet, agree), NULL },
    { "lines", FORM_LIST, false, false, 3, offsetof(struct sheet, lines), &line_form },
};
static const struct form_desc sheet_form = { "sheet", sheet_fields, 10, sizeof(struct sheet), false };
static const struct form_field sending_fields[] = {
    { "file", FORM_UPLOAD, true, false, 0, offsetof(struct sending, file), NULL },
    { "label", FORM_TEXT, false, false, 10, offsetof(struct sending, label), NULL },
};
static const struct form_desc sending_form = { "sending", sending_fields, 2, sizeof(struct sending), true };
static const struct form_field strict_fields[] = {
    { "name", FORM_TEXT, true, false, 12, offsetof(struct sheet, name), NULL },
    { "fields", FORM_MAP, true, false, 60, offsetof(struct sheet, fields), NULL },
    { "version", FORM_INT, true, false, 0, offsetof(struct sheet, version), NULL },
    { "agree", FORM_BOOL, true, false, 0, offsetof(struct sheet, agree), NULL },
    { "lines", FORM_LIST, true, false, 3, offsetof(struct sheet, lines), &line_form },
};
static const struct form_desc strict_form = { "strict", strict_fields, 5, sizeof(struct sheet), false };

static struct sheet got;
static struct form_faults faults;

static int pairs(const struct form_desc *d, const char *body)
{
    struct form_pair *at;
    size_t n;
    assert_int_equal(form_split(mem, str_c(body), 1000, &at, &n), 0);
    return form_decode_pairs(mem, d, at, n, NULL, &got, &faults);
}

static int json(const struct form_desc *d, const char *body)
{
    str why;
    const json_t *tree = json_read(mem, str_c(body), &why);
    assert_non_null(tree);
    return form_decode_json(mem, d, tree, &got, &faults);
}

/* "field wrong, field wrong": all faults, in order. */
static str told(void)
{
    static const char *const words[] = { "missing", "unknown", "too_long", "too_many", "not_number", "not_date", "not_money",
        "not_text", "bad_chars", "not_utf8", "twice", "not_bool", "not_list", "not_object" };
    struct buf b;
    buf_init(&b, mem, 1 << 16);
    for (size_t i = 0; i < faults.n; i++)
        buf_fmt(&b, "%s%.*s %s", i ? ", " : "", STRF(faults.at[i].field), words[faults.at[i].wrong]);
    return buf_text(&b);
}

#define GOOD(face, body) assert_int_equal(face(&sheet_form, body), 0)
#define BAD(face, body, z) do { assert_int_equal(face(&sheet_form, body), ERR_FORMAT); check_str(told(), z); } while (0)

static void pairs_fill_the_struct(void **state)
{
    (void)state;
    GOOD(pairs, "name=%E7%94%B2+y&note=a%0D%0A%09b&version=-7&post=42&sum=12.5&from=2026-11-23&agree=on&_csrf=x&_key=y"
         "&lines.1.problem=q&lines.0.problem=p&lines.0.yes=0&lines.1.parts.0.name=n&lines.1.parts.0.n=5&fields.a=1&fields.b.c=2"
         "&fields.a=3&fields.a=4&extra=%7B%22k%22%3A%5B1%5D%7D");
    check_str(got.name, "甲 y");
    check_str(got.note, "a\r\n\tb");
    assert_int_equal(got.version, -7);
    assert_int_equal(got.post, 42);
    assert_int_equal(got.sum, 1250);
    assert_int_equal(got.from, 20780);
    assert_true(got.agree);
    assert_int_equal(got.lines.n, 2);
    check_str(got.lines.at[0].problem, "p");
    check_str(got.lines.at[1].problem, "q");
    assert_false(got.lines.at[0].yes);
    assert_int_equal(got.lines.at[0].parts.n, 0);
    assert_int_equal(got.lines.at[1].parts.n, 1);
    check_str(got.lines.at[1].parts.at[0].name, "n");
    assert_int_equal(got.lines.at[1].parts.at[0].n, 5);
    check_str(got.fields, "{\"a\":[\"1\",\"3\",\"4\"],\"b.c\":\"2\"}");
    check_str(got.extra, "{\"k\":[1]}");
}

static void json_fills_the_struct(void **state)
{
    (void)state;
    GOOD(json, "{\"name\":\"甲\",\"note\":\"a\\nb\",\"version\":7,\"post\":\"42\",\"sum\":1250,\"from\":\"2026-11-23\",\"agree"
        "\":true,"
         "\"lines\":[{\"problem\":\"p\",\"parts\":[{\"name\":\"n\"}]},{\"problem\":\"q\",\"yes\":true}],\"fields\":{\"a\":1,\"b"
         "\":[true,null]},"
         "\"extra\":[1.5],\"_key\":\"x\"}");
    check_str(got.name, "甲");
    assert_int_equal(got.version, 7);
    assert_int_equal(got.post, 42);
    assert_int_equal(got.sum, 1250);
    assert_int_equal(got.lines.n, 2);
    assert_true(got.lines.at[1].yes);
    assert_int_equal(got.lines.at[0].parts.at[0].n, NONE);
    check_str(got.fields, "{\"a\":1,\"b\":[true,null]}");
    check_str(got.extra, "[1.5]");
    GOOD(json, "{\"name\":\"a\",\"post\":42,\"version\":null,\"lines\":[],\"fields\":{},\"extra\":null}");
    assert_int_equal(got.post, 42);
    assert_int_equal(got.version, NONE);
    check_str(got.fields, "{}");
    check_absent(got.extra);
}

static void what_is_not_sent_is_absent(void **state)
{
    (void)state;
    GOOD(pairs, "name=a");
    check_absent(got.note);
    check_absent(got.fields);
    check_absent(got.extra);
    assert_int_equal(got.version, NONE);
    assert_int_equal(got.post, NONE);
    assert_int_equal(got.sum, NONE);
    assert_int_equal(got.from, NONE);
    assert_false(got.agree);
    assert_int_equal(got.lines.n, 0);
    GOOD(pairs, "name=a&note=&version=&post=&sum=&from=&agree=&extra=");
    check_str(got.note, "");
    assert_false(str_none(got.note));
    assert_int_equal(got.version, NONE);
    assert_int_equal(got.from, NONE);
    check_absent(got.extra);
}

static void what_is_required_must_be_there(void **state)
{
    (void)state;
    BAD(pairs, "", "name missing");
    BAD(pairs, "name=", "name missing");
    BAD(pairs, "name=+%E3%80%80", "name missing");
    BAD(json, "{}", "name missing");
    BAD(json, "{\"name\":null}", "name missing");
    BAD(json, "{\"name\":\"\"}", "name missing");
    assert_int_equal(pairs(&strict_form, "name=a&version=&agree="), ERR_FORMAT);
    check_str(told(), "fields missing, version missing, agree missing, lines missing");
    assert_int_equal(json(&strict_form, "{\"name\":\"a\",\"lines\":[],\"fields\":{}}"), ERR_FORMAT);
    check_str(told(), "fields missing, version missing, agree missing, lines missing");
    BAD(pairs, "name=a&lines.0.yes=1", "lines.0.problem missing");
    BAD(json, "{\"name\":\"a\",\"lines\":[{}]}", "lines.0.problem missing");
}

static void nothing_undeclared(void **state)
{
    (void)state;
    BAD(pairs, "name=a&admin=1", "admin unknown");
    BAD(pairs, "name=a&=1", " unknown");
    BAD(pairs, "name=a&lines.0.problem=x&lines.0.other=1", "lines.0.other unknown");
    BAD(pairs, "name=a&lines.0.problem=x&lines.0._csrf=1", "lines.0._csrf unknown");
    BAD(pairs, "name=a&fields=1", "fields unknown");
    BAD(pairs, "name=a&fields.=1", "fields. unknown");
    BAD(pairs, "name=a&lines=1", "lines unknown");
    BAD(pairs, "name=a&name.0=1", "name.0 unknown");
    BAD(pairs, "name=a&%FF=1", "? unknown");
    BAD(json, "{\"name\":\"a\",\"admin\":true}", "admin unknown");
    BAD(json, "{\"name\":\"a\",\"lines\":[{\"problem\":\"x\",\"_csrf\":1}]}", "lines.0._csrf unknown");
}

static void nothing_twice(void **state)
{
    (void)state;
    BAD(pairs, "name=a&name=b", "name twice");
    BAD(pairs, "name=a&agree=1&agree=1", "agree twice");
    BAD(pairs, "name=a&lines.0.problem=x&lines.0.problem=y", "lines.0.problem twice");
}

static void lengths(void **state)
{
    (void)state;
    GOOD(pairs, "name=123456789012");
    BAD(pairs, "name=1234567890123", "name too_long");
    assert_int_equal(faults.at[0].max, 12);
    BAD(pairs, "name=%E7%94%B2%E7%94%B2%E7%94%B2%E7%94%B2%E7%94%B2", "name too_long");
    BAD(json, "{\"name\":\"1234567890123\"}", "name too_long");
    BAD(pairs, "name=a&fields.a=123456789012345678901234567890123456789012345678901234567890", "fields too_long");
    BAD(json, "{\"name\":\"a\",\"fields\":{\"a\":\"123456789012345678901234567890123456789012345678901234567890\"}}",
        "fields too_long");
    BAD(pairs, "name=a&extra=%221234567890123456789012345678901%22", "extra too_long");
    BAD(json, "{\"name\":\"a\",\"lines\":[{},{},{},{}]}", "lines too_many");
    assert_int_equal(faults.at[0].max, 3);
}

static void lists_are_numbered_without_gaps(void **state)
{
    (void)state;
    BAD(pairs, "name=a&lines.1.problem=x", "lines not_list");
    BAD(pairs, "name=a&lines.0.problem=x&lines.0.yes=1&lines.2.problem=x", "lines not_list");
    BAD(pairs, "name=a&lines.3.problem=x", "lines too_many");
    BAD(pairs, "name=a&lines.999999.problem=x", "lines too_many");
    BAD(pairs, "name=a&lines.9999999999999999999.problem=x", "lines not_list");
    BAD(pairs, "name=a&lines.00.problem=x", "lines not_list");
    BAD(pairs, "name=a&lines.-0.problem=x", "lines not_list");
    BAD(pairs, "name=a&lines.x.problem=x", "lines not_list");
    BAD(pairs, "name=a&lines.0=x", "lines not_list");
    BAD(pairs, "name=a&lines..problem=x", "lines not_list");
    BAD(pairs, "name=a&lines.0.problem=x&lines.0.parts.1.name=x", "lines.0.parts not_list");
    BAD(pairs, "name=a&lines.0.problem=x&lines.0.parts.0.name=12345678901", "lines.0.parts.0.name too_long");
    BAD(json, "{\"name\":\"a\",\"lines\":{}}", "lines not_list");
    BAD(json, "{\"name\":\"a\",\"lines\":[1]}", "lines.0 not_object");
    BAD(json, "{\"name\":\"a\",\"lines\":[{\"problem\":\"p\",\"parts\":[{\"name\":\"x\"},3]}]}", "lines.0.parts.1 not_object");
    BAD(json, "{\"name\":\"a\",\"lines\":[{\"problem\":\"p\",\"parts\":[{\"name\":\"x\",\"n\":\"y\"}]}]}",
        "lines.0.parts.0.n not_number");
}

static void wrong_kinds(void **state)
{
    (void)state;
    BAD(pairs, "name=a&version=1x&post=-1&sum=1.234&from=2026-02-30&agree=maybe&extra=%7B",
        "extra not_object, version not_number, post not_number, sum not_money, from not_date, agree not_bool");
    BAD(pairs, "name=a&version=99999999999999999999&post=0&sum=-1", "version not_number, post not_number, sum not_money");
    BAD(pairs, "name=a&version=-9223372036854775808", "version not_number");
    BAD(json, "{\"name\":1,\"version\":\"1\",\"post\":\"x\",\"sum\":\"12.50\",\"from\":20780,\"agree\":\"true\",\"fields\":[],"
        "\"note\":true}",
        "name not_text, note not_text, fields not_object, version not_number, post not_number, sum not_money, from not_date, "
        "agree not_bool");
    BAD(json, "{\"name\":\"a\",\"version\":1.0,\"sum\":-1,\"post\":-2}", "version not_number, post not_number, sum not_money");
    BAD(json, "[]", " not_object");
    BAD(json, "3", " not_object");
    assert_int_equal(form_decode_json(mem, &sheet_form, NULL, &got, &faults), ERR_FORMAT);
}

static void characters(void **state)
{
    (void)state;
    BAD(pairs, "name=a%0Ab", "name bad_chars");
    BAD(pairs, "name=a%09b", "name bad_chars");
    BAD(pairs, "name=a%7F", "name bad_chars");
    BAD(pairs, "name=a%C2%85", "name bad_chars");
    GOOD(pairs, "name=a%C2%A0b");
    BAD(pairs, "name=a&note=a%0Bb", "note bad_chars");
    BAD(pairs, "name=a&note=%1B", "note bad_chars");
    BAD(pairs, "name=%FF", "name not_utf8");
    BAD(pairs, "name=%C0%AF", "name not_utf8");
    BAD(pairs, "name=%ED%A0%80", "name not_utf8");
    BAD(pairs, "name=a&fields.x=%FF", "fields not_utf8");
    BAD(pairs, "name=a&fields.x=%01", "fields.x bad_chars");
    GOOD(pairs, "name=a&fields.x=1%0D%0A2");
    BAD(json, "{\"name\":\"a\\u0007\"}", "name bad_chars");
    BAD(json, "{\"name\":\"a\",\"fields\":{\"k\":{\"l\":[\"\\u001b\"]}}}", "fields.k.l bad_chars");
    BAD(json, "{\"name\":\"a\",\"fields\":{\"k\\n\":1}}", "fields bad_chars");
}

static void faults_have_a_ceiling(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, mem, 1 << 16);
    for (int i = 0; i < 300; i++)
        buf_fmt(&b, "&x%d=1", i);
    assert_int_equal(pairs(&sheet_form, buf_text(&b).p), ERR_FORMAT);
    assert_int_equal(faults.n, FORM_FAULTS_MAX);
}

static void uploads(void **state)
{
    (void)state;
    struct sending s;
    const struct upload up = { .path = "tmp/1", .field = S("file"), .filename = S("a.pdf"), .size = 3 };
    const struct form_pair label[] = { { S("label"), S("x") }, { S("file"), S("") } }, forged[] = { { S("file"), S("x") } };
    assert_int_equal(form_decode_pairs(mem, &sending_form, label, 2, &up, &s, &faults), 0);
    check_str(s.file.filename, "a.pdf");
    check_str(s.label, "x");
    assert_int_equal(form_decode_pairs(mem, &sending_form, label, 2, NULL, &s, &faults), ERR_FORMAT);
    check_str(told(), "file missing");
    assert_null(s.file.path);
    assert_int_equal(form_decode_pairs(mem, &sending_form, forged, 1, &up, &s, &faults), ERR_FORMAT);
    check_str(told(), "file unknown");
    str why;
    assert_int_equal(form_decode_json(mem, &sending_form, json_read(mem, S("{\"file\":{\"path\":\"/etc\"}}"), &why), &s,
        &faults), ERR_FORMAT);
    check_str(told(), "file unknown");
    assert_null(s.file.path);
}

static void splitting(void **state)
{
    (void)state;
    struct form_pair *at;
    size_t n;
    assert_int_equal(form_split(mem, S("a=1&&b&c=x%3Dy=z&"), 10, &at, &n), 0);
    assert_int_equal(n, 3);
    check_str(at[1].name, "b");
    check_str(at[1].value, "");
    check_str(at[2].value, "x=y=z");
    assert_int_equal(form_split(mem, S(""), 10, &at, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(form_split(mem, STR_NONE, 10, &at, &n), 0);
    assert_int_equal(form_split(mem, S("a=1&b=2&c=3"), 2, &at, &n), ERR_FORMAT);
    static const char *const bad[] = { "a=%", "a=%4", "a=%4g", "a=%zz", "%=1", "a=%00", "a%00=1" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(form_split(mem, str_c(bad[i]), 10, &at, &n), ERR_FORMAT);
    assert_int_equal(form_split(mem, (str){ "a=\0b", 4 }, 10, &at, &n), ERR_FORMAT);
}

static void percent_signs(void **state)
{
    (void)state;
    str s = S("untouched");
    assert_int_equal(percent_decode(mem, S("%e7%94%B2+x%2B"), false, &s), 0);
    check_str(s, "甲+x+");
    assert_int_equal(percent_decode(mem, S("a+b"), true, &s), 0);
    check_str(s, "a b");
    assert_int_equal(percent_decode(mem, S("%41"), true, &s), 0);
    check_str(s, "A");
    assert_int_equal(percent_decode(mem, S("%FF"), true, &s), ERR_FORMAT);
    assert_int_equal(percent_decode(mem, S("%2"), true, &s), ERR_FORMAT);
    assert_int_equal(percent_decode(mem, S("%00"), true, &s), ERR_FORMAT);
    check_str(s, "A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pairs_fill_the_struct), TEST(json_fills_the_struct), TEST(what_is_not_sent_is_absent),
            TEST(what_is_required_must_be_there),
        TEST(nothing_undeclared), TEST(nothing_twice), TEST(lengths), TEST(lists_are_numbered_without_gaps), TEST(wrong_kinds),
        TEST(characters), TEST(faults_have_a_ceiling), TEST(uploads), TEST(splitting), TEST(percent_signs),
    };
    return RUN(tests);
}
