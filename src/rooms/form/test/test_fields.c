/* Each kind of field, good and bad, in both faces' shapes. */
#include "rooms/form/test/request.h"

static json_t *tree(struct fixture *t, const char *text)
{
    str why = STR_NONE;
    json_t *v = json_read(t->a, str_c(text), &why);
    if (!v)
        fail_msg("%s: %.*s", text, STRF(why));
    return v;
}

/* One field of the kind, one value: the canonical text of the whole map, or absent when it was refused. */
static str judged(struct fixture *t, const char *field, const char *map)
{
    struct req *r = request(t, 7);
    str got = STR_NONE;
    int code = form_check_fields(r, tree(t, field), str_c(map), true, &got);
    if (code == ERR_REFUSED)
        assert_true(r->priv->n_wrongs > 0);
    else
        assert_int_equal(code, 0);
    return got;
}

static void good(struct fixture *t, const char *field, const char *map, const char *want)
{
    str got = judged(t, field, map);
    if (str_none(got))
        fail_msg("%s was refused", map);
    same_text(got, want);
}

static void bad(struct fixture *t, const char *field, const char *map, const char *where)
{
    struct req *r = request(t, 7);
    str got = STR_NONE;
    int code = form_check_fields(r, tree(t, field), str_c(map), true, &got);
    if (code != ERR_REFUSED || r->priv->failure.status != 400)
        fail_msg("%s was taken as %.*s", map, STRF(got));
    if (str_empty(wrong_of(r, where)))
        fail_msg("%s: nothing said about %s, but about %.*s: %.*s", map, where, STRF(r->priv->wrongs[0].field),
                 STRF(r->priv->wrongs[0].message));
}

#define ONE(kind, more) "[{\"name\":\"a\",\"label\":\"甲\",\"kind\":\"" kind "\"" more "}]"

static void texts(void **state)
{
    struct fixture *t = *state;
    good(t, ONE("text", ",\"max\":3"), "{\"a\":\" 三个字 \"}", "{\"a\":\"三个字\"}");
    bad(t, ONE("text", ",\"max\":3"), "{\"a\":\"四个汉字\"}", "fields.a");
    bad(t, ONE("text", ""), "{\"a\":\"two\\nlines\"}", "fields.a");
    bad(t, ONE("text", ""), "{\"a\":5}", "fields.a");
    bad(t, ONE("text", ",\"required\":true"), "{\"a\":\"  \"}", "fields.a");
    bad(t, ONE("text", ",\"required\":true"), "{}", "fields.a");
    good(t, ONE("text", ""), "{\"a\":null}", "{}");
    good(t, ONE("textarea", ""), "{\"a\":\"two\\nlines\"}", "{\"a\":\"two\\nlines\"}");
    good(t, ONE("textarea", ",\"max\":3"), "{\"a\":\"x\\r\\ny\"}", "{\"a\":\"x\\ny\"}");
    bad(t, ONE("text", ""), "{\"b\":\"x\"}", "fields.b");
    good(t, ONE("mobile", ""), "{\"a\":\"138 0013-8000\"}", "{\"a\":\"13800138000\"}");
    bad(t, ONE("mobile", ""), "{\"a\":\"1380013800\"}", "fields.a");
    good(t, ONE("mail", ""), "{\"a\":\"a@example.cn\"}", "{\"a\":\"a@example.cn\"}");
    bad(t, ONE("mail", ""), "{\"a\":\"a@example\"}", "fields.a");
}

static void numbers(void **state)
{
    struct fixture *t = *state;
    good(t, ONE("number", ""), "{\"a\":\"1,200\"}", "{\"a\":1200}");
    good(t, ONE("number", ""), "{\"a\":12}", "{\"a\":12}");
    good(t, ONE("number", ""), "{\"a\":\"12.5\"}", "{\"a\":12.5}");
    good(t, ONE("number", ",\"min\":-5"), "{\"a\":\"-3\"}", "{\"a\":-3}");
    bad(t, ONE("number", ""), "{\"a\":\"-3\"}", "fields.a");
    bad(t, ONE("number", ",\"max\":10"), "{\"a\":11}", "fields.a");
    bad(t, ONE("number", ""), "{\"a\":\"12-5\"}", "fields.a");
    bad(t, ONE("number", ""), "{\"a\":\"1e5\"}", "fields.a");
    bad(t, ONE("number", ""), "{\"a\":\"９\"}", "fields.a");
    bad(t, ONE("number", ""), "{\"a\":true}", "fields.a");
    good(t, ONE("money", ""), "{\"a\":\"1,200.5\"}", "{\"a\":120050}");
    good(t, ONE("money", ""), "{\"a\":120050}", "{\"a\":120050}");
    bad(t, ONE("money", ""), "{\"a\":\"12.345\"}", "fields.a");
    bad(t, ONE("money", ""), "{\"a\":-1}", "fields.a");
    bad(t, ONE("money", ""), "{\"a\":1.5}", "fields.a");
    good(t, ONE("date", ""), "{\"a\":\"2024-02-29\"}", "{\"a\":\"2024-02-29\"}");
    bad(t, ONE("date", ""), "{\"a\":\"2025-02-29\"}", "fields.a");
    bad(t, ONE("date", ""), "{\"a\":\"2025/02/28\"}", "fields.a");
    good(t, ONE("bool", ""), "{\"a\":\"1\"}", "{\"a\":true}");
    good(t, ONE("bool", ",\"required\":true"), "{\"a\":false}", "{\"a\":false}");
    bad(t, ONE("bool", ",\"required\":true"), "{}", "fields.a");
    bad(t, ONE("bool", ""), "{\"a\":\"maybe\"}", "fields.a");
}

