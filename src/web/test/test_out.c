/* Each escape with the values that break it, and how numbers, days and limits read in both languages. */
#include "base/test/check.h"
#include "texts.h"
#include "web/out.h"

static struct out fresh(int lang)
{
    struct out o = { .lang = lang, .csrf = S("token"), .key_seed = S("seed") };
    buf_init(&o.b, mem, 1 << 20);
    return o;
}

#define CHECK(call, z) do { struct out o = fresh(LANG_ZH); call; check_str(buf_text(&o.b), z); } while (0)
#define CHECK_EN(call, z) do { struct out o = fresh(LANG_EN); call; check_str(buf_text(&o.b), z); } while (0)

static void text_is_escaped_for_content_and_quotes(void **state)
{
    (void)state;
    CHECK(out_text(&o, S("a<b>c&d\"e'f")), "a&lt;b&gt;c&amp;d&#34;e&#39;f");
    CHECK(out_text(&o, S("&lt;")), "&amp;lt;");
    CHECK(out_text(&o, S("<")), "&lt;");
    CHECK(out_text(&o, S("")), "");
    CHECK(out_text(&o, STR_NONE), "");
    CHECK(out_text(&o, S("办事 = 100%")), "办事 = 100%");
}

static void a_url_is_local_or_of_a_known_scheme(void **state)
{
    (void)state;
    static const char *const good[] = { "/", "/x", "/x//y", "?a=1", "#x", "http://a.example/", "HTTPS://a.example",
        "mailto:a@b.example",
        "tel:12345", "/办事" };
    static const char *const bad[] = { "", "javascript:alert(1)", "JaVaScRiPt:x", " javascript:x", "java\tscript:x",
        "\x01javascript:x",
        "data:text/html,x", "vbscript:x", "//evil.example/", "/\\evil.example", "/\t/evil.example", "\\\\evil", "x/y",
        "http:evil",
        "https:/evil", "http:", "ftp://x/", "&#106;avascript:x", "file:///etc/passwd", "/a\nb", "/\x7f" };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        CHECK(out_url(&o, str_c(good[i])), good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(out_url(&o, str_c(bad[i])), "#");
    CHECK(out_url(&o, STR_NONE), "#");
    CHECK(out_url(&o, S("/x?a=1&b=\"2\"'<")), "/x?a=1&amp;b=&#34;2&#34;&#39;&lt;");
}

static void a_part_of_a_url_is_percent_encoded(void **state)
{
    (void)state;
    CHECK(out_url_part(&o, S("aZ09-_.~")), "aZ09-_.~");
    CHECK(out_url_part(&o, S("a/b?c=d&e#f g+h%\"'<>:\\\n")), "a%2Fb%3Fc%3Dd%26e%23f%20g%2Bh%25%22%27%3C%3E%3A%5C%0A");
    CHECK(out_url_part(&o, S("海")), "%E6%B5%B7");
    CHECK(out_url_part(&o, STR_NONE), "");
}

static void numbers(void **state)
{
    (void)state;
    CHECK(out_int(&o, INT64_MAX), "9223372036854775807");
    CHECK(out_int(&o, INT64_MIN), "");
    CHECK(out_money(&o, 0), "0.00");
    CHECK(out_money(&o, 5), "0.05");
    CHECK(out_money(&o, 123456), "1234.56");
    CHECK(out_money(&o, -5), "-0.05");
    CHECK(out_money(&o, INT64_MAX), "92233720368547758.07");
    CHECK(out_money(&o, INT64_MIN), "");
}

static void days_and_times(void **state)
{
    (void)state;
    CHECK(out_day(&o, 20780, false), "2026-11-23");
    CHECK(out_day(&o, 20780, true), "2026年11月23日");
    CHECK_EN(out_day(&o, 20780, true), "23 November 2026");
    CHECK(out_day(&o, 0, false), "1970-01-01");
    CHECK(out_day(&o, -1, false), "1969-12-31");
    CHECK(out_day(&o, INT64_MIN, false), "");
    CHECK(out_day(&o, INT64_MAX, true), "");
    CHECK(out_time(&o, 1795395900000, false), "2026-11-23 09:05");
    CHECK(out_time(&o, 1795395900000, true), "2026年11月23日 09:05");
    CHECK_EN(out_time(&o, 1795395900000, true), "23 November 2026, 09:05");
    CHECK(out_time(&o, -8 * 3600000, false), "1970-01-01 00:00");
    CHECK(out_time(&o, -8 * 3600000 - 1, false), "1969-12-31 23:59");
    CHECK(out_time(&o, 1798732799999, false), "2026-12-31 23:59");
    CHECK(out_time(&o, 1798732800000, false), "2027-01-01 00:00");
    CHECK(out_time(&o, INT64_MIN, false), "");
    CHECK(out_time(&o, INT64_MAX, true), "");
}

static void limits(void **state)
{
    (void)state;
    CHECK(out_limit(&o, (struct limit){ 5, S("workday") }), "5 个工作日");
    CHECK(out_limit(&o, (struct limit){ 30, S("day") }), "30 个自然日");
    CHECK(out_limit(&o, (struct limit){ 3, S("month") }), "3 个月");
    CHECK(out_limit(&o, (struct limit){ 24, S("hour") }), "24 小时");
    CHECK_EN(out_limit(&o, (struct limit){ 1, S("workday") }), "1 working day");
    CHECK_EN(out_limit(&o, (struct limit){ 2, S("month") }), "2 months");
    CHECK(out_limit(&o, (struct limit){ INT64_MIN, STR_NONE }), "");
}

static void texts_take_members_escaped(void **state)
{
    (void)state;
    const str who[] = { S("<甲>") };
    CHECK(out_t(&o, T_WEB_SIGN_IN, NULL, 0), "登录");
    CHECK_EN(out_t(&o, T_WEB_SIGN_IN, NULL, 0), "Sign in");
    CHECK_EN(out_t(&o, T_WEB_ACTING_FOR, who, 1), "acting for &lt;甲&gt;");
    CHECK(out_tt(&o, "web", "error", S("home")), "返回首页");
    CHECK(out_tt(&o, "web", "error", S("<new>")), "&lt;new&gt;");
    CHECK(out_tt(&o, "web", "error", STR_NONE), "");
    CHECK(out_tt(&o, "nowhere", "error", S("home")), "home");
    str far = str_fmt(mem, "%0500d", 1);
    CHECK(out_tt(&o, "web", "error", far), far.p);
}

static void members_of_texts_are_in_prose(void **state)
{
    (void)state;
    struct out o = fresh(LANG_EN);
    check_str(out_str_int(&o, -3), "-3");
    check_str(out_str_money(&o, 1250), "12.50");
    check_str(out_str_day(&o, 20780), "23 November 2026");
    check_str(out_str_time(&o, 1795395900000), "23 November 2026, 09:05");
    check_str(out_str_limit(&o, (struct limit){ 2, S("hour") }), "2 hours");
    check_str(out_str_int(&o, INT64_MIN), "");
    check_str(out_str_money(&o, INT64_MIN), "");
    check_str(out_str_day(&o, INT64_MIN), "");
}

static void each_form_has_a_key_of_its_own(void **state)
{
    (void)state;
    struct out o = fresh(LANG_ZH);
    out_form(&o);
    out_form(&o);
    check_str(buf_text(&o.b), "<input type=\"hidden\" name=\"_csrf\" value=\"token\"><input type=\"hidden\" name=\"_key\" value"
        "=\"seed-1\">"
              "<input type=\"hidden\" name=\"_csrf\" value=\"token\"><input type=\"hidden\" name=\"_key\" value=\"seed-2\">");
}

static void words_by_id_and_by_name(void **state)
{
    (void)state;
    const str who[] = { S("<甲>") };
    check_str(text_get(LANG_ZH, T_WEB_SIGN_IN), "登录");
    check_str(text_find(LANG_EN, "web", S("sign_in")), "Sign in");
    check_absent(text_find(LANG_EN, "web", S("sign_i")));
    check_absent(text_find(LANG_EN, "web", S("")));
    check_absent(text_find(LANG_EN, "", S("sign_in")));
    check_absent(text_find(LANG_EN, "zzz", S("sign_in")));
    check_str(text_fill(mem, LANG_EN, T_WEB_ACTING_FOR, who, 1), "acting for <甲>");
    check_str(text_fill(mem, LANG_EN, T_WEB_ACTING_FOR, NULL, 0), "acting for {}");
    for (int i = 0; i < TEXT_COUNT; i++)         /* every name of the table finds itself */
        assert_ptr_equal(text_find(LANG_ZH, text_names[i].room, str_c(text_names[i].key)).p, text_get(LANG_ZH,
            text_names[i].id).p);
}

static void json_of_what_is_absent(void **state)
{
    (void)state;
    struct buf b;
    struct json j;
    buf_init(&b, mem, 1 << 16);
    json_begin(&j, &b);
    json_arr(&j);
    json_opt_int(&j, INT64_MIN);
    json_opt_int(&j, 0);
    json_opt_id(&j, INT64_MIN);
    json_opt_id(&j, 7);
    json_opt_raw(&j, STR_NONE);
    json_opt_raw(&j, S("{}"));
    json_time(&j, INT64_MIN);
    json_day(&j, INT64_MIN);
    json_day(&j, INT64_MAX);
    json_day(&j, 20780);
    json_limit(&j, (struct limit){ INT64_MIN, STR_NONE });
    json_arr_end(&j);
    check_str(buf_text(&b), "[null,0,null,\"7\",null,{},null,null,null,\"2026-11-23\",null]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_is_escaped_for_content_and_quotes), TEST(a_url_is_local_or_of_a_known_scheme),
            TEST(a_part_of_a_url_is_percent_encoded),
        TEST(numbers), TEST(days_and_times), TEST(limits), TEST(texts_take_members_escaped), TEST(members_of_texts_are_in_prose),
        TEST(each_form_has_a_key_of_its_own), TEST(words_by_id_and_by_name), TEST(json_of_what_is_absent),
    };
    return RUN(tests);
}
