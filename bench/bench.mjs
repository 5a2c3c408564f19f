// node bench/bench.mjs BUILD: each bar of docs/performance.md as `name  measured  bar  ok|short|not yet`. References (nginx, the
// disk) are taken in the same run, on the same machine, so that ratios can be compared and absolute figures need not be.
// A short bar is told, it does not fail the run. ONLY=guide,case,submit,idle,start,memory chooses.
process.env.YIWANG_BUILD = process.argv[2] || process.env.YIWANG_BUILD || 'build';
const { execFileSync, spawn, spawnSync } = await import('node:child_process');
const { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } = await import('node:fs');
const { join } = await import('node:path');
const { png, submission, ITEM } = await import('../test/lib/case.mjs');
const { api, makeStore, PROGRAM, request, ROOT, signIn, sleep, startServer, tempDir, upload } = await import('../test/lib/server.mjs');

const ONLY = process.env.ONLY?.split(',');
const SHORT = Number(process.env.SECONDS || 4);              /* length of one measurement */
const work = tempDir('yiwang-bench');
const LOAD = join(work, 'load');
const rows = [], notes = [];

function row(name, measured, bar, verdict) {
    rows.push([name, measured, bar, verdict]);
    console.log(`${name.padEnd(66)}  ${String(measured).padStart(22)}  ${bar.padStart(18)}  ${verdict}`);
}
const atLeast = (name, value, bar, show) => row(name, show, `>= ${bar}`, value >= bar ? 'ok' : 'short');
const atMost = (name, value, bar, show, unit = '') => row(name, show, `<= ${bar}${unit}`, value <= bar ? 'ok' : 'short');
const report = (name, measured) => row(name, measured, 'reported', 'ok');
const note = (text) => notes.push(text);
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const wanted = (part) => !ONLY || ONLY.includes(part);

function run(args, options = {}) {
    const r = spawnSync(LOAD, args, { encoding: 'utf8', ...options });
    if (r.stderr.trim()) console.error(r.stderr.trim());
    if (!r.stdout.trim()) throw new Error(`load ${args[0]} gave nothing (exit ${r.status})`);
    return JSON.parse(r.stdout);
}

// ---- processes ----

function family(pid) {
    let kids = [];
    try {
        for (const task of readdirSync(`/proc/${pid}/task`))
            kids.push(...readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number));
    } catch { /* gone */ }
    return [pid, ...kids.flatMap(family)];
}

/** Private memory in MB: what would come back if the process ended. */
function privateMemory(pid) {
    let kb = 0;
    for (const m of readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/^Private_\w+:\s+(\d+) kB/gm)) kb += Number(m[1]);
    return kb / 1024;
}

/** Seconds of processor that a process and its children have used. */
function cpu(pid) {
    let ticks = 0;
    for (const p of family(pid)) {
        try {
            const f = readFileSync(`/proc/${p}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
            ticks += Number(f[11]) + Number(f[12]);
        } catch { /* gone */ }
    }
    return ticks / 100;
}

// ---- references ----

async function startNginx(page, type, small) {
    const dir = join(work, 'nginx');
    mkdirSync(join(dir, 'logs'), { recursive: true });
    writeFileSync(join(dir, 'guide'), page);
    for (const open of [work, dir]) chmodSync(open, 0o755);          /* nginx gives root away */
    const port = 20000 + Math.floor(Math.random() * 20000);
    writeFileSync(join(dir, 'nginx.conf'), `
worker_processes 2; pid ${dir}/nginx.pid; error_log ${dir}/error.log; daemon off;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type "${type}";
  client_body_temp_path ${dir}; proxy_temp_path ${dir}; fastcgi_temp_path ${dir}; uwsgi_temp_path ${dir}; scgi_temp_path ${dir};
  server { listen 127.0.0.1:${port}; root ${dir};
    location = /small { default_type application/json; return 200 '${small}'; } } }\n`);
    const child = spawn('nginx', ['-c', join(dir, 'nginx.conf'), '-p', dir], { stdio: ['ignore', 'ignore', 'ignore'] });
    process.on('exit', () => child.kill('SIGKILL'));
    const url = `http://127.0.0.1:${port}`;
    for (let i = 0; i < 200; i++) {
        try { if ((await request(url, { path: '/small' })).status === 200) break; } catch { await sleep(25); }
    }
    return { url, pid: child.pid, stop: () => child.kill('SIGTERM') };
}

/** wrk: requests per second, and microseconds of the server's processor per request. */
function wrk(server, path, headers = {}) {
    const before = cpu(server.pid);
    const args = ['-t1', '-c32', `-d${SHORT}s`, ...Object.entries(headers).flatMap(([k, v]) => ['-H', `${k}: ${v}`]), server.url + path];
    const text = execFileSync('wrk', args, { encoding: 'utf8' });
    if (/Non-2xx/.test(text)) throw new Error(`wrk ${path}: ${/Non-2xx.*/.exec(text)[0]}`);
    const total = Number(/(\d+) requests in/.exec(text)[1]);
    return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), cpu: (cpu(server.pid) - before) * 1e6 / total };
}

