/* check ROOM...: rules of the house that no compiler knows. Rooms are named in their order. Prints file:line: what is wrong; exits 1.
 *
 *  - base <- db, web <- core <- rooms <- app: an include never points upwards
 *  - a room includes of an earlier room its ROOM.h only, and nothing of a later one
 *  - no SQL text in C (the store's own files and the second checker apart)
 *  - no variable that changes at file scope of a room
 *  - no tab, no blank at a line's end, no line over 160 columns
 *  - every room has a README.md */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int found;
static char **rooms;
static int rooms_n;

static void wrong(const char *file, int line, const char *what, const char *detail)
{
    fprintf(stderr, "%s:%d: %s%s%s\n", file, line, what, *detail ? ": " : "", detail);
    found++;
}

static bool starts(const char *s, const char *head)
{
    return !strncmp(s, head, strlen(head));
}

static int room_at(const char *name, size_t n)
{
    for (int i = 0; i < rooms_n; i++)
        if (strlen(rooms[i]) == n && !strncmp(rooms[i], name, n))
            return i;
    return -1;
}

/* "src/rooms/case/x.c" or "rooms/case/x.h" -> number of the room, -1 for what is no room. */
static int room_of(const char *path)
{
    const char *p = strstr(path, "rooms/");
    const char *end = p ? strchr(p + 6, '/') : NULL;
    return end ? room_at(p + 6, (size_t)(end - (p + 6))) : -1;
}

static int layer_of(const char *path)
{
    static const struct { const char *dir; int layer; } layers[] = {
        {"base/", 0}, {"db/", 1}, {"web/", 1}, {"press/", 1}, {"verify/", 1}, {"core/", 2}, {"rooms/", 3}, {"app/", 4}};
    const char *p = starts(path, "src/") ? path + 4 : path;
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (starts(p, layers[i].dir))
            return layers[i].layer;
    return -1;
}

static bool same_folder(const char *file, const char *include)
{
    const char *p = starts(file, "src/") ? file + 4 : file;
    const char *slash = strrchr(include, '/');
    return slash && starts(p, "") && !strncmp(p, include, (size_t)(slash - include) + 1);
}

static void check_include(const char *file, int line, const char *text)
{
    const char *p = strchr(text, '"');
    const char *end = p ? strchr(p + 1, '"') : NULL;
    char include[256];
    if (!end || (size_t)(end - p) > sizeof include)
        return;
    snprintf(include, sizeof include, "%.*s", (int)(end - p - 1), p + 1);
    int mine = layer_of(file), theirs = layer_of(include);
    if (theirs < 0)                              /* generated: X_sql.h, X_view.h, texts.h */
        return;
    if (theirs > mine || (theirs == mine && mine == 1 && !same_folder(file, include)))
        wrong(file, line, "an include points upwards or sideways", include);
    if (theirs != 3)
        return;
    int from = room_of(file), to = room_of(include);
    if (mine != 3 || from == to)
        return;
    char own[300];
    snprintf(own, sizeof own, "rooms/%s/%s.h", to >= 0 ? rooms[to] : "?", to >= 0 ? rooms[to] : "?");
    if (to < 0 || to > from)
        wrong(file, line, "a room uses a later or unknown room", include);
    else if (strcmp(own, include) && !strstr(file, "/test/"))
        wrong(file, line, "of another room only its own header may be included", include);
}

static bool sql_text(const char *line)
{
    static const char *const words[] = {"\"select ", "\"insert into ", "\"update ", "\"delete from ", "\"create table "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (const char *p = line; *p; p++)
            if (!strncasecmp(p, words[i], strlen(words[i])))
                return true;
    return false;
}

/* `static` at the line's beginning, no const, no parenthesis before `=`, `;` or `{`: a variable that can change. A gate that
 * bounds work, and holds no state, says `process-wide`. */
static bool changing_variable(const char *line)
{
    if (!starts(line, "static ") || strstr(line, "const ") || strstr(line, "_Static_assert") || strstr(line, "inline") || strstr(line, "process-wide"))
        return false;
    size_t n = strcspn(line, "(=;{");
    return line[n] == '=' || line[n] == ';' || (line[n] == '{' && strchr(line, ';'));
}

static size_t columns(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += (*s & 0xc0) != 0x80;
    return n;
}

static void check_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[4096];
    bool room = room_of(path) >= 0 && !strstr(path, "/test/");
    bool may_sql = starts(path, "src/db/") || starts(path, "src/verify/") || strstr(path, "/test/");
    for (int n = 1; f && fgets(line, sizeof line, f); n++) {
        size_t end = strcspn(line, "\n");
        line[end] = 0;
        if (strchr(line, '\t'))
            wrong(path, n, "a tab", "");
        if (end && line[end - 1] == ' ')
            wrong(path, n, "a blank at the line's end", "");
        if (columns(line) > 160)
            wrong(path, n, "over 160 columns", "");
        if (starts(line, "#include \""))
            check_include(path, n, line);
        if (!may_sql && sql_text(line))
            wrong(path, n, "SQL text in C: it belongs into the room's .sql file", "");
        if (room && changing_variable(line))
            wrong(path, n, "a variable that changes at file scope of a room", "");
    }
    if (f)
        fclose(f);
}

static void walk(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[1024];
        size_t n = strlen(e->d_name);
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_type == DT_DIR)
            walk(path);
        else if (n > 2 && (!strcmp(e->d_name + n - 2, ".c") || !strcmp(e->d_name + n - 2, ".h")))
            check_file(path);
    }
    if (d)
        closedir(d);
}

int main(int argc, char **argv)
{
    rooms = argv + 1;
    rooms_n = argc - 1;
    walk("src");
    for (int i = 0; i < rooms_n; i++) {
        char path[256];
        snprintf(path, sizeof path, "src/rooms/%s/README.md", rooms[i]);
        FILE *f = fopen(path, "r");
        if (!f)
            wrong(path, 1, "every room has a README of one screen", "");
        else
            fclose(f);
    }
    printf("check: %d findings\n", found);
    return found != 0;
}
