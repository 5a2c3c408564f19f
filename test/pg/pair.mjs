// Two servers on one database, and connections that break. Usage: test/pg/cluster.sh node test/pg/pair.mjs
//   (a) a session, a file, a key and the numbers are the database's, not a process's
//   (b) one key at both servers in one burst: one case, one answer
//   (c) submissions at both at once: numbers and evidence without gaps, every answer stands
//   (d) the answer to a COMMIT is lost: 503 unknown, the process goes on, the same key finds out
//   (e) connections end again and again under load; the database goes away for a while
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { png, submission } from '../lib/case.mjs';
import { pdf } from '../lib/fill.mjs';
import { PG, api, databaseOf, joinStore, makeStore, pgSql, signIn, sleep, startServer, tally, upload, yiwang } from '../lib/server.mjs';

const t = tally();
if (!PG) throw new Error('run it by test/pg/cluster.sh');
const dir = makeStore();
const sql = (text) => pgSql(databaseOf(dir), `set search_path = yiwang; ${text}`);
const one = (text) => Number(sql(text)[0]);

/** Between a server and the database. `rule`: what happens at the COMMIT of a transaction that kept an idempotency key:
 *  'cut' it does not arrive, 'swallow' its answer does not; at the statement that keeps the key: 'early'. Once, then ''. */
function proxy() {
    const to = new URL(PG);
    const p = { rule: '', down: false, did: 0, all: new Set() };
    p.server = net.createServer((client) => {
        if (p.down) return client.destroy();
        const base = net.connect(Number(to.port), to.hostname);
        let key = false, swallow = false;
        const end = () => { client.destroy(); base.destroy(); p.all.delete(end); };
        p.all.add(end);
        client.on('data', (d) => {
            const text = d.toString('latin1');
            const commit = key && text.includes('commit\0');
            if (text.includes('core_key_add')) {
                key = true;
                if (p.rule === 'early') { p.rule = ''; p.did++; return end(); }
            }
            if (commit && p.rule) {
                const cut = p.rule === 'cut';
                p.rule = '';
                p.did++;
                if (cut) return end();
                swallow = true;
            }
            if (commit) key = false;
            base.write(d);
        });
        base.on('data', (d) => (swallow ? end() : client.write(d)));
        for (const s of [client, base]) { s.on('error', end); s.on('close', end); }
    });
    p.end = () => { for (const end of [...p.all]) end(); };
    return new Promise((done) => p.server.listen(0, '127.0.0.1', () => { p.port = p.server.address().port; done(p); }));
}

const between = await proxy();
const through = new URL(databaseOf(dir));
through.port = between.port;
const a = await startServer(dir), b = await startServer(joinStore(dir)), c = await startServer(joinStore(dir, { 'db.url': through.href }));
const token = await signIn(a.url, 'citizen1');
const submit = (server, key, body, who = token) => api(server.url, who, 'POST', '/cases', body, { key });
const casesNow = () => one('select count(*) from case_case');

await t.part('one store', async () => {
    t.equal((await api(a.url, null, 'GET', '/health')).json.engine, 'postgresql', '/health names the engine');
    t.equal((await api(b.url, token, 'GET', '/cases')).status, 200, 'a session opened at one server is valid at the other');
    const file = await upload(a.url, token, 'a.pdf', pdf('pair'));
    t.ok(file.json?.file, 'an upload at one server', file.text);
    const key = randomUUID(), body = submission('a1', file.json.file);
    const first = await submit(b, key, body);
    t.equal(first.status, 201, 'is used at the other', first.text);
    const again = await submit(a, key, body);
    t.ok(again.status === 200 && again.json.id === first.json.id, 'the same key at the first server: the same answer', again.text);
    t.equal((await api(a.url, token, 'GET', `/cases/${first.json.id}`)).json?.number, first.json.number, 'each shows the other\'s case');
    const big = png(900);
    const large = await upload(a.url, token, 'big.png', big, 'image/png');
    t.ok(large.status < 300, 'an upload of several chunks', large.text);
    t.equal(one(`select sum(length(bytes)) from core_file_chunk where sm3 = decode('${large.json.sm3}', 'hex')`), big.length, 'is in the database whole');
});

await t.part('one key', async () => {
    for (const round of [1, 2, 3]) {
        const before = casesNow(), key = randomUUID(), body = submission(`burst ${round}`);
        const answers = await Promise.all(Array.from({ length: 64 }, (_, i) => submit(i % 2 ? a : b, key, body)));
        const ids = new Set(answers.filter((x) => x.status < 300).map((x) => x.json.id));
        t.equal(ids.size, 1, `round ${round}: one id among all answers`);
        t.equal(answers.filter((x) => x.status === 201).length, 1, `round ${round}: one of them is 201`);
        t.ok(answers.every((x) => [200, 201, 503].includes(x.status)), `round ${round}: no other answer`, answers.map((x) => x.status).join(' '));
        t.equal(casesNow() - before, 1, `round ${round}: one case`);
        console.log(`note round ${round}: ${answers.filter((x) => x.status === 503).length} of 64 told to come again`);
    }
});

