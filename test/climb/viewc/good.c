/* The good room, compiled: each place of a template with hostile values, the JSON face, the form tables. */
#include <stdio.h>
#include <string.h>

#include "probe_view.h"
#include "web_view.h"

static int passed, failed;
static const char *html;

static void has(const char *what, const char *part)
{
    if (strstr(html, part)) {
        passed++;
        return;
    }
    failed++;
    printf("FAILED  %s: no %s in\n%s\n", what, part, html);
}

static void hasnt(const char *what, const char *part)
{
    if (!strstr(html, part)) {
        passed++;
        return;
    }
    failed++;
    printf("FAILED  %s: %s stands in\n%s\n", what, part, html);
}

static void is(const char *what, str a, const char *b)
{
    html = a.p;
    if (str_is(a, b))
        passed++;
    else
        printf("FAILED  %s: %.*s\n   wanted %s\n", what, STRF(a), b), failed++;
}

static struct out start(struct arena *a, int lang)
{
    static const struct view_web_page page = { .lang = { "zh-CN", 5 }, .site_name = { "易<网", 7 }, .region_name = { "海南",
        6 } };
    struct out o = { .lang = lang, .csrf = S("tok\"en"), .key_seed = S("seed"), .page = &page };
    buf_init(&o.b, a, 1 << 20);
    return o;
}

static const char evil[] = "\"'><script>alert(1)</script>&amp;\n/../%41";

static struct view_probe_page page_of(void)
{
    static const struct view_probe_row leaf[] = { { .code = { "L<", 2 } } };
    static const struct view_probe_row rows[] = { { .code = { "r0", 2 }, .children = { leaf, 1 } }, { .code = { "r1", 2 } } };
    static const str tags[] = { { "open", 4 }, { "a_b", 3 }, { "<other>", 7 }, { "", 0 } };
    return (struct view_probe_page){
        .name = str_c(evil), .n = -7, .maybe = INT64_MIN, .number = 42, .flag = true, .cost = 123405, .when = 1795395900000,
        .date = 20780, .term = { 5, S("workday") }, .link = S("javascript:alert(1)"), .rich = { S("<i>ok</i>") },
        .data = S("{\"a\":1}"), .rows = { rows, 2 }, .tags = { tags, 4 }, .opt = &rows[1], .one = { .code = S("<one>") },
    };
}

