#include "base/test/check.h"

#include "base/num.h"

#define EACH(list, p) for (const char *const *p = (list); *p; p++)

static void integers(void **state)
{
    (void)state;
    int64_t v = 42;
    static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x10", "9223372036854775808", "-9223372036854775809",
                                      "99999999999999999999", "--1", "１", NULL};
    EACH(bad, p) {
        if (num_i64(str_c(*p), &v))
            fail_msg("accepted: %s", *p);
    }
    assert_false(num_i64(STR_NONE, &v));
    assert_int_equal(v, 42);
    assert_true(num_i64(S("9223372036854775807"), &v) && v == INT64_MAX);
    assert_true(num_i64(S("-9223372036854775808"), &v) && v == INT64_MIN);
    assert_true(num_i64(S("007"), &v) && v == 7);
    assert_true(num_i64(S("-0"), &v) && v == 0);
}

static void money(void **state)
{
    (void)state;
    int64_t fen = 42;
    static const char *const bad[] = {"", ".", "1.", ".5", "-1", "1.234", "1,000", "1.2.3",
                                      "1.-2", "92233720368547758.08", "1e3", " 1", NULL};
    EACH(bad, p) {
        if (num_fen(str_c(*p), &fen))
            fail_msg("accepted: %s", *p);
    }
    assert_int_equal(fen, 42);
    assert_true(num_fen(S("12"), &fen) && fen == 1200);
    assert_true(num_fen(S("12.5"), &fen) && fen == 1250);
    assert_true(num_fen(S("12.34"), &fen) && fen == 1234);
    assert_true(num_fen(S("0.05"), &fen) && fen == 5);
    assert_true(num_fen(S("92233720368547758.07"), &fen) && fen == INT64_MAX);
    check_str(num_yuan(mem, 1234), "12.34");
    check_str(num_yuan(mem, 5), "0.05");
    check_str(num_yuan(mem, -1250), "-12.50");
    check_str(num_yuan(mem, INT64_MIN), "-92233720368547758.08");
}

/* The numbers stand in published examples of the standards, or were made with a birth date of 1900. */
static void citizen_ids(void **state)
{
    (void)state;
    static const char *const good[] = {
        "11010519491231002X", "11010519491231002x", "440524188001010014", "34052419800101001X", "130503196704010016",
        "460000190001010012", "460000190001010020", "460000190001010039", "46000019000101008X",
        "810000190001010018", "820000190001010028", "830000190001010038", NULL};
    static const char *const bad[] = {
        "", "110105194912310021", "11010519491231002", "11010519491231002XX", "X10105194912310021", "110105194913310027",
        "130503670401001", "1101051949123100 2", "46000019000101001２", NULL};
    EACH(good, p) {
        if (!num_citizen_id(str_c(*p)))
            fail_msg("refused: %s", *p);
    }
    EACH(bad, p) {
        if (num_citizen_id(str_c(*p)))
            fail_msg("accepted: %s", *p);
    }
    assert_false(num_citizen_id(STR_NONE));
    struct date d;
    assert_true(num_citizen_id_birth(S("440524188001010014"), &d));
    assert_true(d.y == 1880 && d.m == 1 && d.d == 1);
}

/* A day that does not exist is refused with each of the eleven check characters; for one that does, one of them is right. */
static void citizen_id_checks(void **state)
{
    (void)state;
    static const char checks[] = "0123456789X";
    int right = 0;
    for (size_t i = 0; i < 11; i++) {
        str bad = str_fmt(mem, "46000020230229001%c", checks[i]);
        assert_false(num_citizen_id(bad));
        right += num_citizen_id(str_fmt(mem, "46000020240229001%c", checks[i]));
    }
    assert_int_equal(right, 1);
}

static void unified_social_credit_codes(void **state)
{
    (void)state;
    static const char *const good[] = {
        "11100000000013338W", "11370800MB28559184", "11440100007482575H", "12441500196720244T", "11430000006122244L",
        "11330105002500287C", "11110000000021135M", "11511301008778183N", "115113010833722043", "11511301MB051073XA",
        "11511301MB0T669970", "11100000MB03271699", "11100000000013661B", "113205000141492526", "91350100M000100Y43",
        "11460000008173651R", "91460100MA5T00002P", "11460100MB0000019N", "52460200MJ00000180", "115113010087780365",
        "1151130100877844X4", NULL};
    static const char *const bad[] = {"", "91370600XXXXXXXXXX", "91460100MA5T00003P", "11460000008173651A", "11460000008173651r",
                                      "11460000008173651", "11460000008173651RR", "1146000000817365IR",
                                      "O1460000008173651R", NULL};
    EACH(good, p) {
        if (!num_uscc(str_c(*p)))
            fail_msg("refused: %s", *p);
    }
    EACH(bad, p) {
        if (num_uscc(str_c(*p)))
            fail_msg("accepted: %s", *p);
    }
    assert_false(num_uscc(STR_NONE));
}