await t.part('numbers', async () => {
    const before = casesNow(), start = Date.now();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => submit(i % 2 ? a : b, randomUUID(), submission(`many ${i}`))));
    const made = answers.filter((x) => x.status === 201);
    console.log(`note 200 submissions at two servers at once: ${Date.now() - start} ms, ${answers.length - made.length} told to come again`);
    t.ok(answers.every((x) => [201, 503].includes(x.status)), 'each is made or told to come again', answers.map((x) => x.status).join(' '));
    t.equal(casesNow() - before, made.length, 'what was answered stands, and nothing else');
    t.equal(new Set(made.map((x) => x.json.number)).size, made.length, 'no number twice');
    t.equal(one('select max(seq) - count(*) from core_evidence'), 0, 'evidence numbers have no gap');
    t.equal(one('select value - (select max(seq) from core_evidence) from core_series where series = \'evidence\''), 0, 'and the series stands at the last');
});

await t.part('unknown', async () => {
    for (const rule of ['swallow', 'cut']) {
        const before = casesNow(), key = randomUUID(), body = submission(rule);
        between.rule = rule;
        const lost = await submit(c, key, body);
        t.ok(lost.status === 503 && lost.json?.error?.code === 'unknown', `${rule}: the answer says unknown`, `${lost.status} ${lost.text}`);
        t.equal(casesNow() - before, rule === 'swallow' ? 1 : 0, `${rule}: as it is`);
        const again = await submit(c, key, body);
        t.equal(again.status, rule === 'swallow' ? 200 : 201, `${rule}: the same key finds out`);
        t.equal(casesNow() - before, 1, `${rule}: one case`);
    }
    const before = casesNow();
    between.rule = 'early';
    const ran = await submit(c, randomUUID(), submission('early'));
    t.equal(ran.status, 201, 'a connection lost before COMMIT is made anew and the member run again, unseen', ran.text);
    t.equal(casesNow() - before, 1, 'once');
    t.equal(between.did, 3, 'the connection was broken three times');
});

await t.part('breaking', async () => {
    const flights = new Map();
    let on = true;
    const breaker = (async () => {
        for (let n = 0; on; n++) {
            await sleep(120);
            if (n % 2) between.end();
            else sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'yiwang' and datname = current_database()`);
        }
    })();
    const seen = {};
    const before = casesNow();
    await Promise.all([a, b, c, a, b, c].map(async (server, who) => {
        for (let i = 0; i < 25; i++) {
            const key = randomUUID(), body = submission(`break ${who} ${i}`);
            const first = await submit(server, key, body);
            const word = first.json?.error?.code ?? String(first.status);
            seen[word] = (seen[word] || 0) + 1;
            flights.set(key, { body, server, id: first.status === 201 ? first.json.id : null });
        }
    }));
    on = false;
    await breaker;
    await sleep(200);
    console.log(`note answers while connections broke: ${JSON.stringify(seen)}`);
    t.ok(Object.keys(seen).every((w) => ['201', 'unknown', 'busy', 'failed', 'sign_in', '503'].includes(w)), 'answers are those promised', seen);
    t.ok(!seen.failed && !seen.sign_in, 'none is a fault of ours, none takes the session for ended', seen);
    for (const [key, f] of flights) {
        const again = await submit(f.server, key, f.body);
        t.ok(f.id ? again.status === 200 && again.json.id === f.id : again.status < 300, 'the same key: the same case', again.text);
    }
    t.equal(casesNow() - before, flights.size, 'each exactly once');
    t.equal(one('select max(seq) - count(*) from core_evidence'), 0, 'evidence numbers still have no gap');
});

await t.part('away', async () => {
    between.down = true;
    between.end();
    const key = randomUUID(), body = submission('away');
    const asked = await api(c.url, token, 'GET', '/cases'), sent = await submit(c, key, body);
    t.ok(asked.status === 503 && sent.status === 503, 'without a database: 503', `${asked.status} ${sent.status}`);
    between.down = false;
    t.equal((await submit(c, key, body)).status, 201, 'it is back: the same process goes on');
    t.equal((await api(c.url, token, 'GET', '/cases')).status, 200, 'reading too');
});

await t.part('jobs', async () => {
    const open = () => one("select count(*) from core_job where state = 'open' and due_at <= extract(epoch from now()) * 1000");
    for (let i = 0; i < 100 && open(); i++) await sleep(100);
    t.equal(open(), 0, 'jobs that are due were done by one or the other');
    t.equal(one("select count(*) from core_job where state = 'dead'"), 0, 'none died');
    await api(b.url, token, 'POST', '/sign-out');
    t.equal((await api(a.url, token, 'GET', '/cases')).status, 401, 'a session ended at one is ended at the other');
});

for (const server of [a, b, c]) t.equal((await server.stop()).code, 0, 'the server ends in order');
between.end();
between.server.close();
const held = await yiwang(['verify', '--data', dir]);
t.ok(held.code === 0, 'after all this, verify holds', held.out + held.err);
t.end();