static void escapes(struct arena *a)
{
    struct out o = start(a, LANG_ZH);
    struct view_probe_page v = page_of();
    const char *e = "&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;\n/../%41";
    html_probe_page(&o, &v);
    html = buf_text(&o.b).p;
    has("content", str_fmt(a, "<p id=\"content\">%s</p>", e).p);
    has("double quotes", str_fmt(a, "<p id=\"dq\" title=\"%s\">", e).p);
    has("single quotes", str_fmt(a, "<p id=\"sq\" title='%s'>", e).p);
    has("textarea keeps a first line end", str_fmt(a, "name=\"note\">\n%s</textarea>", e).p);
    hasnt("no script of a value", "<script>");
    hasnt("no script URL", "javascript:");
    has("a URL at the start", "<a id=\"url\" href=\"#\">");
    has("formaction and hx-get", "<button formaction=\"#\" hx-get=\"#\" disabled>");
    has("a part of a URL", "href=\"/items/%22%27%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E%26amp%3B%0A%2F..%2F%2541?q=%22%27%3E");
    has("a number in a URL", "&amp;n=-7\">");
    has("a URL behind an empty branch is a part", "<a id=\"afterif\" href=\"/xjavascript%3Aalert%281%29\">");
    has("title of the page", "<title>&#34;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;\n/../%41，你好，-7\n再见 - 易"
        "&lt;网</title>");
    has("a text is escaped", "<p id=\"text\">&lt;你好&gt; &amp; &#34;?&#34;|");
    has("members of a text are escaped", str_fmt(a, "|%s，你好，1234.05\n再见|%s|登录</p>", e, e).p);
    has("texts by value", "<p id=\"known\">已打开;甲&lt;乙&gt;;&lt;other&gt;;;</p>");
    has("values", "<p id=\"values\">-7||42|1234.05|2026-11-23 09:05|2026-11-23|2026年11月23日|2026年11月23日 09:05|5 个工作日</"
        "p>");
    has("markup", "<p id=\"rich\"><i>ok</i></p>");
    has("the token, escaped", "<form id=\"post\" method=\"post\" action=\"/x/42\"><input type=\"hidden\" name=\"_csrf\" value="
        "\"tok&#34;en\">"
        "<input type=\"hidden\" name=\"_key\" value=\"seed-1\">");
    has("no token in a GET form", "<form id=\"get\" method=\"get\"><input aria-label=\"q\"");
    has("attr", "  checked></form>");
    has("conditions", "<p id=\"if\">acefg</p>");
    has("lists", "<li id=\"row0\" class=\"parent\">0 r0 of ");
    has("a list in a list", "[0L&lt;]</li>");
    has("the empty list in a list", "<li id=\"row1\" class=\"leaf\">1 r1 of ");
    has("with", "<p id=\"with\">&lt;one&gt;r1</p>");
    has("parts", "<div id=\"tree\"><b>&lt;one&gt;</b>\n<b>r1</b>\n<b>r0<b>L&lt;</b>\n</b>\n<b>r1</b>\n</div>");
    has("icons", "<p id=\"icon\"><svg class=\"bi\" width=\"1em\" height=\"1em\" viewBox=\"0 0 16 16\" fill=\"currentColor\" ari"
        "a-hidden=\"true\""
        " focusable=\"false\"><path d=\"M1 1l2 2\"/><path d=\"M3 3h4\"/></svg><svg");
    has("the page's own members", "<p id=\"page\">易&lt;网</p>");
    has("pre keeps its lines", "<pre>a\n  b</pre>");
    has("the layout ends behind the body", "</html>");
}

static void branches(struct arena *a)
{
    struct out o = start(a, LANG_EN);
    struct view_probe_page v = page_of();
    v.flag = false;
    v.link = S("/here?a=1&b=2");
    v.rows.n = 0;
    v.opt = NULL;
    v.term = (struct limit){ 1, S("workday") };
    v.when = v.date = v.cost = INT64_MIN;
    v.name = STR_NONE;
    o.csrf = STR_NONE;
    html_probe_page(&o, &v);
    html = buf_text(&o.b).p;
    has("a good URL", "<a id=\"url\" href=\"/here?a=1&amp;b=2\">");
    has("else", "<a id=\"mixed\" href=\"/x\">");
    has("no attr", "value=\"\" ></form>");
    has("the empty list", "<li>none</li>");
    has("conditions", "<p id=\"if\">cdg</p>");
    has("absent values", "<p id=\"values\">-7||42||||||1 working day</p>");
    has("English", "<p id=\"text\">&lt;Hello&gt; &amp; &#34;?\?=&#34;|Hello , \nbye||Sign in</p>");
    has("with of what is absent", "<p id=\"with\">&lt;one&gt;</p>");
    hasnt("no token on a page that cannot post", "_csrf");
}

static void layouts(struct arena *a)
{
    struct out o = start(a, LANG_ZH);
    vt_probe_framed.html(&o, &(struct view_probe_row){ .code = S("C&D") });
    html = buf_text(&o.b).p;
    has("the room's layout in web's", "<aside>易&lt;网</aside>\n<section aria-label=\"C&amp;D\"><p id=\"framed\">C&amp;D</p>\n<"
        "/section>");
    has("the title goes through", "<title>C&amp;D - 易&lt;网</title>");
    if (vt_probe_framed.size == sizeof(struct view_probe_row) && vt_probe_framed.json && !vt_probe_empty.json &&
        !vt_probe_empty.schema &&
        !vt_probe_empty.html && vt_probe_page.html)
        passed++;
    else
        failed++, puts("FAILED  types of views");
}