/* Real codes of three provinces. */
static void item_codes(void **state)
{
    (void)state;
    struct item_code c;
    assert_true(num_item_code(S("11370800MB28559184337011505600001"), &c));
    check_str(c.uscc, "11370800MB28559184");
    assert_int_equal(c.level, 3);
    check_str(c.basic, "370115056000");
    assert_int_equal(c.type, 1);
    assert_int_equal(c.sequence, 1);
    static const struct { const char *code; int type, sequence; } more[] = {
        {"11370800MB285591843370117002011", 1, 0}, {"11370800MB28559184300011711200001", 1, 1},
        {"11370800MB28559184337012100800003", 1, 3}, {"11370800MB28559184337011800900411", 1, 11},
        {"11370800MB285591843371073014000", 10, 0}, {"11440100007482575H3440118009000", 1, 0},
        {"1132050001414925263320105028002", 1, 0}, {"12441500196720244T3442199806003", 21, 0}};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        if (!num_item_code(str_c(more[i].code), &c))
            fail_msg("refused: %s", more[i].code);
        assert_int_equal(c.level, 3);
        assert_int_equal(c.type, more[i].type);
        assert_int_equal(c.sequence, more[i].sequence);
    }
    static const char *const bad[] = {
        "", "511A0138000000-511602000000-000-11511301MB051073XA-1-00", "11370800MB285591853370115056000",
        "11370800MB285591840370115056000", "11370800MB285591848370115056000", "11370800MB28559184337011505600",
        "11370800MB28559184337011505600X", "11370800MB28559184337011505600000", "11370800MB2855918433701150560001", NULL};
    EACH(bad, p) {
        if (num_item_code(str_c(*p), &c))
            fail_msg("accepted: %s", *p);
    }
}

static void mobiles_and_mail(void **state)
{
    (void)state;
    assert_true(num_mobile(S("13876543210")) && num_mobile(S("19900000000")));
    assert_false(num_mobile(S("12876543210")) || num_mobile(S("1387654321")) || num_mobile(S("138765432100")) ||
                 num_mobile(S("+8613876543210")) || num_mobile(S("1387654321a")) || num_mobile(STR_NONE));
    assert_true(num_mail(S("a@b.cn")) && num_mail(S("li.na+1@mail.hainan.gov.cn")) && num_mail(S("李娜@例子.中国")));
    static const char *const bad[] = {"", "a", "a@b", "@b.cn", "a@", "a@b.cn@c.cn", "a b@c.cn", "a@c.cn\n", "a.b@c",
                                      "a@.cn", "a@b.",
                                      "a@b..cn", "a>@b.cn", "a@b.cn\r\nRCPT TO:<c@d.cn>", NULL};
    EACH(bad, p) {
        if (num_mail(str_c(*p)))
            fail_msg("accepted: %s", *p);
    }
    char longest[256];
    memset(longest, 'a', sizeof longest);
    memcpy(longest + 250, "@b.c", 4);
    assert_true(num_mail((str){longest, 254}));
    memcpy(longest + 250, "a@b.c", 5);
    assert_false(num_mail((str){longest, 255}));
}

static void masks(void **state)
{
    (void)state;
    check_str(mask_name(mem, S("张三丰")), "张*丰");
    check_str(mask_name(mem, S("欧阳娜娜")), "欧**娜");
    check_str(mask_name(mem, S("张三")), "张*");
    check_str(mask_name(mem, S("张")), "*");
    check_str(mask_name(mem, S("")), "");
    check_absent(mask_name(mem, STR_NONE));
    check_str(mask_mobile(mem, S("13876543210")), "138****3210");
    check_str(mask_mobile(mem, S("089865370000")), "********0000");
    check_str(mask_mobile(mem, S("12345")), "*****");
    check_str(mask_id(mem, S("46000019000101008X")), "460000********008X");
    check_str(mask_id(mem, S("E12345678")), "*****5678");
    check_str(mask_id(mem, S("1234")), "****");
    check_absent(mask_id(mem, STR_NONE));
    check_str(mask_mail(mem, S("lina@b.cn")), "l***@b.cn");
    check_str(mask_mail(mem, S("l@b.cn")), "***@b.cn");
    check_str(mask_mail(mem, S("lina")), "****");
    check_absent(mask_mail(mem, STR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(integers), TEST(money), TEST(citizen_ids), TEST(citizen_id_checks), TEST(unified_social_credit_codes),
        TEST(item_codes), TEST(mobiles_and_mail), TEST(masks),
    };
    return RUN(tests);
}
