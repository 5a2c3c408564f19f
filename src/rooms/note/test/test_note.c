/* Messages: which changes are told, to whom, in which words, once; letters; the mail job's states. */
#include "rooms/note/test/help.h"

#include "rooms/note/note_private.h"

static int tell_event(struct stage *t, struct case_event e)
{
    return hook(t, note_case_changed, e);
}

static int tell_act(struct stage *t, const char *act, const char *from, const char *to)
{
    return tell_event(t, event_of(t, 51, act, from, to));
}

static void every_change_is_told_once(void **state)
{
    struct stage *t = *state;
    static const struct { const char *act, *from, *to, *kind; } acts[] = {
        {"submit", NULL, "awaiting_paper", "awaiting_paper"}, {"receive", "awaiting_paper", "received", "received"},
        {"correct", "received", "correcting", "correcting"},  {"supplement", "correcting", "received", "supplemented"},
        {"accept", "received", "accepted", "accepted"},       {"approve", "reviewed", "granted", "granted"},
        {"deny", "reviewed", "denied", "denied"},             {"issue", "made", "at_window", "at_window"},
        {"deliver", "at_window", "delivered", "delivered"},   {"refuse", "received", "refused", "refused"},
        {"withdraw", "received", "withdrawn", "withdrawn"},
    };
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        assert_int_equal(tell_act(t, acts[i].act, acts[i].from, acts[i].to), 0);
        assert_string_equal(seen(t, "select kind from note_message order by message_id desc limit 1"), acts[i].kind);
    }
    assert_string_equal(seen(t, "select count(*) from note_message"), "11");
    assert_string_equal(seen(t, "select count(distinct kind) from note_message"), "11");
}

static void reviewing_and_making_are_not_told(void **state)
{
    struct stage *t = *state;
    assert_int_equal(tell_act(t, "review", "accepted", "reviewed"), 0);
    assert_int_equal(tell_act(t, "make", "granted", "made"), 0);
    assert_int_equal(tell_act(t, "extend", "accepted", "accepted"), 0);
    assert_string_equal(seen(t, "select count(*) from note_message"), "0");
}

static void applicant_and_agent_are_told_mail_only_where_there_is_an_address(void **state)
{
    struct stage *t = *state;
    struct case_event e = event_of(t, 51, "submit", NULL, "received");
    e.actor_person_id = 32;
    assert_int_equal(tell_event(t, e), 0);
    assert_string_equal(seen(t, "select group_concat(person_id) from (select person_id from note_message order by person_id)"), "31,32");
    assert_string_equal(seen(t, "select count(*) from note_mail"), "1");
    assert_string_equal(seen(t, "select person_id from note_message natural join note_mail"), "31");
    assert_string_equal(seen(t, "select state from note_mail"), "waiting");
    assert_string_equal(seen(t, "select count(*) from core_job where kind = 'note.mail' and state = 'open'"), "1");
}

static void the_same_change_makes_one_message(void **state)
{
    struct stage *t = *state;
    struct case_event e = event_of(t, 51, "accept", "received", "accepted");
    assert_int_equal(tell_event(t, e), 0);
    assert_int_equal(tell_event(t, e), 0);
    assert_string_equal(seen(t, "select count(*) from note_message"), "1");
    assert_string_equal(seen(t, "select count(*) from core_job"), "1");
}

static void a_failed_act_tells_nobody(void **state)
{
    struct stage *t = *state;
    struct case_event e = event_of(t, 999, "accept", "received", "accepted");          /* no such case: the act is undone */
    assert_true(tell_event(t, e) < 0);
    assert_string_equal(seen(t, "select count(*) from note_message"), "0");
}

static void the_correction_names_every_defect(void **state)
{
    struct stage *t = *state;
    exec(t, "insert into case_defect values (51,1,'身份证明',null,'照片不清楚',1),(51,2,null,'lost_day','晚于申请日',1),"
            "(51,3,'旧材料',null,'已补',0)");
    assert_int_equal(tell_act(t, "correct", "received", "correcting"), 0);
    const char *zh = seen(t, "select body_zh from note_message"), *en = seen(t, "select body_en from note_message");
    assert_non_null(strstr(zh, "\n1. 身份证明：照片不清楚\n2. 遗失日期：晚于申请日"));
    assert_null(strstr(zh, "已补"));
    assert_non_null(strstr(en, "\n2. Day of loss: 晚于申请日"));
    assert_non_null(strstr(en, "Sewage permit"));
}

static void acceptance_and_collection_say_what_matters(void **state)
{
    struct stage *t = *state;
    char sql[200];
    snprintf(sql, sizeof sql, "update case_case set promised_day = %lld where case_id = 51", (long long)DAY(2026, 3, 20));
    exec(t, sql);
    struct case_event e = event_of(t, 51, "accept", "received", "accepted");
    e.acceptance_no = S("琼受〔2026〕1号");
    assert_int_equal(tell_event(t, e), 0);
    const char *body = seen(t, "select body_zh from note_message");
    assert_non_null(strstr(body, "琼受〔2026〕1号"));
    assert_non_null(strstr(body, "2026-03-20"));
    assert_non_null(strstr(body, "X41202603020001"));
    assert_int_equal(tell_act(t, "issue", "made", "at_window"), 0);
    body = seen(t, "select body_en from note_message where kind = 'at_window'");
    assert_non_null(strstr(body, "City Hall"));
    assert_non_null(strstr(body, "1 Demo Road"));
    assert_int_equal(tell_act(t, "deem", "received", "accepted"), 0);
    assert_non_null(strstr(seen(t, "select body_zh from note_message order by message_id desc limit 1"), "视为受理"));
    e = event_of(t, 51, "deny", "reviewed", "denied");
    e.note = S("水量超出管网能力");
    assert_int_equal(tell_event(t, e), 0);
    assert_non_null(strstr(seen(t, "select body_zh from note_message where kind = 'denied'"), "理由：水量超出管网能力"));
}

