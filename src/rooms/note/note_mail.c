/* The job that sends one letter by SMTP. It runs at least once: a message marked as sent is never sent again, and a letter sent
 * just before the process died goes out a second time under the same Message-ID. */
#include <curl/curl.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/num.h"
#include "rooms/note/note_private.h"

enum { CONNECT_SECONDS = 10, SEND_SECONDS = 30 };

struct mailing {
    int64_t message_id, tries;
    bool over;                                   /* sent or given up before: nothing to do */
    bool hopeless;                               /* no address to send to */
    bool sent;
    str from, to, letter;
};

int note_mail_job_load(struct job *j, struct db *db)
{
    struct mailing *m = NEW(j->arena, struct mailing);
    struct note_mail_load row;
    str why;
    j->loaded = m;
    json_t *payload = json_read(j->arena, j->payload, &why);
    if (!payload || !num_i64(json_get_str(payload, "message"), &m->message_id))
        return ERR_FAIL;
    int found = note_mail_load(db, m->message_id, &row);
    if (found < 0)
        return found;
    m->over = !found || str_is(row.state, "sent") || str_is(row.state, "dead");
    if (m->over)
        return 0;
    m->tries = row.tries;
    m->from = setting_str("note.mail_from");
    m->to = str_dup(j->arena, row.mail);
    m->hopeless = !note_address_ok(m->to);
    if (!m->hopeless)
        m->letter = note_letter(j->arena, &(struct note_letter){
            .from = m->from, .to = m->to, .site = setting_str("site.name"), .message_id = m->message_id, .case_id = row.case_id,
            .at = row.created_at, .kind = row.kind, .number = row.number, .item_name = row.item_name, .item_name_en = row.item_name_en,
            .url = str_fmt(j->arena, "%.*s/cases/%lld", STRF(setting_str("case.public_url")), (long long)row.case_id)});
    return 0;
}

struct reading { str rest; };

static size_t give(char *to, size_t size, size_t n, void *arg)
{
    struct reading *r = arg;
    size_t take = size * n < r->rest.n ? size * n : r->rest.n;
    memcpy(to, r->rest.p, take);
    r->rest = str_sub(r->rest, take, r->rest.n - take);
    return take;
}

static CURLcode hand_over(CURL *c, struct job *j, const struct mailing *m)
{
    struct reading reading = {m->letter};
    struct curl_slist *to = curl_slist_append(NULL, str_fmt(j->arena, "<%.*s>", STRF(m->to)).p);
    if (!to)
        return CURLE_OUT_OF_MEMORY;
    curl_easy_setopt(c, CURLOPT_URL, str_z(j->arena, setting_str("note.smtp_url")));
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)SEND_SECONDS);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, str_fmt(j->arena, "<%.*s>", STRF(m->from)).p);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_READDATA, &reading);
    CURLcode code = curl_easy_perform(c);
    curl_slist_free_all(to);
    return code;
}

/* 0 in every case: what came of it is written down in finish, which then asks for another try. */
int note_mail_job_send(struct job *j)
{
    struct mailing *m = j->loaded;
    if (m->over)
        return 0;
    if (m->hopeless || str_empty(setting_str("note.smtp_url"))) {
        j->outside_why = m->hopeless ? S("no usable address") : S("note.smtp_url is empty");
        return 0;
    }
    CURL *c = curl_easy_init();
    if (!c) {
        j->outside_why = S("out of memory");
        return 0;
    }
    CURLcode code = hand_over(c, j, m);
    long answer = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
    curl_easy_cleanup(c);
    m->sent = code == CURLE_OK;
    if (!m->sent) {
        j->outside_why = str_fmt(j->arena, "%s (%ld)", curl_easy_strerror(code), answer);
        log_line(LOG_WARN, "note", "mail %lld, try %d: %.*s", (long long)m->message_id, j->tries + 1, STRF(j->outside_why));
    }
    return 0;
}

int note_mail_job_finish(struct job *j, struct db *db)
{
    const struct mailing *m = j->loaded;
    if (m->over)
        return 0;
    bool last = m->hopeless || j->tries + 1 >= NOTE_MAIL_TRIES;
    int code = note_mail_set(db, &(struct note_mail_set_in){
        .message_id = m->message_id, .state = m->sent ? S("sent") : last ? S("dead") : S("failed"), .tries = m->tries + 1,
        .why = m->sent ? STR_NONE : j->outside_why, .at = clock_now()});
    if (code < 0)
        return code;
    return m->sent || m->hopeless ? 0 : ERR_FAIL;
}
