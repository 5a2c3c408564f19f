// Statements on a store that no server holds, for what the program rightly refuses to do. Compiled on first use.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './server.mjs';

const SOURCE = `#include <sqlite3.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    sqlite3 *db;
    char *why = NULL;
    int rc = argc == 3 ? sqlite3_open(argv[1], &db) : SQLITE_MISUSE;
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, argv[2], NULL, NULL, &why);
    if (rc != SQLITE_OK)
        fprintf(stderr, "%s\\n", why ? why : sqlite3_errstr(rc));
    return rc != SQLITE_OK;
}
`;
let program;

export function sql(dir, statement) {
    if (!program) {
        const at = tempDir('yiwang-sql');
        writeFileSync(join(at, 'sql.c'), SOURCE);
        execFileSync('cc', ['-O1', '-o', join(at, 'sql'), join(at, 'sql.c'), '-lsqlite3']);
        program = join(at, 'sql');
    }
    execFileSync(program, [join(dir, 'yiwang.db'), statement]);
}
