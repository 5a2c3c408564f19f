// Durability, shown: no answer leaves before its commit is on disk, and nothing acknowledged is ever missing.
//   (a) under strace: the answer is sent after the fdatasync of the log that holds the submission
//   (b) kill -9 while submissions are on their way, with a client's ledger of what was acknowledged
//   (c) one key, 64 requests at once: one case, one answer
//   (d) fdatasync fails: "unknown" or no answer, the process ends, nothing acknowledged is missing afterwards
//   (e) SIGTERM under load: exit 0, nothing acknowledged is missing
// SECONDS= for (b), default at most 100 or 50 landed kills; SEED= to repeat a run; PARTS=abcde chooses.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { dice, openLedger, png, submission } from './lib/case.mjs';
import { api, makeStore, signIn, sleep, startServer, tally, tempDir, upload, yiwang } from './lib/server.mjs';
import { sql } from './lib/sql.mjs';

const SEED = Number(process.env.SEED || Date.now() % 1000000);
const GIVEN = process.env.SECONDS ? Number(process.env.SECONDS) : 0;
const BUDGET = (GIVEN || 100) * 1000;
const WANTED = 50;
const PARTS = process.env.PARTS || 'acdeb';
const random = dice(SEED);
const t = tally();
const work = tempDir('yiwang-durable');

/** A store, its server, citizens signed in, a ledger, and the submissions that nobody knows the outcome of yet. */
async function open(name, clients, options = {}) {
    const s = { name, dir: makeStore(), ledger: openLedger(join(work, `${name}.ledger`)), open: new Map(), answers: {}, made: 0, options };
    await start(s, options);
    s.tokens = [];
    for (let i = 1; i <= Math.min(clients, 4); i++) s.tokens.push(await signIn(s.server.url, `citizen${i}`));
    s.files = [];
    for (const token of s.tokens) {
        const u = await upload(s.server.url, token, 'photo.png', png(24), 'image/png');
        if (!u.json?.file) throw new Error(`an upload was refused: ${u.status} ${u.text}`);
        s.files.push(u.json.file);
    }
    return s;
}

async function start(s, options = {}) {
    s.agent?.destroy();
    s.agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
    s.server = await startServer(s.dir, options);
}

/** Sends one submission and settles it: into the ledger only after the whole answer is here. */
async function submit(s, flight, onSent) {
    s.open.set(flight.key, flight);
    let a;
    try {
        a = await api(s.server.url, s.tokens[flight.who], 'POST', '/cases', flight.body, { key: flight.key, via: s.agent, onSent });
    } catch (e) {
        flight.outcome = 'lost';
        s.answers.lost = (s.answers.lost || 0) + 1;
        return null;
    }
    const code = a.status >= 400 ? `${a.status} ${a.json?.error?.code}` : `${a.status}`;
    s.answers[code] = (s.answers[code] || 0) + 1;
    flight.outcome = code;
    if (a.status === 201 || a.status === 200) {
        if (!s.ledger.byKey.has(flight.key)) s.ledger.add(flight.key, flight.body, a.json);
        s.open.delete(flight.key);
    }
    return a;
}

function flight(s, client) {
    const key = `${s.name}-${String(client).padStart(3, '0')}-${String(s.made++).padStart(7, '0')}`;
    const who = client % s.tokens.length;
    return { key, who, body: submission(key, s.files[who]), outcome: null, sent: false };
}

/** Clients that submit one after the other until told to stop or the server is gone. */
function load(s, clients, { onSent, most = Infinity } = {}) {
    const l = { stop: false };
    l.done = Promise.all(Array.from({ length: clients }, async (_, client) => {
        for (let n = 0; n < most && !l.stop; n++) {
            const f = flight(s, client);
            const a = await submit(s, f, () => { f.sent = true; onSent?.(f); });
            if (!a || a.status >= 500) return;
        }
    }));
    return l;
}

/** Every submission whose outcome was not told is sent again with its key. How many were there already, how many were not. */
async function settle(s) {
    const found = { there: 0, not: 0 };
    for (const f of [...s.open.values()]) {
        const first = await submit(s, f);
        t.ok(first && (first.status === 200 || first.status === 201), `${f.key}: sent again, it is answered`, first?.text);
        if (!first) return found;
        found[first.status === 200 ? 'there' : 'not']++;
        const again = await submit(s, f);
        t.ok(again?.status === 200 && again.text === first.text, `${f.key}: sent a third time, it is the same case`, again?.text);
    }
    return found;
}