static void json_face(struct arena *a)
{
    struct buf b;
    struct json j;
    struct view_probe_page v = page_of();
    buf_init(&b, a, 1 << 16);
    json_begin(&j, &b);
    vt_probe_page.json(&j, &v);
    is("JSON", buf_text(&b), "{\"name\":\"\\\"'><script>alert(1)</script>&amp;\\n/../%41\",\"n\":-7,\"maybe\":null,\"id\":\"42"
        "\",\"flag\":true,"
       "\"cost\":123405,\"when\":\"2026-11-23T09:05:00+08:00\",\"date\":\"2026-11-23\",\"term\":{\"n\":5,\"unit\":\"workday\"},"
       "\"link\":\"javascript:alert(1)\",\"data\":{\"a\":1},\"rows\":[{\"code\":\"r0\",\"children\":[{\"code\":\"L<\",\"childre"
       "n\":[]}]},"
       "{\"code\":\"r1\",\"children\":[]}],\"tags\":[\"open\",\"a_b\",\"<other>\",\"\"],\"opt\":{\"code\":\"r1\",\"children\":["
       "]},"
       "\"one\":{\"code\":\"<one>\",\"children\":[]}}");
    v = (struct view_probe_page){ .when = INT64_MIN, .date = INT64_MIN, .cost = INT64_MIN, .number = INT64_MIN,
        .term.n = INT64_MIN };
    buf_init(&b, a, 1 << 16);
    json_begin(&j, &b);
    json_probe_page(&j, &v);
    is("JSON of nothing", buf_text(&b), "{\"name\":null,\"n\":0,\"maybe\":0,\"id\":null,\"flag\":false,\"cost\":null,\"when\":n"
        "ull,\"date\":null,"
       "\"term\":null,\"link\":null,\"data\":null,\"rows\":[],\"tags\":[],\"opt\":null,\"one\":{\"code\":null,\"children\":[]}}");
    str why;
    const json_t *schema = json_read(a, str_c(vt_probe_page.schema), &why);
    html = vt_probe_page.schema;
    if (schema && json_object_size(json_object_get(schema, "properties")) == 15 && json_array_size(json_object_get(schema,
        "required")) == 15)
        passed++;
    else
        failed++, puts("FAILED  the schema is JSON with 15 members");
    has("optional in the schema", "\"maybe\":{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}");
    has("nested in the schema", "\"opt\":{\"oneOf\":[{\"$ref\":\"#/components/schemas/probe_row\"},{\"type\":\"null\"}]}");
    has("list in the schema", "\"rows\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/probe_row\"}}");
}

static void forms(struct arena *a)
{
    struct form_probe_save f;
    struct form_faults faults;
    const struct form_pair pairs[] = { { S("name"), S("n") }, { S("rows.0.problem"), S("p") }, { S("rows.1.problem"), S("q") },
        { S("note"), S("a\r\nb") }, { S("sum"), S("12.5") }, { S("from"), S("2026-11-23") }, { S("yes"), S("on") },
        { S("fields.a"), S("1") }, { S("extra"), S("[1]") } };
    int rc = form_decode_pairs(a, &fd_probe_save, pairs, sizeof pairs / sizeof pairs[0], NULL, &f, &faults);
    if (rc == 0 && f.version == INT64_MIN && str_is(f.name, "n") && f.rows.n == 2 && str_is(f.rows.at[1].problem, "q") &&
        f.sum == 1250 &&
        f.from == 20780 && f.yes && str_is(f.fields, "{\"a\":\"1\"}") && str_is(f.extra, "[1]") && str_is(f.note, "a\r\nb"))
        passed++;
    else
        failed++, printf("FAILED  a form into its struct: %d\n", rc);
    if (fd_probe_nothing.n == 0 && fd_probe_send.upload && !fd_probe_save.upload && fd_probe_save.at[7].max == 100)
        passed++;
    else
        failed++, puts("FAILED  tables of forms");
}

int main(void)
{
    struct arena *a = arena_new(1 << 22);
    escapes(a);
    branches(a);
    layouts(a);
    json_face(a);
    forms(a);
    arena_drop(a);
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}
