// A store moved from its directory into a database. Usage: test/pg/cluster.sh node test/pg/move.mjs
//   (a) refused while a server holds the directory, and into a database that is not empty
//   (b) room by room, nothing lost: verify holds before and after, with the receipts; the directory stays as it was
//   (c) a server on the database goes on with a moved case; an old key gets its old answer; a file comes back byte for byte
//   (d) what is changed by hand in the database is found: by verify where the law or a digest speaks, by --compare everywhere
//   (e) broken off in the middle: the database is as empty as before
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, readFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

if (!process.env.YIWANG_PG) throw new Error('run it by test/pg/cluster.sh');
const cluster = process.env.YIWANG_PG;
delete process.env.YIWANG_PG;                    // stores begin as directories here
const { CLOCK, PROGRAM, api, makeStore, pgSql, request, signIn, sleep, startServer, tally, tempDir, upload, yiwang } = await import('../lib/server.mjs');
const { openLedger, png, submission } = await import('../lib/case.mjs');
const { pdf } = await import('../lib/fill.mjs');

const t = tally();
const dir = makeStore({ clock: CLOCK });
const env = { YIWANG_CLOCK: CLOCK };
let made = 0;
function database() {
    const url = new URL(cluster);
    url.pathname = `/move_${process.pid}_${++made}`;
    pgSql(cluster, `create database ${url.pathname.slice(1)}`);
    return url.href;
}
const target = database();
const sql = (text, url = target) => pgSql(url, `set search_path = yiwang; ${text}`);
const move = (...more) => yiwang(['move', '--data', dir, ...more], { env });
const verify = (...more) => yiwang(['verify', '--data', dir, ...more], { env });
/** Everything in a directory but what a start touches: name and digest. */
const digest = (at) => readdirSync(at, { recursive: true }).filter((f) => statSync(join(at, f)).isFile() && !/lock$|yiwang\.conf$|-(wal|shm)$/.test(f)).sort()
    .map((f) => `${f} ${createHash('sha256').update(readFileSync(join(at, f))).digest('hex')}`).join('\n');

const ledger = openLedger(`${dir}.ledger`);
const BIG = png(900), cases = [];
const KEY = 'move-0', body = submission('move 0');
let file, server = await startServer(dir, { env }), token, clerk, officer;
const people = async () => {
    token = await signIn(server.url, 'citizen1');
    clerk = await signIn(server.url, 'clerk-sy');
    officer = await signIn(server.url, 'officer-sy-traffic-1');
};
const act = (who, id, name, words = {}) => api(server.url, who, 'POST', `/cases/${id}/${name}`, words, { key: randomUUID() });

await t.part('a store with some life', async () => {
    await people();
    file = (await upload(server.url, token, '户口簿 ".pdf', pdf('move'))).json;
    await upload(server.url, token, 'big.png', BIG, 'image/png');
    for (let i = 0; i < 6; i++) {
        const text = i === 0 ? body : submission(`move ${i} 制表符\t`, i % 2 ? file.file : undefined), key = i === 0 ? KEY : randomUUID();
        const a = await api(server.url, token, 'POST', '/cases', text, { key });
        if (t.equal(a.status, 201, `case ${i} is submitted`)) {
            ledger.add(key, text, a.json);
            cases.push(a.json.id);
        }
    }
    for (const i of [1, 2, 3]) t.equal((await act(clerk, cases[i], 'accept')).status, 200, `case ${i} is accepted`);
    t.equal((await act(officer, cases[2], 'review', { opinion: '材料齐全' })).status, 200, 'one is reviewed');
    t.equal((await act(token, cases[4], 'withdraw', { reason: '不再需要' })).status, 200, 'one is withdrawn');
    await api(server.url, token, 'POST', '/drafts', { item: JSON.parse(body).item });
});

await t.part('refused', async () => {
    const held = await move('--db', target);
    t.ok(held.code === 1 && /in use by another yiwang/.test(held.err) && held.err.trim().split('\n').length === 1, 'while a server holds the directory', held.out + held.err);
    t.equal((await move()).code, 2, 'without a database: usage');
    await server.stop();
    ledger.close();
    const other = database();
    pgSql(other, 'create schema yiwang; create table yiwang.mine (n int)');
    const full = await move('--db', other);
    t.ok(full.code === 1 && /not empty/.test(full.err) && full.err.trim().split('\n').length === 1, 'into a database that is not empty', full.out + full.err);
    t.equal(sql("select count(*) from pg_tables where schemaname = 'yiwang'", other)[0], '1', 'and nothing was put there');
    const gone = await move('--db', target.replace(/move_\w+$/, 'nowhere'));
    t.ok(gone.code === 1 && /^yiwang: The database cannot be reached/m.test(gone.err), 'into a database that is not there', gone.err);
    t.equal((await verify('--db', target)).code, 1, 'verify on a database without a store: exit 1');
    t.equal((await move('--compare', '--db', target)).code, 1, 'compare likewise');
    t.ok(!readFileSync(join(dir, 'yiwang.conf'), 'utf8').includes('db.url'), 'yiwang.conf names no database');
});

await t.part('a damaged file is not moved', async () => {
    const bad = join(tempDir('yiwang-bad'), 'store');
    cpSync(dir, bad, { recursive: true, filter: (from) => !from.endsWith('.sock') });
    const at = readdirSync(join(bad, 'files'), { recursive: true }).map((f) => join(bad, 'files', f)).find((f) => statSync(f).isFile());
    appendFileSync(at, 'x');
    const url = database();
    const a = await yiwang(['move', '--data', bad, '--db', url], { env });
    t.ok(a.code === 1 && /damaged/.test(a.err), 'it says which', a.out + a.err);
    t.equal(pgSql(url, "select count(*) from pg_namespace where nspname = 'yiwang'")[0], '0', 'the database is as empty as before');
});