/** Ours and the reference in turn, twice; the medians are of two, so the means. */
function against(server, path, headers, nginx, other) {
    const ours = [], theirs = [];
    for (let i = 0; i < 2; i++) {
        theirs.push(wrk(nginx, other));
        ours.push(wrk(server, path, headers));
    }
    const mean = (list, what) => list.reduce((sum, x) => sum + x[what], 0) / list.length;
    return { ratio: mean(ours, 'rate') / mean(theirs, 'rate'), rate: mean(ours, 'rate'), other: mean(theirs, 'rate'),
        cpu: mean(ours, 'cpu'), otherCpu: mean(theirs, 'cpu') };
}

const told = (a) => `${a.ratio.toFixed(2)} (${Math.round(a.rate)}/s)`;

// ---- bars ----

async function pages() {
    const dir = makeStore();
    const server = await startServer(dir);
    const token = await signIn(server.url, 'citizen1');
    const made = await api(server.url, token, 'POST', '/cases', submission('bench'), { key: 'bench-1' });
    const html = { Accept: 'text/html' };
    const page = await request(server.url, { path: `/items/${ITEM}`, headers: html });
    const own = await api(server.url, token, 'GET', `/cases/${made.json.id}`);
    if (page.status !== 200 || own.status !== 200) throw new Error(`guide ${page.status}, case ${own.status}`);
    const nginx = await startNginx(page.bytes, 'text/html; charset=utf-8', own.text.replace(/'/g, ' '));
    if (wanted('guide')) {
        const warm = against(server, `/items/${ITEM}`, html, nginx, '/guide');
        atLeast(`guide page (${page.bytes.length >> 10} KB) from the cache / nginx, same bytes as a file`, warm.ratio, 0.40, told(warm));
        const cold = against(server, `/items/${ITEM}?lang=zh`, html, nginx, '/guide');
        report('guide page from the store / the same', told(cold));
        note(`guide page: cache ${Math.round(warm.rate)}/s at ${warm.cpu.toFixed(0)} us of processor per page, store ${Math.round(cold.rate)}/s at ` +
            `${cold.cpu.toFixed(0)} us, nginx ${Math.round(warm.other)}/s at ${warm.otherCpu.toFixed(0)} us`);
    }
    if (wanted('case')) {
        const json = { Accept: 'application/json', Authorization: `Bearer ${token}` };
        const mine = against(server, `/cases/${made.json.id}`, json, nginx, '/small');
        atLeast(`JSON of one's own case (${own.text.length} B) / nginx return 200`, mine.ratio, 0.20, told(mine));
        note(`own case: ${Math.round(mine.rate)}/s at ${mine.cpu.toFixed(0)} us per request, nginx ${Math.round(mine.other)}/s at ${mine.otherCpu.toFixed(0)} us`);
        const clerk = await signIn(server.url, 'clerk-sy');
        const seen = await api(server.url, clerk, 'GET', `/cases/${made.json.id}`);
        if (seen.status === 200) {
            const staff = against(server, `/cases/${made.json.id}`, { ...json, Authorization: `Bearer ${clerk}` }, nginx, '/small');
            report('the same by staff, each read recorded before it leaves / the same', told(staff));
        } else note(`the staff's read was not measured: ${seen.status}`);
    }
    nginx.stop();
    await server.stop();
}

/** Six citizens, each with a photograph of their own: arguments for the client. */
async function submitters(url) {
    const words = [];
    for (let i = 1; i <= 6; i++) {
        const token = await signIn(url, `citizen${i}`), path = join(work, `body-${i}`);
        const photo = await upload(url, token, 'photo.png', png(24), 'image/png');
        if (!photo.json?.file) throw new Error(`no upload: ${photo.status} ${photo.text}`);
        writeFileSync(path, submission('##########', photo.json.file));
        words.push(token, path);
    }
    return words;
}

async function submissions() {
    const raw = [run(['sync', join(work, 'raw'), '2'])];
    let dir = makeStore();
    let server = await startServer(dir);
    let people = await submitters(server.url);
    const before = cpu(server.pid);
    const many = run(['submit', String(server.port), '64', String(SHORT * 2), ...people]);
    const used = (cpu(server.pid) - before) * 1e6 / many.done;
    raw.push(run(['sync', join(work, 'raw'), '2']));
    const verify = spawnSync(PROGRAM, ['verify', '--data', dir], { encoding: 'utf8' });
    if (verify.status !== 0) throw new Error(`verify does not hold after the submissions: ${verify.stdout.slice(-400)}`);
    await server.kill9();
    start.big = dir;

    dir = makeStore();
    const trace = join(work, 'syncs');
    server = await startServer(dir, { wrap: ['strace', '-f', '--seccomp-bpf', '-c', '-o', trace, '-e', 'trace=fdatasync,fsync'] });
    people = await submitters(server.url);
    const counted = run(['submit', String(server.port), '64', String(SHORT), ...people]);
    await server.stop();
    const syncs = [...readFileSync(trace, 'utf8').matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?f(?:data)?sync$/gm)]
        .reduce((sum, m) => sum + Number(m[1]), 0);

    const rate = (raw[0].rate + raw[1].rate) / 2, one = (raw[0].p50_us + raw[1].p50_us) / 2;
    const ratio = many.rate / rate;
    report('durable submission over HTTP, 64 clients', `${Math.round(many.rate)}/s`);
    atMost('the same: syncs per submission', syncs / counted.done, 0.1, (syncs / counted.done).toFixed(3));
    if (rate > 3000) atLeast('the same: rate / append + fdatasync alone', ratio, 0.35, ratio.toFixed(2));
    else report(`the same: rate / append + fdatasync alone (${Math.round(rate)}/s)`, ratio.toFixed(2));
    atMost('the same: p99 / one fdatasync', many.p99_us / one, 150, `${Math.round(many.p99_us / one)} (${(many.p99_us / 1000).toFixed(1)} ms)`);
    row('the same: processor / an in-process run of the handler', '-', '<= 2.5', 'not yet');
    note(`submission: ${Math.round(many.rate)}/s, p50 ${(many.p50_us / 1000).toFixed(1)} ms, p99 ${(many.p99_us / 1000).toFixed(1)} ms, longest ` +
        `${(many.max_us / 1000).toFixed(0)} ms, ${used.toFixed(0)} us of processor each; the disk alone: ${Math.round(rate)} appends of 4 KB with fdatasync per second, ` +
        `median ${Math.round(one)} us; ${syncs} syncs for ${counted.done} submissions under strace`);
}

async function idle() {
    const dir = makeStore({ conf: { 'edge.idle_seconds': 600, 'edge.connections': 12000 } });
    const server = await startServer(dir);
    await request(server.url, { path: '/health' });
    await sleep(300);
    const before = privateMemory(server.pid);
    const child = spawn(LOAD, ['idle', String(server.port), '10000'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const opened = await Promise.race([new Promise((done) => child.stdout.on('data', (d) => done(JSON.parse(d).open))),
        new Promise((done) => child.on('exit', () => done(0))), sleep(60000).then(() => 0)]);
    await sleep(500);
    const after = privateMemory(server.pid);
    if (opened === 10000) {
        atMost('10,000 idle keep-alive connections, private memory', after - before, 120, `${(after - before).toFixed(1)} MB`, ' MB');
        note(`10,000 idle connections: ${before.toFixed(1)} MB before, ${after.toFixed(1)} MB with them`);
    } else row('10,000 idle keep-alive connections, private memory', `only ${opened} opened`, '<= 120 MB', 'short');
    child.stdin.end();
    child.kill('SIGKILL');
    await server.kill9();
}

async function once(dir) {
    const from = process.hrtime.bigint();
    const server = await startServer(dir);
    const ms = Number(process.hrtime.bigint() - from) / 1e6;
    return { server, ms };
}

async function starts(name, dir) {
    const first = [], killed = [], bare = [];
    for (let i = 0; i < 5; i++) {
        const a = await once(dir);
        first.push(a.ms);
        const token = await signIn(a.server.url, 'citizen1');
        for (let k = 0; k < 20; k++)
            await api(a.server.url, token, 'POST', '/cases', submission(`start-${i}-${k}`), { key: `start-${name}-${i}-${k}-${process.pid}` });
        await a.server.kill9();
        const copy = join(work, 'bare.db');
        rmSync(copy, { force: true });
        rmSync(`${copy}-wal`, { force: true });
        rmSync(`${copy}-shm`, { force: true });
        cpSync(join(dir, 'yiwang.db'), copy);
        try { cpSync(join(dir, 'yiwang.db-wal'), `${copy}-wal`); } catch { /* none */ }
        const from = process.hrtime.bigint();
        spawnSync(LOAD, ['open', copy]);
        bare.push(Number(process.hrtime.bigint() - from) / 1e6);
        const b = await once(dir);
        killed.push(b.ms);
        await b.server.stop();
    }
    const bar = Math.max(300, 5 * median(bare));
    atMost(`start, ${name}`, median(first), Math.round(bar), `${Math.round(median(first))} ms`, ' ms');
    atMost(`restart after kill -9, ${name}`, median(killed), Math.round(bar), `${Math.round(median(killed))} ms`, ' ms');
    note(`start, ${name}: median ${Math.round(median(first))} ms, after kill -9 ${Math.round(median(killed))} ms, a bare open of the same files ${median(bare).toFixed(1)} ms`);
}

async function start() {
    await starts('demo store', makeStore());
    if (start.big) await starts('store with the submissions above', start.big);
}

async function memory() {
    const server = await startServer(makeStore());
    await request(server.url, { path: '/health' });
    await sleep(300);
    const all = family(server.pid).map(privateMemory), sum = all.reduce((a, b) => a + b, 0);
    atMost('private memory, demo store, nothing asked yet: all processes', sum, 64, `${sum.toFixed(1)} MB`, ' MB');
    note(`private memory when empty: server ${all[0].toFixed(1)} MB, with its press ${sum.toFixed(1)} MB in ${all.length} processes`);
    await server.stop();
}

execFileSync('cc', ['-std=c11', '-D_GNU_SOURCE', '-O2', '-o', LOAD, join(ROOT, 'bench/load.c'), '-lsqlite3'], { stdio: 'inherit' });
const parts = { pages: () => (wanted('guide') || wanted('case') ? pages() : null), submit: () => (wanted('submit') ? submissions() : null),
    idle: () => (wanted('idle') ? idle() : null), start: () => (wanted('start') ? start() : null), memory: () => (wanted('memory') ? memory() : null) };
let broken = 0;
for (const [name, part] of Object.entries(parts)) {
    try { await part(); } catch (e) { broken++; console.log(`${name}: could not be measured: ${e.message}`); }
}
row('a list or a submission at 1,000,000 cases / at 10,000', '-', '<= 1.2', 'not yet');
row('private memory at 1,000,000 cases', '-', '<= 1 GB', 'not yet');
console.log();
for (const text of notes) console.log(text);
process.exit(broken ? 1 : 0);
