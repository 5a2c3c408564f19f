// What the suites share: a store of the demo province, a server on a free port, requests, a tally. Node alone, no packages.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const BUILD = resolve(ROOT, process.env.YIWANG_BUILD || 'build');
export const PROGRAM = join(BUILD, 'yiwang');
export const PASSWORD = 'Demo-2026-hainan';
/** A Wednesday morning without a holiday near. Suites that need real time leave the clock alone. */
export const CLOCK = '2026-03-04T09:00:00+08:00';

const made = [];
const running = new Set();
process.on('exit', () => {
    for (const server of running) {
        try { process.kill(server.pid, 'SIGKILL'); } catch { /* gone already */ }
    }
    for (const dir of made) rmSync(dir, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** A directory that goes away with the process (KEEP=1 in the environment leaves it). */
export function tempDir(name = 'yiwang') {
    const dir = mkdtempSync(join(tmpdir(), `${name}-`));
    if (!process.env.KEEP) made.push(dir);
    return dir;
}

const seeds = new Map();

/** With YIWANG_PG=postgresql://... (test/pg/cluster.sh sets it) every store is a database of that cluster. */
export const PG = process.env.YIWANG_PG || '';
const databases = new Map();

/** Statements on that cluster (psql); the answer's lines. */
export function pgSql(url, statement) {
    return execFileSync('psql', ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-c', statement, url], { encoding: 'utf8' })
        .split('\n').filter(Boolean);
}

function makeDatabase(template) {
    const name = `yiwang_${process.pid}_${databases.size + seeds.size}_${Math.random().toString(36).slice(2, 8)}`;
    pgSql(PG, `create database ${name}${template ? ` template ${new URL(template).pathname.slice(1)}` : ''}`);
    const url = new URL(PG);
    url.pathname = `/${name}`;
    return url.href;
}

/** The database of a store, '' on SQLite. */
export const databaseOf = (dir) => databases.get(dir) ?? '';

/** A new store of the demo province. `conf`: settings {name: value}, written to yiwang.conf. `clock`: when it is founded.
 *  Made once per run and clock, then copied. */
export function makeStore({ clock, conf = {} } = {}) {
    if (!seeds.has(clock)) {
        const seed = join(tempDir('yiwang-seed'), 'store');
        if (PG) databases.set(seed, makeDatabase());
        execFileSync(PROGRAM, ['init', '--data', seed, '--demo', 'hainan', ...(PG ? ['--db', databases.get(seed)] : [])],
            { env: clock ? { ...process.env, YIWANG_CLOCK: clock } : process.env, stdio: ['ignore', 'ignore', 'inherit'] });
        seeds.set(clock, seed);
    }
    const dir = join(tempDir('yiwang-store'), 'store');
    cpSync(seeds.get(clock), dir, { recursive: true, preserveTimestamps: true });
    if (PG) databases.set(dir, makeDatabase(databases.get(seeds.get(clock))));
    writeConf(dir, { 'edge.limited_per_minute': 1000000, ...conf });
    return dir;
}

/** A second directory for a second server on the same database. */
export function joinStore(dir, conf = {}) {
    const other = join(tempDir('yiwang-store'), 'store');
    cpSync(dir, other, { recursive: true, preserveTimestamps: true, filter: (from) => !from.endsWith('.sock') });
    databases.set(other, databases.get(dir));
    writeConf(other, { 'edge.limited_per_minute': 1000000, ...conf });
    return other;
}

export function writeConf(dir, conf) {
    const all = databases.get(dir) ? { 'db.url': databases.get(dir), ...conf } : conf;
    writeFileSync(join(dir, 'yiwang.conf'), Object.entries(all).map(([k, v]) => `${k} = ${v}\n`).join(''));
}

/** Runs the program to its end. {code, out, err} */
export function yiwang(args, { env = {}, input, timeout = 60000 } = {}) {
    return new Promise((done) => {
        const child = spawn(PROGRAM, args, { env: { ...process.env, ...env } });
        let out = '', err = '';
        const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
        child.stdout.on('data', (d) => { out += d; });
        child.stderr.on('data', (d) => { err += d; });
        child.on('close', (code, signal) => { clearTimeout(timer); done({ code, signal, out, err }); });
        child.stdin.on('error', () => { /* it did not read */ });
        child.stdin.end(input ?? '');
    });
}

/** Starts `yiwang serve` on a free port of 127.0.0.1 and waits for /health.
 *  `env`: more environment (YIWANG_CLOCK). `wrap`: words before the program, such as ['strace', '-f', ...].
 *  Answer: {url, port, pid, log(), ended, stop(), kill9()}; `ended` resolves to {code, signal}; pid is the program's own,
 *  also under a wrapper. */
export async function startServer(dir, { env = {}, port = 0, wrap = [], timeout = 20000 } = {}) {
    const words = [...wrap, PROGRAM, 'serve', '--data', dir, '--listen', `127.0.0.1:${port}`];
    const child = spawn(words[0], words.slice(1), { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    const server = { child, pid: child.pid, port, url: '', started: process.hrtime.bigint() };
    let text = '';
    let heard;
    const listening = new Promise((done) => { heard = done; });
    child.stderr.on('data', (d) => {
        text += d;
        const m = server.url ? null : /listening on \S+ port (\d+)/.exec(text);
        if (m) {
            server.port = Number(m[1]);
            server.url = `http://127.0.0.1:${server.port}`;
            heard();
        }
    });
    server.log = () => text;
    server.ended = new Promise((done) => {
        child.on('error', (e) => { text += String(e); done({ code: null, signal: 'error' }); });
        child.on('close', (code, signal) => { running.delete(server); done({ code, signal }); });
    });
    running.add(server);
    const timer = setTimeout(heard, timeout);
    await Promise.race([listening, server.ended]);
    clearTimeout(timer);
    if (!server.url) {
        try { process.kill(child.pid, 'SIGKILL'); } catch { /* gone already */ }
        throw new Error(`the server did not start: ${text.trim() || 'no word from it'}`);
    }
    if (wrap.length) server.pid = childOf(child.pid) ?? child.pid;
    for (let i = 0; ; i++) {
        try {
            if ((await api(server.url, null, 'GET', '/health')).status === 200) break;
        } catch (e) {
            if (i > 100) throw e;
        }
        await sleep(10);
    }
    /** SIGTERM; waits for the end. */
    server.stop = async () => {
        try { process.kill(server.pid, 'SIGTERM'); } catch { /* gone already */ }
        return server.ended;
    };
    server.kill9 = async () => {
        try { process.kill(server.pid, 'SIGKILL'); } catch { /* gone already */ }
        return server.ended;
    };
    return server;
}

function childOf(pid) {
    try {
        const kids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
        for (const kid of kids.filter(Boolean)) {
            if (readFileSync(`/proc/${kid}/cmdline`, 'utf8').includes('serve')) return Number(kid);
        }
    } catch { /* gone */ }
    return null;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });

/** One request, as a browser's or a program's. Rejects only when the connection fails.
 *  `body`: string, Buffer, or undefined. Answer: {status, headers, text, bytes}. */
export function request(url, { method = 'GET', path = '/', headers = {}, body, via = agent, onSent } = {}) {
    return new Promise((done, failed) => {
        const u = new URL(url);
        const req = http.request({ host: u.hostname, port: u.port, method, path, headers:
            body === undefined ? headers : { 'Content-Length': Buffer.byteLength(body), ...headers }, agent: via }, (res) => {
            const parts = [];
            res.on('data', (d) => parts.push(d));
            res.on('end', () => {
                if (!res.complete) return failed(new Error('the answer was cut off'));
                const bytes = Buffer.concat(parts);
                done({ status: res.statusCode, headers: res.headers, bytes, text: bytes.toString('utf8') });
            });
            res.on('error', failed);
            res.on('aborted', () => failed(new Error('the answer was cut off')));
        });
        req.on('error', failed);
        req.setTimeout(30000, () => req.destroy(new Error('no answer within 30 s')));
        if (onSent) req.on('finish', onSent);
        req.end(body);
    });
}

/** One request of the JSON face. `body`: an object (or a string, sent as it is). `key`: Idempotency-Key. `lang`: zh or en. */
export async function api(url, token, method, path, body, { key, lang, headers = {}, via, onSent } = {}) {
    const h = { Accept: 'application/json', ...headers };
    if (token) h.Authorization = `Bearer ${token}`;
    if (key) h['Idempotency-Key'] = key;
    if (lang) h['Accept-Language'] = lang === 'en' ? 'en' : 'zh-CN';
    let text;
    if (body !== undefined && body !== null) {
        h['Content-Type'] = h['Content-Type'] || 'application/json';
        text = typeof body === 'string' ? body : JSON.stringify(body);
    } else if (method === 'POST') {
        h['Content-Type'] = 'application/json';
        text = '{}';
    }
    const a = await request(url, { method, path, headers: h, body: text, via, onSent });
    let json = null;
    try { json = JSON.parse(a.text); } catch { /* not JSON: the caller sees text */ }
    return { status: a.status, json, headers: a.headers, text: a.text };
}

/** A bearer token of a demo account. `post`: one of the account's posts. */
export async function signIn(url, account, { password = PASSWORD, post } = {}) {
    const a = await api(url, null, 'POST', '/sign-in', { account, password, ...(post ? { post } : {}) });
    if (a.status >= 300 || !a.json?.token) throw new Error(`${account} cannot sign in: ${a.status} ${a.text.slice(0, 300)}`);
    return a.json.token;
}

/** Sends a file by POST /files; answers as api(). */
export async function upload(url, token, name, bytes, type = 'application/pdf', field = 'file') {
    const edge = '----yiwang' + Math.random().toString(36).slice(2);
    const body = Buffer.concat([
        Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`),
        Buffer.from(bytes), Buffer.from(`\r\n--${edge}--\r\n`)]);
    const a = await request(url, { method: 'POST', path: '/files', body, headers: {
        Accept: 'application/json', Authorization: `Bearer ${token}`, 'Content-Type': `multipart/form-data; boundary=${edge}` } });
    let json = null;
    try { json = JSON.parse(a.text); } catch { /* not JSON */ }
    return { status: a.status, json, headers: a.headers, text: a.text };
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Counts checks; say each as a sentence that is true when it passes. end() prints the closing line and ends the process. */
export function tally() {
    const t = { passed: 0, failed: 0, skipped: 0 };
    t.ok = (held, sentence, detail) => {
        if (held) t.passed++;
        else {
            t.failed++;
            console.log(`FAILED: ${sentence}${detail === undefined ? '' : `\n        ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`}`);
        }
        return Boolean(held);
    };
    t.equal = (got, want, sentence) => t.ok(got === want, sentence, `wanted ${JSON.stringify(want)}, got ${JSON.stringify(got)}`);
    t.skip = (sentence, why) => { t.skipped++; console.log(`skipped: ${sentence} (${why})`); };
    /** Runs a part; what it throws counts as one failure. */
    t.part = async (name, run) => {
        try { await run(); } catch (e) { t.ok(false, `${name}: ran to its end`, e.stack || String(e)); }
    };
    t.end = () => {
        console.log(`${t.passed} passed, ${t.failed} failed, ${t.skipped} skipped`);
        process.exit(t.failed ? 1 : 0);
    };
    return t;
}
