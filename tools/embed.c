/* embed [--table NAME] OUT.c PATH=FILE ...: files into a C source as a table of struct static_file (web/static.h), sorted by
 * path, each plain and packed by gzip: NAME (static_files by default) and NAME_n. The output depends on the files' bytes
 * alone: no times, no names of the machine. */
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct bytes { unsigned char *p; size_t n; };
struct entry { const char *path, *file; };

static const struct { const char *end, *type; } types[] = {
    {".css", "text/css; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".svg", "image/svg+xml"},
    {".png", "image/png"}, {".ico", "image/x-icon"}, {".txt", "text/plain; charset=utf-8"}, {".json", "application/json"},
    {".csv", "text/csv; charset=utf-8"},
};

static _Noreturn void stop(const char *what, const char *name)
{
    fprintf(stderr, "embed: %s: %s\n", name, what);
    exit(1);
}

static void *need(size_t n)
{
    void *p = malloc(n ? n : 1);

    if (!p)
        stop("not enough memory", "malloc");
    return p;
}

static const char *type_of(const char *path)
{
    size_t n = strlen(path);

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t end = strlen(types[i].end);
        if (n > end && !strcmp(path + n - end, types[i].end))
            return types[i].type;
    }
    stop("no content type is known for this ending", path);
}

static struct bytes read_file(const char *name)
{
    FILE *f = fopen(name, "rb");
    struct bytes b = {0};
    long size;

    if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
        stop("cannot be read", name);
    b.n = (size_t)size;
    b.p = need(b.n);
    if (fread(b.p, 1, b.n, f) != b.n)
        stop("cannot be read", name);
    fclose(f);
    return b;
}

/* A bundler's pointer to a map that is not shipped only makes browsers ask for it. */
static void drop_map_comment(struct bytes *b)
{
    static const char mark[] = "# sourceMappingURL=";
    size_t m = sizeof mark - 1;

    for (size_t i = b->n; i-- > 2;) {
        if (b->p[i] == '#' && i + m < b->n && !memcmp(b->p + i, mark, m) && b->p[i - 2] == '/') {
            b->n = i - 2;
            return;
        }
        if (b->n - i > 400)
            return;
    }
}

static struct bytes pack(struct bytes in)
{
    z_stream z = {0};
    struct bytes out;

    if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        stop("deflateInit2 failed", "zlib");
    out.n = deflateBound(&z, in.n);
    out.p = need(out.n);
    z.next_in = in.p;
    z.avail_in = (uInt)in.n;
    z.next_out = out.p;
    z.avail_out = (uInt)out.n;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        stop("deflate failed", "zlib");
    out.n = z.total_out;
    deflateEnd(&z);
    return out;
}

static void write_array(FILE *f, const char *name, size_t number, struct bytes b)
{
    fprintf(f, "static const unsigned char %s_%zu[] = {", name, number);
    for (size_t i = 0; i < b.n; i++)
        fprintf(f, "%s%u,", i % 32 ? "" : "\n", b.p[i]);
    fprintf(f, "%s\n};\n", b.n ? "" : "0");
}

static void write_etag(FILE *f, struct bytes b)
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (!EVP_Digest(b.p, b.n, digest, NULL, EVP_sha256(), NULL))
        stop("SHA-256 failed", "OpenSSL");
    fputs("\"\\\"", f);
    for (int i = 0; i < 12; i++)
        fprintf(f, "%02x", digest[i]);
    fputs("\\\"\"", f);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path);
}

static void write_all(FILE *f, const char *table, const struct entry *at, size_t n)
{
    struct bytes *plain = need(n * sizeof *plain), *gz = need(n * sizeof *gz);

    fputs("/* Made by tools/embed.c; do not edit. */\n#include \"web/static.h\"\n\n", f);
    for (size_t i = 0; i < n; i++) {
        plain[i] = read_file(at[i].file);
        drop_map_comment(&plain[i]);
        gz[i] = pack(plain[i]);
        write_array(f, "plain", i, plain[i]);
        if (gz[i].n < plain[i].n)
            write_array(f, "gz", i, gz[i]);
    }
    fprintf(f, "\nextern const struct static_file %s[];\nextern const size_t %s_n;\n", table, table);
    fprintf(f, "const struct static_file %s[] = {\n", table);
    for (size_t i = 0; i < n; i++) {
        bool packed = gz[i].n < plain[i].n;

        fprintf(f, "    {\"%s\", \"%s\", ", at[i].path, type_of(at[i].path));
        write_etag(f, plain[i]);
        if (packed)
            fprintf(f, ", plain_%zu, gz_%zu, %zu, %zu},\n", i, i, plain[i].n, gz[i].n);
        else
            fprintf(f, ", plain_%zu, NULL, %zu, 0},\n", i, plain[i].n);
        free(plain[i].p);
        free(gz[i].p);
    }
    fprintf(f, "%s};\nconst size_t %s_n = %zu;\n", n ? "" : "    {0}\n", table, n);
    free(plain);
    free(gz);
}

int main(int argc, char **argv)
{
    const char *table = "static_files";
    struct entry *at;
    size_t n;
    FILE *f;

    if (argc > 2 && !strcmp(argv[1], "--table")) {
        table = argv[2];
        argv += 2;
        argc -= 2;
    }
    if (argc < 2) {
        fputs("usage: embed [--table NAME] OUT.c PATH=FILE ...\n", stderr);
        return 2;
    }
    n = (size_t)argc - 2;
    at = need(n * sizeof *at);
    for (size_t i = 0; i < n; i++) {
        char *eq = strchr(argv[i + 2], '=');

        if (!eq || eq == argv[i + 2])
            stop("expected PATH=FILE", argv[i + 2]);
        *eq = '\0';
        at[i] = (struct entry){argv[i + 2], eq + 1};
    }
    qsort(at, n, sizeof *at, by_path);
    for (size_t i = 1; i < n; i++) {
        if (!strcmp(at[i - 1].path, at[i].path))
            stop("named twice", at[i].path);
    }
    f = fopen(argv[1], "w");
    if (!f)
        stop("cannot be written", argv[1]);
    write_all(f, table, at, n);
    if (fclose(f)) {
        remove(argv[1]);
        stop("cannot be written", argv[1]);
    }
    free(at);
    return 0;
}