/* ---- the letter ---- */

static struct note_letter sample(void)
{
    return (struct note_letter){
        .from = S("no-reply@demo.example.com"), .to = S("a@example.com"), .site = S("海南政务服务网（演示）"), .message_id = 77, .case_id = 51,
        .at = date_start((struct date){2026, 3, 2}) + 9 * 3600000 + 5 * 60000, .kind = S("accepted"), .number = S("X41202603020001"),
        .item_name = S("排水许可"), .item_name_en = S("Sewage permit"), .url = S("http://127.0.0.1:8080/cases/51")};
}

static void a_letter_is_the_same_each_time_and_fits_the_line(void **state)
{
    struct stage *t = *state;
    struct note_letter l = sample();
    str once = note_letter(t->a, &l), again = note_letter(t->a, &l);
    assert_true(str_eq(once, again));
    assert_non_null(strstr(once.p, "\r\nMessage-ID: <note.77@demo.example.com>\r\n"));
    assert_non_null(strstr(once.p, "\r\nDate: Mon, 2 Mar 2026 09:05:00 +0800\r\n"));
    char name[1200] = "";
    for (size_t i = 0; i < 1000; i += 3)
        memcpy(name + i, "许", 4);
    l.item_name = str_c(name);
    str rest = note_letter(t->a, &l), line;
    while (!str_none(rest)) {
        rest = str_cut(rest, '\n', &line);
        assert_true(line.n <= 77);               /* the CR is one of them */
    }
}

static void addresses_that_could_break_out_are_refused(void **state)
{
    (void)state;
    assert_true(note_address_ok(S("a.b-c@example.com")));
    static const char *const bad[] = {"a@example.com>\r\nBcc: <x@example.com", "a b@example.com", "a@exam,ple.com",
                                      "<a@example.com", "甲@example.com", "a", ""};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_false(note_address_ok(str_c(bad[i])));
}

/* ---- the job ---- */

static int finish(struct db *db, void *arg)
{
    int code = note_mail_job_finish(arg, db);
    return db->poisoned ? ERR_FAIL : code == ERR_FAIL ? 0 : code;                      /* what a failed try wrote down is kept */
}

static int once_through(struct stage *t, int tries)
{
    struct db_conn *c;
    struct db db;
    struct job j = {.arena = t->a, .tries = tries,
                    .payload = str_fmt(t->a, "{\"message\":\"%s\"}", seen(t, "select message_id from note_mail"))};
    assert_int_equal(db_conn_open(t->store, false, &c), 0);
    assert_int_equal(db_read_begin(c, t->a, &db), 0);
    assert_int_equal(note_mail_job_load(&j, &db), 0);
    db_read_end(&db);
    db_conn_close(c);
    assert_int_equal(note_mail_job_send(&j), 0);
    return in_batch(t, finish, &j);
}

static void mail_fails_is_tried_again_and_is_given_up(void **state)
{
    struct stage *t = *state;
    assert_int_equal(tell_act(t, "accept", "received", "accepted"), 0);
    assert_int_equal(once_through(t, 0), 0);     /* nobody listens on port 1 */
    assert_string_equal(seen(t, "select state || ' ' || tries from note_mail"), "failed 1");
    assert_true(strlen(seen(t, "select why from note_mail")) > 0);
    assert_int_equal(once_through(t, NOTE_MAIL_TRIES - 1), 0);
    assert_string_equal(seen(t, "select state || ' ' || tries from note_mail"), "dead 2");
}

static void what_was_sent_is_not_sent_again(void **state)
{
    struct stage *t = *state;
    assert_int_equal(tell_act(t, "accept", "received", "accepted"), 0);
    exec(t, "update note_mail set state = 'sent', tries = 1");
    assert_int_equal(once_through(t, 1), 0);
    assert_string_equal(seen(t, "select state || ' ' || tries from note_mail"), "sent 1");
}

static void without_an_address_it_is_given_up_at_once(void **state)
{
    struct stage *t = *state;
    assert_int_equal(tell_act(t, "accept", "received", "accepted"), 0);
    exec(t, "update person_person set mail = 'nobody' where person_id = 31");
    assert_int_equal(once_through(t, 0), 0);
    assert_string_equal(seen(t, "select state from note_mail"), "dead");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_change_is_told_once), TEST(reviewing_and_making_are_not_told),
        TEST(applicant_and_agent_are_told_mail_only_where_there_is_an_address), TEST(the_same_change_makes_one_message),
        TEST(a_failed_act_tells_nobody), TEST(the_correction_names_every_defect), TEST(acceptance_and_collection_say_what_matters),
        TEST(a_letter_is_the_same_each_time_and_fits_the_line), cmocka_unit_test(addresses_that_could_break_out_are_refused),
        TEST(mail_fails_is_tried_again_and_is_given_up), TEST(what_was_sent_is_not_sent_again),
        TEST(without_an_address_it_is_given_up_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
