#include "core/settings.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/num.h"
#include "core/req.h"

static const struct setting core_settings[] = {
    {"edge.idle_seconds", "60", true, 5, 3600, "how long a connection may be idle"},
    {"edge.head_seconds", "10", true, 1, 120, "how long a request's head may take"},
    {"edge.connections", "12000", true, 10, 60000, "connections at once"},
    {"edge.threads", "2", true, 1, 64, "edge threads, about one per core"},
    {"edge.readers", "4", true, 1, 64, "threads that read"},
    {"edge.workers", "3", true, 1, 64, "threads for what may block before it writes: password hashes, uploads"},
    {"edge.trusted_proxy", "", false, 0, 0, "address whose X-Forwarded-For is believed"},
    {"edge.limited_per_minute", "60", true, 1, 1000000, "public look-ups and sign-ins per client address and minute"},
    {"session.idle_minutes", "120", true, 1, 10080, "a session ends after so long without a request"},
    {"session.hours", "12", true, 1, 720, "a session ends after so long in any case"},
    {"db.url", "", false, 0, 0, "postgresql://...: the store is that database; empty: this directory"},
    {"db.writers", "4", true, 1, 64, "connections that write to PostgreSQL"},
    {"upload.max_mb", "100", true, 1, 2000, "largest upload"},
    {"site.name", "海南政务服务网（演示）", false, 0, 0, "name of the site"},
    {"site.name_en", "Hainan Government Services (Demo)", false, 0, 0, "name of the site on English pages"},
};

/* Set once at start, before any thread; read-only afterwards. */
struct value { const struct setting *setting; str text; int64_t number; };
static struct value values[256];
static size_t values_n;
static const char *dir_in_use;

static struct value *find(str name)
{
    for (size_t i = 0; i < values_n; i++)
        if (str_is(name, values[i].setting->name))
            return &values[i];
    return NULL;
}

static void add_all(const struct setting *at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (values_n == COUNT_OF(values))
            die("settings", "more than %zu settings", COUNT_OF(values));
        values[values_n].setting = &at[i];
        values[values_n].text = str_c(at[i].otherwise);
        values[values_n].number = 0;
        if (at[i].number && !num_i64(str_c(at[i].otherwise), &values[values_n].number))
            die("settings", "%s: the default is no number", at[i].name);
        values_n++;
    }
}

static int apply(struct arena *a, str name, str text, int line, str *ret_why)
{
    struct value *v = find(name);
    if (!v) {
        *ret_why = str_fmt(a, "yiwang.conf line %d: there is no setting called \"%.*s\"; `yiwang check` lists them.", line, STRF(name));
        return ERR_FORMAT;
    }
    int64_t number = 0;
    if (v->setting->number &&
        (!num_i64(text, &number) || number < v->setting->least || number > v->setting->most)) {
        *ret_why = str_fmt(a, "yiwang.conf line %d: %s must be a whole number from %lld to %lld.", line, v->setting->name,
                           (long long)v->setting->least, (long long)v->setting->most);
        return ERR_FORMAT;
    }
    v->text = str_dup(a, text);
    v->number = number;
    return 0;
}

int settings_load(struct arena *a, const char *dir, str *ret_why)
{
    dir_in_use = str_z(a, str_c(dir));
    values_n = 0;
    add_all(core_settings, COUNT_OF(core_settings));
    for (size_t i = 0; i < rooms_n; i++)
        add_all(rooms[i]->settings, rooms[i]->n_settings);
    FILE *f = fopen(str_fmt(a, "%s/yiwang.conf", dir).p, "re");
    if (!f)
        return 0;                                /* no file: the defaults */
    char buffer[1024];
    int code = 0;
    for (int line = 1; !code && fgets(buffer, sizeof buffer, f); line++) {
        str text = str_trim(str_c(buffer)), name;
        if (text.n == 0 || text.p[0] == '#')
            continue;
        str value = str_cut(text, '=', &name);
        if (str_none(value)) {
            *ret_why = str_fmt(a, "yiwang.conf line %d: expected `name = value`.", line);
            code = ERR_FORMAT;
        } else
            code = apply(a, str_trim(name), str_trim(value), line, ret_why);
    }
    fclose(f);
    return code;
}

static const struct value *declared(const char *name)
{
    const struct value *v = find(str_c(name));
    if (!v)
        die("settings", "no setting %s", name);
    return v;
}

int64_t setting_int(const char *name)
{
    return declared(name)->number;
}

str setting_str(const char *name)
{
    return declared(name)->text;
}

const char *store_dir(void)
{
    return dir_in_use;
}