static void choices(void **state)
{
    struct fixture *t = *state;
    const char *options = ONE("choice", ",\"options\":[{\"value\":\"x\",\"label\":\"乂\"},\"y\"]");
    good(t, options, "{\"a\":\"x\"}", "{\"a\":\"x\"}");
    good(t, options, "{\"a\":\"y\"}", "{\"a\":\"y\"}");
    bad(t, options, "{\"a\":\"乂\"}", "fields.a");
    bad(t, options, "{\"a\":[\"x\"]}", "fields.a");
    const char *many = ONE("choices", ",\"options\":[\"x\",\"y\",\"z\"]");
    good(t, many, "{\"a\":[\"z\",\"x\",\"z\"]}", "{\"a\":[\"x\",\"z\"]}");
    good(t, many, "{\"a\":\"y\"}", "{\"a\":[\"y\"]}");
    bad(t, many, "{\"a\":[\"x\",\"w\"]}", "fields.a");
    good(t, many, "{\"a\":[]}", "{}");
}

/* GB 11643 and GB 32100: a wrong check character typed by a person is refused, in an object, in a text, and from a page. */
static void identities(void **state)
{
    struct fixture *t = *state;
    good(t, ONE("person", ""), "{\"a\":{\"name\":\" 李四 \",\"id_number\":\"11010519491231002x\"}}",
         "{\"a\":{\"name\":\"李四\",\"id_number\":\"11010519491231002X\"}}");
    good(t, ONE("person", ""), "{\"a.name\":\"李四\",\"a.id_number\":\"110105 19491231 002X\"}",
         "{\"a\":{\"name\":\"李四\",\"id_number\":\"11010519491231002X\"}}");
    good(t, ONE("person", ""), "{\"a\":\"李四（11010519491231002X）\"}", "{\"a\":{\"name\":\"李四\",\"id_number\":\"11010519491231002X\"}}");
    good(t, ONE("person", ""), "{\"a\":\"11010519491231002X\"}", "{\"a\":{\"id_number\":\"11010519491231002X\"}}");
    bad(t, ONE("person", ""), "{\"a\":{\"name\":\"李四\",\"id_number\":\"110105194912310021\"}}", "fields.a.id_number");
    bad(t, ONE("person", ""), "{\"a.name\":\"李四\",\"a.id_number\":\"110105194912310021\"}", "fields.a.id_number");
    bad(t, ONE("person", ""), "{\"a\":\"李四 110105194912310021\"}", "fields.a");
    bad(t, ONE("person", ""), "{\"a\":{\"id_number\":\"11010519491231002X\"}}", "fields.a.name");
    bad(t, ONE("person", ""), "{\"a\":\"李四\"}", "fields.a");
    bad(t, ONE("person", ""), "{\"a\":5}", "fields.a");
    good(t, ONE("person", ""), "{\"a.name\":\"\",\"a.id_number\":\"\"}", "{}");
    bad(t, ONE("person", ",\"required\":true"), "{\"a.name\":\"\",\"a.id_number\":\"\"}", "fields.a");
    good(t, ONE("enterprise", ""), "{\"a\":{\"name\":\"甲公司\",\"uscc\":\"91350100m000100y43\"}}",
         "{\"a\":{\"name\":\"甲公司\",\"uscc\":\"91350100M000100Y43\"}}");
    good(t, ONE("enterprise", ""), "{\"a\":\"甲公司 91350100M000100Y43\"}", "{\"a\":{\"name\":\"甲公司\",\"uscc\":\"91350100M000100Y43\"}}");
    bad(t, ONE("enterprise", ""), "{\"a\":{\"name\":\"甲公司\",\"uscc\":\"91350100M000100Y44\"}}", "fields.a.uscc");
}

