// Page transcripts: one request each, its status, what must and must not appear. test/transcripts/ROOM/NAME.txt, all against
// one server on a fresh demo store. A route without a transcript fails the suite. The format: docs/testing.md.
// usage: node test/transcripts.mjs [--show] [part of a name]
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CLOCK, ROOT, api, makeStore, request, signIn, startServer, upload, yiwang } from './lib/server.mjs';
import { Visitor, hiddenOf } from './lib/page.mjs';
import { pdf } from './lib/fill.mjs';

const show = process.argv.includes('--show');
const wanted = process.argv.slice(2).find((a) => !a.startsWith('--'));
const folder = join(ROOT, 'test/transcripts');
let passed = 0, failed = 0, keys = 0;

function fail(name, sentence, detail) {
    failed++;
    console.log(`FAILED: ${name}: ${sentence}${detail ? `\n        ${String(detail).slice(0, 1500)}` : ''}`);
}

/* ---- reading ---- */

/** Head lines `word: value` up to the request line; the request's own headers; a blank line; its body; `--- STATUS`; headers
 *  the answer must carry; a blank line; lines it must hold, or with `!` in front must not. */
function read(path) {
    const text = readFileSync(path, 'utf8').replace(/\n$/, '');
    const cut = text.indexOf('\n--- ');
    if (cut < 0) throw new Error('there is no line "--- STATUS"');
    const lines = text.slice(0, cut).split('\n');
    const one = { path, as: 'nobody', face: 'html', setup: [], headers: {}, body: [], page: null };
    let i = 0;
    for (; i < lines.length && !/^(GET|POST|HEAD) /.test(lines[i]); i++) {
        const m = /^([a-z]+): (.*)$/.exec(lines[i]);
        if (lines[i].startsWith('#') || lines[i] === '') continue;
        if (!m || !['as', 'face', 'use', 'setup', 'page'].includes(m[1])) throw new Error(`cannot read: ${lines[i]}`);
        if (m[1] === 'use') one.setup.push(...steps(m[2]));
        else if (m[1] === 'setup') one.setup.push(m[2]);
        else one[m[1]] = m[2];
    }
    if (i === lines.length) throw new Error('there is no request line');
    [one.method, one.target] = lines[i++].split(' ');
    for (; i < lines.length && lines[i] !== ''; i++) {
        const at = lines[i].indexOf(': ');
        one.headers[lines[i].slice(0, at)] = lines[i].slice(at + 2);
    }
    one.body = lines.slice(i + 1);
    const [status, ...rest] = text.slice(cut + 5).split('\n');
    const gap = rest.indexOf('');
    one.status = Number(status);
    one.expected = (gap < 0 ? rest : rest.slice(0, gap)).map((l) => { const at = l.indexOf(': '); return [l.slice(0, at).toLowerCase(), l.slice(at + 2)]; });
    one.lines = gap < 0 ? [] : rest.slice(gap + 1).filter((l) => l !== '');
    return one;
}

/** Steps of test/transcripts/setup/NAME.txt, with those it builds on. */
function steps(name) {
    return readFileSync(join(folder, 'setup', `${name}.txt`), 'utf8').split('\n').filter((l) => l && !l.startsWith('#'))
        .flatMap((l) => (l.startsWith('use: ') ? steps(l.slice(5)) : [l.replace(/^setup: /, '')]));
}

const all = readdirSync(folder, { recursive: true }).filter((f) => f.endsWith('.txt') && !f.startsWith('setup')).sort();

/* ---- running ---- */

const dir = makeStore({ clock: CLOCK });
const server = await startServer(dir, { env: { YIWANG_CLOCK: CLOCK } });
const { url } = server;
const tokens = new Map(), visitors = new Map();

const tokenOf = async (account) => {
    if (account !== 'nobody' && !tokens.has(account)) tokens.set(account, await signIn(url, account));
    return tokens.get(account) || null;
};
const visitorOf = async (account) => {
    const v = new Visitor(url);                  /* a copy each: a language chosen in one transcript is not the next one's */
    if (account === 'nobody') return v;
    if (!visitors.has(account)) visitors.set(account, await new Visitor(url).signIn(account));
    v.cookies = new Map(visitors.get(account).cookies);
    return v;
};