await t.part('killed in the middle', async () => {
    const url = database();
    const child = spawn(PROGRAM, ['move', '--data', dir, '--db', url], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = new Promise((done) => child.on('close', done));
    child.stdout.once('data', () => child.kill('SIGKILL'));
    await ended;
    for (let i = 0; i < 50 && pgSql(url, "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'yiwang'")[0] !== '0'; i++) await sleep(50);
    t.equal(pgSql(url, "select count(*) from pg_namespace where nspname = 'yiwang'")[0], '0', 'the database is as empty as before');
    t.ok(!readFileSync(join(dir, 'yiwang.conf'), 'utf8').includes('db.url'), 'and yiwang.conf names none');
});

await t.part('move', async () => {
    const before = await verify('--ledger', ledger.path);
    t.ok(before.code === 0, 'verify holds on the directory', before.out);
    const was = digest(dir);
    truncateSync(join(dir, 'yiwang.conf'), statSync(join(dir, 'yiwang.conf')).size - 1);   // no newline at its end
    const a = await move('--db', target);
    t.ok(a.code === 0, 'moved', a.out + a.err);
    const rooms = a.out.split('\n').filter((l) => /sm3 [0-9a-f]{16} {2}ok$/.test(l));
    t.ok(['core', 'org', 'person', 'item', 'form', 'case', 'files'].every((r) => rooms.some((l) => l.startsWith(r))), 'a line for each room, each ok', a.out);
    t.ok(rooms.some((l) => /^files +2 files +5 chunks/.test(l)), 'two files in five chunks', a.out);
    t.ok(/^db\.url = /m.test(readFileSync(join(dir, 'yiwang.conf'), 'utf8')), 'yiwang.conf names the database');
    t.ok(/^edge\.limited_per_minute = 1000000$/m.test(readFileSync(join(dir, 'yiwang.conf'), 'utf8')), 'and what stood there stands');
    t.ok(/go back/.test(a.out), 'it says how to go back');
    t.equal(digest(dir), was, 'the directory is as it was');
    const after = await verify('--ledger', ledger.path);
    t.ok(after.code === 0 && /structure: holds/.test(after.out), `verify holds on the database, with ${ledger.lines} receipts`, after.out + after.err);
    t.equal(after.out, before.out, 'and counts the same');
    t.equal((await move('--compare')).code, 0, 'compare agrees');
    const again = await move('--db', target);
    t.ok(again.code === 1 && /already/.test(again.err), 'a second move is refused', again.err);
});

await t.part('what was changed by hand', async () => {
    const changed = async (what, undo, sentence, found) => {
        sql(what);
        const v = await verify();
        t.ok(found ? v.code === 1 && found.test(v.out) : v.code === 0, `verify ${found ? 'finds' : 'cannot know of'} ${sentence}`, v.out);
        const c = await move('--compare');
        t.ok(c.code === 1 && /DIFFERS/.test(c.out) && /do not hold the same/.test(c.err), `compare finds ${sentence}`, c.out + c.err);
        sql(undo);
    };
    await changed(`update case_case set state = 'reviewed' where case_id = ${cases[1]}`, `update case_case set state = 'accepted' where case_id = ${cases[1]}`,
        'a changed state', /stands in "reviewed"/);
    await changed("update core_file_chunk set bytes = set_byte(bytes, 9, get_byte(bytes, 9) # 1) where part = 1",
        "update core_file_chunk set bytes = set_byte(bytes, 9, get_byte(bytes, 9) # 1) where part = 1", 'a changed byte of a file', /was changed/);
    await changed(`set session_replication_role = replica; update case_material set case_id = -case_id where case_id = ${cases[3]} and line = 1`,
        `set session_replication_role = replica; update case_material set case_id = -case_id where case_id = -(${cases[3]})`, 'a row that points nowhere', /points to a row of/);
    await changed("update core_series set value = value + 1 where series = 'evidence'", "update core_series set value = value - 1 where series = 'evidence'",
        'a drawn number', /evidence numbers were drawn/);
    await changed("update org_department set name = name || ' ' where department_id = (select min(department_id) from org_department)",
        "update org_department set name = rtrim(name) where department_id = (select min(department_id) from org_department)", 'a blank behind a name');
    t.equal((await move('--compare')).code, 0, 'undone, compare agrees again');
});

await t.part('a server on the database', async () => {
    server = await startServer(dir, { env });
    t.equal((await api(server.url, null, 'GET', '/health')).json.engine, 'postgresql', 'it serves the database');
    t.equal((await api(server.url, token, 'GET', '/cases')).status, 200, 'a session goes on');
    const same = await api(server.url, token, 'POST', '/cases', body, { key: KEY });
    t.ok(same.status === 200 && same.json.id === cases[0], 'an old key gets its old answer', same.text);
    const back = await request(server.url, { path: `/files/${file.file}`, headers: { Authorization: `Bearer ${token}` } });
    t.ok(back.status === 200 && back.bytes.equals(Buffer.from(pdf('move'))), 'a file comes back byte for byte', String(back.status));
    t.equal((await act(officer, cases[1], 'review', { opinion: '符合条件' })).json?.state, 'reviewed', 'a moved case goes on');
    const next = await api(server.url, token, 'POST', '/cases', submission('after'), { key: randomUUID() });
    t.equal(next.status, 201, 'a new one is submitted');
    t.equal((await server.stop()).code, 0, 'the server ends in order');
    const v = await verify('--ledger', ledger.path);
    t.ok(v.code === 0, 'verify holds: numbers and evidence go on without a gap', v.out);
    t.ok(existsSync(join(dir, 'yiwang.db')), 'the directory still has its own');
});
t.end();