static void tables(void **state)
{
    struct fixture *t = *state;
    const char *table = ONE("table", ",\"max\":2,\"columns\":[{\"name\":\"n\",\"label\":\"名\",\"kind\":\"text\",\"max\":3,\"required\":true},"
                                     "{\"name\":\"m\",\"kind\":\"money\"}]");
    good(t, table, "{\"a\":[{\"n\":\"x\",\"m\":5},{}]}", "{\"a\":[{\"n\":\"x\",\"m\":5}]}");
    good(t, table, "{\"a.0.n\":\"\",\"a.0.m\":\"\",\"a.1.n\":\"x\",\"a.1.m\":\"0.05\"}", "{\"a\":[{\"n\":\"x\",\"m\":5}]}");
    bad(t, table, "{\"a\":[{\"m\":5}]}", "fields.a.0.n");
    bad(t, table, "{\"a\":[{\"n\":\"x\"},{\"n\":\"long\"}]}", "fields.a.1.n");
    bad(t, table, "{\"a\":[{\"n\":\"x\",\"q\":1}]}", "fields.a.0");
    bad(t, table, "{\"a\":[{\"n\":\"x\"},{\"n\":\"y\"},{\"n\":\"z\"}]}", "fields.a");
    bad(t, table, "{\"a\":\"x\"}", "fields.a");
    bad(t, table, "{\"a.99999.n\":\"x\"}", "fields.a.99999.n");
}

static void regions_and_files(void **state)
{
    struct fixture *t = *state;
    load_demo(t);
    good(t, ONE("region", ""), "{\"a\":\"460100000000\"}", "{\"a\":\"460100000000\"}");
    bad(t, ONE("region", ""), "{\"a\":\"469999999999\"}", "fields.a");
    add_file(t, 501, 7);
    add_file(t, 502, 8);
    good(t, ONE("file", ""), "{\"a\":\"501\"}", "{\"a\":\"501\"}");
    bad(t, ONE("file", ""), "{\"a\":\"502\"}", "fields.a");
    bad(t, ONE("file", ""), "{\"a\":\"../etc\"}", "fields.a");
}

/* A save judges nothing but size, keeps unknown names, drops what is empty, and follows the form's order. */
static void saving(void **state)
{
    struct fixture *t = *state;
    struct req *r = request(t, 7);
    str got;
    json_t *form = tree(t, "[{\"name\":\"b\",\"kind\":\"date\",\"required\":true},{\"name\":\"p\",\"kind\":\"person\"},{\"name\":\"a\"}]");
    assert_int_equal(form_check_fields(r, form, S("{\"z\":1,\"a\":\"\",\"p.id_number\":\"12\",\"b\":\"not yet\"}"), false, &got), 0);
    same_text(got, "{\"b\":\"not yet\",\"p\":{\"id_number\":\"12\"},\"z\":1}");
    assert_int_equal(form_check_fields(r, form, S("[]"), false, &got), ERR_REFUSED);
    r = request(t, 7);
    assert_int_equal(form_check_fields(r, NULL, S("{\"z\":1}"), true, &got), ERR_REFUSED);
    assert_false(str_empty(wrong_of(r, "fields.z")));
    char *long_text = arena_alloc(t->a, 400100);
    memset(long_text, 'x', 400050);
    str map = str_fmt(t->a, "{\"a\":\"%s\"}", long_text);
    assert_int_equal(form_check_fields(request(t, 7), form, map, false, &got), ERR_REFUSED);
}

static void answers(void **state)
{
    struct fixture *t = *state;
    struct req *r = request(t, 7);
    struct form_answers a;
    load_demo(t);
    json_t *form = tree(t, "[{\"name\":\"r\",\"label\":\"地\",\"kind\":\"region\"},{\"name\":\"m\",\"label\":\"钱\",\"kind\":\"money\"},"
                           "{\"name\":\"c\",\"label\":\"选\",\"kind\":\"choices\",\"options\":[{\"value\":\"x\",\"label\":\"乂\"},\"y\"]},"
                           "{\"name\":\"t\",\"label\":\"表\",\"kind\":\"table\",\"columns\":[{\"name\":\"n\",\"label\":\"名\"}]},{\"name\":\"q\"}]");
    assert_int_equal(form_answers(r, form, S("{\"r\":\"460105000000\",\"m\":1250,\"c\":[\"x\",\"y\"],\"t\":[{\"n\":\"一\"},{\"n\":\"二\"}]}"), &a), 0);
    assert_int_equal(a.n, 4);
    same_text(a.at[0].value, "海南省海口市秀英区");
    same_text(a.at[1].value, "12.50");
    same_text(a.at[2].value, "乂、y");
    same_text(a.at[3].value, "1. 名：一\n2. 名：二");
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(texts), TEST(numbers), TEST(choices), TEST(identities), TEST(tables),
                                       TEST(regions_and_files), TEST(saving), TEST(answers)};
    return cmocka_run_group_tests_name("form: fields", tests, NULL, NULL);
}