/** ${name.member.0.member} out of the answers of the steps before. */
const filled = (text, vars) => text.replace(/\$\{([^}]+)\}/g, (_, path) => {
    const value = path.split('.').reduce((o, k) => o?.[k], vars);
    if (value === undefined || value === null) throw new Error(`\${${path}} is not known`);
    return String(value);
});

/** `[NAME = ]ACCOUNT METHOD PATH [BODY]`, or `NAME = ACCOUNT UPLOAD FILENAME`: by JSON, must succeed. */
async function step(line, vars) {
    const m = /^(?:([a-z][a-z0-9_]*) = )?([a-z0-9-]+) (GET|POST|UPLOAD) (\S+)(?: (.*))?$/.exec(filled(line, vars));
    if (!m) throw new Error(`cannot read the step: ${line}`);
    const [, name, account, method, path, body] = m;
    const token = await tokenOf(account);
    const a = method === 'UPLOAD' ? await upload(url, token, path, pdf(`${path} ${++keys}`))
        : await api(url, token, method, path, method === 'POST' ? body || '{}' : undefined, { key: `step-${++keys}` });
    if (a.status >= 300) throw new Error(`the step "${line}" was answered ${a.status}: ${a.text.slice(0, 500)}`);
    if (name) vars[name] = a.json;
}