/** The second program looks at the store: everything acknowledged is there, and no case that nobody asked for. */
async function verified(s, when) {
    const v = await yiwang(['verify', '--data', s.dir, '--ledger', s.ledger.path]);
    t.ok(v.code === 0, `${when}: verify holds`, v.out.slice(-3000) + v.err);
    const cases = Number(/^(\d+) cases/m.exec(v.out)?.[1] ?? -1);
    t.equal(cases, s.ledger.lines, `${when}: as many cases as submissions that were answered`);
}

// ---- (a) ----

/** strace's lines as events in its own order. A call stands at its beginning; `end` is the place where it returned. A thread
 *  is held at the entry of a call until strace has written it down, so a call that begins later in the log began later. */
function readTrace(path) {
    const events = [], open = new Map();
    readFileSync(path, 'latin1').split('\n').forEach((line, at) => {
        const m = /^(\d+)\s+(.*)$/.exec(line);
        if (!m) return;
        const resumed = /^<\.\.\. (\w+) resumed>(.*)$/.exec(m[2]);
        if (resumed) {
            const e = open.get(m[1]);
            if (e) { e.end = at; e.result = /= (-?\d+)/.exec(resumed[2].slice(-60))?.[1]; open.delete(m[1]); }
            return;
        }
        const call = /^(\w+)\((.*)$/.exec(m[2]);
        if (!call) return;
        const e = { at, thread: m[1], name: call[1], text: call[2] };
        e.file = /^\d+<([^>]*)>/.exec(call[2])?.[1] ?? '';
        if (m[2].endsWith('<unfinished ...>')) open.set(m[1], e);
        else { e.end = at; e.result = /= (-?\d+)[^=]*$/.exec(m[2])?.[1]; }
        events.push(e);
    });
    return events;
}

async function order() {
    const log = join(work, 'trace');
    const s = await open('a', 4, { wrap: ['strace', '-f', '-y', '-s', '4200', '-o', log,
        '-e', 'trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg,sendfile'] });
    const alone = [], crowd = [];
    for (let i = 0; i < 12; i++) {
        const f = flight(s, 0);
        f.id = (await submit(s, f))?.json?.id;
        alone.push(f);
    }
    await Promise.all(Array.from({ length: 24 }, async (_, i) => {
        const f = flight(s, i);
        f.id = (await submit(s, f))?.json?.id;
        crowd.push(f);
    }));
    await s.server.stop();
    const events = readTrace(log);
    const wal = (e) => e.file.endsWith('/yiwang.db-wal');
    let seen = 0;
    for (const f of [...alone, ...crowd]) {
        const answer = events.find((e) => /^(write|writev|sendto|sendmsg)$/.test(e.name) && e.text.includes('HTTP/1.1 201') &&
            e.text.includes(`\\"id\\":\\"${f.id}\\"`));
        const written = events.find((e) => e.name === 'pwrite64' && wal(e) && e.text.includes(f.key));
        if (!t.ok(f.id && answer && written, `(a) ${f.key}: both its log page and its answer were seen`,
            `id ${f.id}, answer ${Boolean(answer)}, page ${Boolean(written)}`)) continue;
        const sync = events.find((e) => e.name === 'fdatasync' && wal(e) && e.at > written.end && e.result === '0');
        t.ok(sync && sync.end < answer.at, `(a) ${f.key}: the answer is sent after the fdatasync of its log page`,
            `page at ${written.at}, fdatasync ${sync?.at}..${sync?.end}, answer at ${answer.at}`);
        if (sync && sync.end < answer.at) seen++;
        if (alone.includes(f) && sync)
            t.ok(!events.some((e) => e.name === 'pwrite64' && wal(e) && e.at > sync.at && e.at < answer.at),
                `(a) ${f.key}: nothing of it is written to the log after that fdatasync`);
    }
    t.ok(seen === alone.length + crowd.length, '(a) every answer was looked at', `${seen}`);
    console.log(`note (a) ${seen} of ${alone.length + crowd.length} answers left after the fdatasync of their log page`);
    await verified(s, '(a) afterwards');
}

// ---- (b) ----

async function kills() {
    const s = await open('b', 4);
    const found = { there: 0, not: 0 }, restarts = [];
    let killed = 0, landed = 0;
    const until = Date.now() + BUDGET;
    while (Date.now() < until && (GIVEN || landed < WANTED)) {
        let left = Math.floor(random() * 40), at = 0;
        const armed = { fired: false };
        const kill = () => { if (!armed.fired) { armed.fired = true; at = Date.now(); process.kill(s.server.pid, 'SIGKILL'); } };
        const wait = [0, 0, 1, 2, 3, 5][Math.floor(random() * 6)];
        const l = load(s, 8, { onSent: () => { if (left-- === 0) { if (wait) setTimeout(kill, wait); else kill(); } } });
        await s.server.ended;
        l.stop = true;
        await l.done;
        if (!t.ok(at > 0, '(b) the server ended only when it was killed', s.server.log())) break;
        killed++;
        const onTheWay = [...s.open.values()].filter((f) => f.sent && f.outcome === 'lost').length;
        if (onTheWay) landed++;
        const from = Date.now();
        await start(s);
        restarts.push(Date.now() - from);
        const r = await settle(s);
        found.there += r.there;
        found.not += r.not;
        if (killed % 5 === 0) await verified(s, `(b) after ${killed} kills`);
    }
    await verified(s, '(b) at the end');
    await s.server.stop();
    const odd = Object.keys(s.answers).filter((k) => !['200', '201', 'lost'].includes(k));
    t.ok(odd.length === 0, '(b) every answer was 201, or 200 to a repetition', s.answers);
    t.ok(landed > 0, '(b) a kill landed between submit and answer');
    if (!GIVEN) t.ok(landed >= WANTED, `(b) at least ${WANTED} kills landed between submit and answer`, `${landed} of ${killed}`);
    restarts.sort((a, b) => a - b);
    console.log(`covered ${landed} of ${killed} kills that landed between submit and answer`);
    console.log(`note (b) ${s.ledger.lines} acknowledged submissions, each looked for by verify after every fifth kill and at the end; on the way when killed: ` +
        `${found.there + found.not}, of them ${found.there} were on disk and ${found.not} were not`);
    console.log(`note (b) from the start to the first answer after kill -9: median ${restarts[restarts.length >> 1]} ms, worst ${restarts.at(-1)} ms`);
}

// ---- (c) ----

/** All requests but their last byte, then the last bytes together. */
function burst(url, head, body, n) {
    const u = new URL(url), text = Buffer.from(head + body);
    const one = () => new Promise((ready, failed) => {
        const socket = net.connect(Number(u.port), u.hostname, () => {
            socket.setNoDelay(true);
            socket.write(text.subarray(0, text.length - 1), () => ready(socket));
        });
        socket.parts = [];
        socket.on('data', (d) => socket.parts.push(d));
        socket.ended = new Promise((done) => { socket.on('close', done); });
        socket.on('error', failed);
    });
    return Promise.all(Array.from({ length: n }, one)).then(async (sockets) => {
        for (const socket of sockets) socket.write(text.subarray(text.length - 1));
        await Promise.all(sockets.map((socket) => socket.ended));
        return sockets.map((socket) => {
            const [answer, ...rest] = Buffer.concat(socket.parts).toString('utf8').split('\r\n\r\n');
            return { status: Number(answer.split(' ')[1]), body: rest.join('\r\n\r\n') };
        });
    });
}

async function sameKey() {
    const s = await open('c', 1);
    for (let round = 0; round < 5; round++) {
        const f = flight(s, 0);
        const head = `POST /cases HTTP/1.1\r\nHost: 127.0.0.1:${s.server.port}\r\nAccept: application/json\r\nContent-Type: application/json\r\n` +
            `Authorization: Bearer ${s.tokens[0]}\r\nIdempotency-Key: ${f.key}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(f.body)}\r\n\r\n`;
        const answers = await burst(s.server.url, head, f.body, 64);
        const count = (status) => answers.filter((a) => a.status === status).length;
        t.ok(count(201) === 1 && count(200) === 63, `(c) round ${round}: one 201 and 63 times 200`,
            answers.map((a) => a.status).join(' '));
        t.ok(answers.every((a) => a.body === answers[0].body), `(c) round ${round}: the same answer to all`);
        const one = JSON.parse(answers[0].body);
        if (one.id) s.ledger.add(f.key, f.body, one);
        const other = await api(s.server.url, s.tokens[0], 'POST', '/cases', f.body.replace('C1', 'C2'), { key: f.key });
        t.ok(other.status === 409 && other.json?.error?.code === 'key_reused', `(c) round ${round}: the key with another body: 409 key_reused`, other.text);
    }
    await verified(s, '(c) afterwards');
    await s.server.stop();
    /* the check itself is checked: it misses a receipt, and a case, that are gone */
    const [key] = s.ledger.byKey.keys();
    for (const gone of [`delete from core_key where key = '${key}'`, `delete from case_case where case_id = ${s.ledger.byKey.get(key)}`]) {
        sql(s.dir, gone);
        const v = await yiwang(['verify', '--data', s.dir, '--ledger', s.ledger.path]);
        t.ok(v.code === 1 && /acknowledged but is not in the store/.test(v.out), `(c) verify notices: ${gone.split(' where')[0]}`, v.out.slice(-600));
    }
}

// ---- (d) ----

/** strace onto a running server; resolves when it holds all threads. */
function attach(pid, args) {
    return new Promise((done, failed) => {
        const child = spawn('strace', ['-f', '-p', String(pid), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
        let text = '';
        child.stderr.on('data', (d) => { text += d; if (/attached/.test(text)) setTimeout(() => done(child), 50); });
        child.on('error', failed);
        child.on('exit', () => failed(new Error(`strace ended: ${text}`)));
    });
}

async function failingSync() {
    const points = [1, 2, 3, 5, 9];
    let fired = 0;
    const s = await open('d', 4);
    for (const n of points) fired += await failOne(s, `when=${n}`, [], `commit ${n}`, 8, 40) ? 1 : 0;
    /* the data file is synced only by a checkpoint: many submissions until then */
    fired += await failOne(s, 'when=1', ['-P', join(s.dir, 'yiwang.db')], 'checkpoint', 8, 400) ? 1 : 0;
    await s.server.stop();
    console.log(`note (d) fdatasync failed at ${fired} of ${points.length + 1} chosen places; each time the process ended and nothing acknowledged was missing`);
}

async function failOne(s, when, more, name, clients, most) {
    const log = join(work, `sync-${name.replace(' ', '-')}`);
    await attach(s.server.pid, ['-y', '-o', log, '-e', 'trace=fdatasync', '-e', `inject=fdatasync:error=EIO:${when}`, ...more]);
    const before = { ...s.answers };
    const l = load(s, clients, { most });
    const end = await Promise.race([s.server.ended, l.done.then(() => sleep(3000))]);
    l.stop = true;
    await l.done;
    const reached = existsSync(log) && readFileSync(log, 'latin1').includes('(INJECTED)');
    t.ok(reached, `(d) ${name}: the fault was reached`);
    t.ok(end?.code === 3, `(d) ${name}: the process ended by itself`, end ?? 'it goes on');
    if (!end) await s.server.kill9();
    const odd = Object.keys(s.answers).filter((k) => s.answers[k] !== before[k] && !['200', '201', 'lost', '503 unknown'].includes(k));
    t.ok(odd.length === 0, `(d) ${name}: whoever was not acknowledged got 503 unknown or no answer`, odd);
    t.ok(s.open.size > 0 || name === 'checkpoint', `(d) ${name}: somebody was not acknowledged`);
    await start(s);
    await settle(s);
    await verified(s, `(d) ${name}`);
    return reached;
}

// ---- (e) ----

async function terminate() {
    const s = await open('e', 4);
    for (let round = 0; round < 3; round++) {
        const l = load(s, 16);
        await sleep(400 + random() * 300);
        const before = s.ledger.lines, from = Date.now();
        process.kill(s.server.pid, 'SIGTERM');
        const end = await Promise.race([s.server.ended, sleep(10000)]);
        const ms = Date.now() - from;
        l.stop = true;
        t.ok(end?.code === 0, `(e) round ${round}: SIGTERM under load ends with exit code 0 within 10 s`, end ?? `still there after ${ms} ms`);
        if (!end) await s.server.kill9();
        await l.done;
        t.ok(before > 0, `(e) round ${round}: there was load`);
        const unanswered = [...s.open.values()].filter((f) => f.outcome === 'lost' && f.sent).length;
        console.log(`note (e) round ${round}: ended ${ms} ms after SIGTERM; ${s.ledger.lines} acknowledged, ${unanswered} submissions sent but not answered`);
        await start(s);
        await settle(s);
        await verified(s, `(e) round ${round}`);
    }
    await s.server.stop();
}

const parts = { a: order, b: kills, c: sameKey, d: failingSync, e: terminate };
for (const letter of PARTS) await t.part(`(${letter})`, parts[letter]);
console.log(`seed ${SEED}`);
t.end();