async function askJson(one, vars) {
    const token = await tokenOf(one.as);
    const headers = { Accept: 'application/json', ...one.headers };
    if (token) headers.Authorization = `Bearer ${token}`;
    const text = filled(one.body.join('\n').trim(), vars);
    if (one.method !== 'POST') return request(url, { method: one.method, path: filled(one.target, vars), headers });
    if (text.startsWith('file=')) {
        const edge = '----transcript';
        headers['Content-Type'] = `multipart/form-data; boundary=${edge}`;
        const body = Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="file"; filename="${text.slice(5)}"\r\n\r\n`), pdf(text), Buffer.from(`\r\n--${edge}--\r\n`)]);
        return request(url, { method: 'POST', path: filled(one.target, vars), headers, body });
    }
    headers['Content-Type'] ??= 'application/json';
    headers['Idempotency-Key'] ??= `transcript-${++keys}`;
    return request(url, { method: 'POST', path: filled(one.target, vars), headers, body: text || '{}' });
}

/** As a browser: the form's hidden fields come from the page that shows it, the rest line by line from the transcript. */
async function askHtml(one, vars) {
    const v = await visitorOf(one.as);
    const path = filled(one.target, vars);
    if (one.method !== 'POST') return v.ask(one.method, path, { headers: one.headers });
    const page = await v.get(filled(one.page || one.target, vars));
    const hidden = hiddenOf(page.text, path);
    if (!hidden) throw new Error(`the page ${one.page || one.target} (${page.status}) has no form that posts to ${path}`);
    const typed = one.body.filter((l) => l !== '').map((l) => { const at = l.indexOf('='); return [l.slice(0, at), filled(l.slice(at + 1), vars)]; });
    const named = new Set(typed.map(([k]) => k));
    const pairs = [...Object.entries(hidden).filter(([k]) => !named.has(k)), ...typed];
    if (typed.some(([k]) => k === '@upload')) return multipart(v, path, pairs, one.headers);
    return v.post(path, pairs, one.headers);
}

function multipart(v, path, pairs, headers) {
    const edge = '----transcript';
    const parts = pairs.map(([k, value]) => (k === '@upload'
        ? Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="${value.split(' ')[0]}"; filename="${value.split(' ')[1]}"\r\n\r\n`), pdf(value), Buffer.from('\r\n')])
        : Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="${k}"\r\n\r\n${value}\r\n`)));
    return v.ask('POST', path, { headers: { 'Content-Type': `multipart/form-data; boundary=${edge}`, ...headers }, body: Buffer.concat([...parts, Buffer.from(`--${edge}--\r\n`)]) });
}

/* ---- what every answer must be, whatever its transcript says ---- */

const HARDENED = ['content-security-policy', 'x-content-type-options', 'x-frame-options', 'referrer-policy', 'cross-origin-opener-policy', 'cache-control'];

function always(a, one) {
    const faults = HARDENED.filter((h) => !a.headers[h]).map((h) => `it has no header ${h}`);
    const type = a.headers['content-type'] || '';
    if (type.startsWith('application/json')) {
        try { JSON.parse(a.text); } catch { faults.push('it is no JSON'); }
    }
    if (type.startsWith('text/html') && one.method !== 'HEAD') {
        if (!/<html lang="(zh-CN|en)"/.test(a.text)) faults.push('it names no language');
        if ((a.text.match(/<h1[\s>]/g) || []).length !== 1) faults.push('it has not exactly one h1');
        if (!/<title>[^<]+<\/title>/.test(a.text)) faults.push('it has no title');
        if (/\{\{|\}\}|\(null\)|undefined|NaN/.test(a.text)) faults.push('something was left unfilled');
        if (/<script(?![^>]*\bsrc=)/.test(a.text) || /\son[a-z]+="/.test(a.text) || /\sstyle="/.test(a.text)) faults.push('it has inline script or style');
        if (/<form[^>]*method="post"/i.test(a.text) && !/name="_csrf"/.test(a.text)) faults.push('a form has no token');
    }
    if (one.face === 'json' && a.status < 300 && type && !type.startsWith('application/json') && !one.headers.Accept) faults.push(`a JSON face answered ${type}`);
    return faults;
}

function judge(one, a, vars) {
    const faults = always(a, one);
    if (a.status !== one.status) faults.unshift(`status ${a.status} instead of ${one.status}`);
    for (const [name, value] of one.expected) {
        const got = [].concat(a.headers[name] ?? []).join('\n');
        if (!got.includes(filled(value, vars))) faults.push(`header ${name} is "${got}", not "${filled(value, vars)}"`);
    }
    const text = a.text.replace(/\s+/g, ' ');
    for (const raw of one.lines) {
        const line = filled(raw.replace(/^!/, ''), vars).replace(/\s+/g, ' ');
        if (text.includes(line) === raw.startsWith('!')) faults.push(raw.startsWith('!') ? `must not hold: ${line}` : `does not hold: ${line}`);
    }
    return faults;
}

/* ---- routes ---- */

const routes = (await yiwang(['routes'])).out.trim().split('\n').map((l) => l.split('\t')).map(([method, path]) => ({ method, path, n: 0 }));

function routeOf(method, target) {
    const parts = target.split('?')[0].split('/');
    const fits = (r) => { const p = r.path.split('/'); return p.length === parts.length && p.every((s, i) => s === parts[i] || (s.startsWith('{') && parts[i] !== '')); };
    const literals = (r) => r.path.split('/').filter((s) => !s.startsWith('{')).length;
    return routes.filter((r) => r.method === (method === 'HEAD' ? 'GET' : method) && fits(r)).sort((a, b) => literals(b) - literals(a))[0];
}

for (const file of all) {
    const name = file.replace(/\.txt$/, '');
    if (wanted && !name.includes(wanted)) continue;
    try {
        const one = read(join(folder, file));
        const vars = { url };
        for (const line of one.setup) await step(line, vars);
        const a = one.face === 'json' ? await askJson(one, vars) : await askHtml(one, vars);
        const route = routeOf(one.method, filled(one.target, vars));
        if (route) route.n++;
        const faults = judge(one, a, vars);
        if (show) console.log(`== ${name}: ${a.status} ${JSON.stringify(a.headers)}\n${a.text}\n`);
        if (faults.length) fail(name, faults.join('; '), faults.some((f) => f.startsWith('status')) ? a.text.replace(/\s+/g, ' ').replace(/^.*<main/, '<main') : '');
        else passed++;
    } catch (e) {
        fail(name, e.message, show ? e.stack : '');
    }
}
if (!wanted) {
    for (const r of routes) {
        if (r.n) passed++;
        else fail(`${r.method} ${r.path}`, 'has no transcript');
    }
}
const end = await server.stop();
if (end.code !== 0) fail('the server', `ended with ${end.code ?? end.signal}`, server.log().slice(-1500));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
