// What the disk and the surroundings can refuse: starts that must fail with one sentence, and a disk that is full during an
// upload and during a commit. The full disk is a small tmpfs in a mount namespace of our own; where that is not allowed,
// those tests count as skipped.
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, cpSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ITEM, openLedger, png, submission } from './lib/case.mjs';
import { api, makeStore, PROGRAM, signIn, sleep, startServer, tally, tempDir, upload, writeConf, yiwang } from './lib/server.mjs';
import { sql } from './lib/sql.mjs';

const INSIDE = process.argv[2] === '--inside';
const t = tally();

// ---- starts that are refused ----

function oneSentence(what, r, word) {
    const lines = r.err.trim().split('\n');
    t.ok(r.code === 1 && lines.length === 1 && lines[0].startsWith('yiwang: ') && lines[0].endsWith('.') && r.out === '',
        `${what}: one sentence and exit 1`, `exit ${r.code ?? r.signal}\n        ${r.err.trim()}`);
    t.ok(word.test(r.err), `${what}: the sentence says what is wrong`, r.err.trim());
}

const serve = (dir, port = 0) => yiwang(['serve', '--data', dir, '--listen', `127.0.0.1:${port}`], { timeout: 5000 });

/** As a user who owns nothing here. */
function asNobody(args) {
    const words = process.getuid() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', PROGRAM] : [PROGRAM];
    const r = spawnSync(words[0], [...words.slice(1), ...args], { encoding: 'utf8', timeout: 5000 });
    return { code: r.status, signal: r.signal, out: r.stdout ?? '', err: r.stderr ?? String(r.error) };
}

async function refusals() {
    const first = makeStore(), second = makeStore();
    const server = await startServer(first);
    oneSentence('port in use', await serve(second, server.port), new RegExp(`${server.port}.*in use`));
    oneSentence('a second serve on the same directory', await serve(first), /in use by another yiwang/);
    t.ok((await api(server.url, null, 'GET', '/health')).status === 200, 'the first serve goes on');
    await server.stop();
    const again = await startServer(second);
    await again.stop();
    t.ok(true, 'a store whose start was refused starts afterwards');

    sql(second, 'update core_store set min_binary = 1000000');
    oneSentence('a store newer than the program', await serve(second), /newer yiwang/);

    writeConf(first, { 'upload.max_mega': 5 });
    oneSentence('an unknown setting', await serve(first), /upload\.max_mega/);
    writeConf(first, { 'upload.max_mb': 'many' });
    oneSentence('a setting that is no number', await serve(first), /upload\.max_mb/);
    writeConf(first, {});
    oneSentence('no store in the directory', await serve(tempDir()), /no store/);
    oneSentence('an address that is none', await yiwang(['serve', '--data', first, '--listen', 'localhost'], { timeout: 5000 }), /ADDRESS:PORT/);

    const full = tempDir();
    writeFileSync(join(full, 'letter.txt'), 'mine');
    oneSentence('init into a directory that is not empty', await yiwang(['init', '--data', full]), /not empty/);
    t.ok(readdirSync(full).join() === 'letter.txt', 'init left that directory as it was');
    oneSentence('init over a store', await yiwang(['init', '--data', first]), /not empty/);

    const locked = makeStore();
    chmodSync(dirname(locked), 0o755);
    for (const name of ['', 'yiwang.db']) chmodSync(join(locked, name), name ? 0o444 : 0o555);
    const reachable = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', PROGRAM, 'routes']);
    if (process.getuid() === 0 && reachable.status !== 0) t.skip('a directory that cannot be written', 'another user cannot run the program here');
    else {
        oneSentence('a directory that cannot be written', asNobody(['serve', '--data', locked, '--listen', '127.0.0.1:0']), /cannot be written/);
        oneSentence('init where nothing may be made', asNobody(['init', '--data', join(locked, 'new')]), /cannot be made/);
    }
    chmodSync(locked, 0o700);
}

// ---- a full disk ----

const CHUNK = Buffer.alloc(65536);

/** Leaves `left` bytes free on the file system of `dir` (rounded to its blocks). */
function fill(dir, left) {
    unfill(dir);
    const s = statfsSync(dir), fd = openSync(join(dir, '..', 'filler'), 'w');
    let more = s.bavail * s.bsize - left;
    try {
        for (; more > 0; more -= CHUNK.length) writeSync(fd, CHUNK, 0, Math.min(more, CHUNK.length));
    } catch (e) {
        if (e.code !== 'ENOSPC') throw e;
    }
    closeSync(fd);
}

const unfill = (dir) => rmSync(join(dir, '..', 'filler'), { force: true });

/** Everything under DIR/files and DIR/tmp with its size. */
function kept(dir) {
    const list = [];
    const walk = (at, name) => {
        for (const e of readdirSync(join(at, name), { withFileTypes: true })) {
            if (e.isDirectory()) walk(at, join(name, e.name));
            else list.push(`${join(name, e.name)} ${statSync(join(at, name, e.name)).size}`);
        }
    };
    walk(dir, 'files');
    walk(dir, 'tmp');
    return list.sort().join('\n');
}

async function readsGoOn(s, when) {
    for (const path of ['/health', '/items?q=' + encodeURIComponent('驾驶'), `/items/${ITEM}`, '/cases', `/cases/${s.caseId}`]) {
        const a = await api(s.server.url, s.token, 'GET', path);
        t.ok(a.status === 200, `${when}: GET ${path.split('?')[0]} is answered`, `${a.status} ${a.text.slice(0, 200)}`);
    }
}

const isFull = (a) => a.status === 507 && a.json?.error?.code === 'full' && a.json.error.message.length > 0;

async function submit(s) {
    const key = `disk-${String(s.made++).padStart(6, '0')}`, body = submission(key);
    const a = await api(s.server.url, s.token, 'POST', '/cases', body, { key });
    if (a.status === 201 || a.status === 200) s.ledger.add(key, body, a.json);
    return { ...a, key, body };
}

async function verified(s, when) {
    const v = await yiwang(['verify', '--data', s.dir, '--ledger', s.ledger.path]);
    t.ok(v.code === 0, `${when}: verify holds`, v.out.slice(-2000) + v.err);
    t.equal(Number(/^(\d+) cases/m.exec(v.out)?.[1] ?? -1), s.ledger.lines, `${when}: as many cases as were acknowledged`);
}

async function duringUpload(s) {
    const photo = png(2000), before = kept(s.dir);
    let refused = 0, points = 0;
    for (const left of [0, 4096, 65536, 1 << 20, 3 << 20]) {
        fill(s.dir, left);
        points++;
        let a;
        try { a = await upload(s.server.url, s.token, 'photo.png', photo, 'image/png'); } catch (e) { a = { status: String(e), text: '' }; }
        if (t.ok(isFull(a), `an upload of 4 MB with ${left} bytes left: 507 full`, `${a.status} ${a.text.slice(0, 300)}`)) refused++;
        for (let i = 0; i < 50 && kept(s.dir) !== before; i++) await sleep(20);   /* the temporary file goes when the answer has left */
        t.equal(kept(s.dir), before, `an upload with ${left} bytes left: nothing half kept`);
        await readsGoOn(s, `an upload with ${left} bytes left`);
    }
    unfill(s.dir);
    const a = await upload(s.server.url, s.token, 'photo.png', photo, 'image/png');
    t.ok(a.status < 300 && a.json?.file, 'after space has returned the same upload is kept', `${a.status} ${a.text.slice(0, 300)}`);
    await verified(s, 'after uploads on a full disk');
    console.log(`note uploads: ${refused} of ${points} refused with 507, nothing half kept`);
}

/** Submits until the disk is full: the log uses space again that it has already, so a few may still go through. */
async function untilFull(s, most) {
    for (let i = 0; i < most; i++) {
        const a = await submit(s);
        if (a.status !== 201) return a;
    }
    return null;
}

async function evidenceRows(s) {
    return Number(/(\d+) evidence rows/.exec((await yiwang(['verify', '--data', s.dir])).out)?.[1]);
}

/** A clerk's reading is recorded before it is answered: the record is small and may still fit a few times. */
async function staffReads(s) {
    const before = await evidenceRows(s);
    let answered = 0, a;
    while ((a = await api(s.server.url, s.clerk, 'GET', `/cases/${s.caseId}`)).status === 200 && answered < 400) answered++;
    t.ok(a.status >= 500 && !a.json?.fields, 'a reading of personal data that cannot be recorded is not answered', `${a.status} after ${answered}`);
    t.equal(await evidenceRows(s) - before, answered, 'each reading that was answered is on record, the others are not');
}

async function duringCommit(s) {
    fill(s.dir, 0);
    const last = await untilFull(s, 400);
    t.ok(last && isFull(last), 'a commit on a full disk: 507 full', last && `${last.status} ${last.text.slice(0, 300)}`);
    await readsGoOn(s, 'a commit on a full disk');
    await staffReads(s);
    const many = await Promise.all(Array.from({ length: 24 }, () => submit(s)));
    t.ok(many.every((a) => isFull(a) || a.status === 201), 'many at once on a full disk: each 507 or acknowledged', many.map((a) => a.status).join(' '));
    t.ok(many.some(isFull), 'many at once on a full disk: the fault was reached');
    await verified(s, 'while the disk is full');
    unfill(s.dir);
    const from = Date.now();
    const again = await api(s.server.url, s.token, 'POST', '/cases', last.body, { key: last.key });
    t.ok(again.status === 201, 'after space has returned the same submission with the same key is received', `${again.status} ${again.text.slice(0, 300)}`);
    if (again.status === 201) s.ledger.add(last.key, last.body, again.json);
    t.ok(Date.now() - from < 1000, 'writes go on within a second');
    await verified(s, 'after space has returned');

    let refused = 0, taken = 0;
    for (let left = 0; left <= 160 * 1024; left += 8192) {
        fill(s.dir, left);
        for (let i = 0; i < 3; i++) {
            const a = await submit(s);
            if (isFull(a)) refused++;
            else if (t.ok(a.status === 201, `with ${left} bytes left: 201 or 507`, `${a.status} ${a.text.slice(0, 300)}`)) taken++;
        }
    }
    t.ok(refused > 0, 'the steps of 8 KB reached the fault');
    console.log(`note commits: with 0 to 160 KB left in steps of 8 KB ${taken} were received and ${refused} refused with 507, no other answer`);
    await verified(s, 'after the steps');

    fill(s.dir, 0);
    await untilFull(s, 400);
    await s.server.kill9();
    const r = await serve(s.dir);
    t.ok(r.signal === 'SIGKILL' || (r.code === 1 && r.err.split('\n').some((l) => l.startsWith('yiwang: '))),
        'a start on a full disk either serves or says one sentence', `exit ${r.code} ${r.err}`);
    console.log(`note a start on a full disk ${r.signal === 'SIGKILL' ? 'serves' : 'is refused with a sentence'}`);
    unfill(s.dir);
    s.server = await startServer(s.dir);
    t.ok((await submit(s)).status === 201, 'killed and restarted with space: writes go on');
    await verified(s, 'killed on a full disk and restarted');
}

async function fullDisk() {
    const mount = tempDir('yiwang-small');
    const m = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96m', 'tmpfs', mount], { encoding: 'utf8' });
    if (m.status !== 0) {
        t.skip('a full disk during an upload and during a commit', `tmpfs cannot be mounted: ${m.stderr.trim()}`);
        return;
    }
    const dir = join(mount, 'store');
    mkdirSync(dir);
    cpSync(makeStore(), dir, { recursive: true });
    const s = { dir, made: 0, ledger: openLedger(join(tempDir(), 'ledger')) };
    s.server = await startServer(dir);
    s.token = await signIn(s.server.url, 'citizen1');
    s.clerk = await signIn(s.server.url, 'clerk-sy');
    const one = await submit(s);
    s.caseId = one.json?.id;
    t.ok(one.status === 201, 'with space: a submission is received', one.text);
    t.ok((await api(s.server.url, s.clerk, 'GET', `/cases/${s.caseId}`)).status === 200, 'with space: the clerk sees the case');
    await t.part('upload', () => duringUpload(s));
    await t.part('commit', () => duringCommit(s));
    await s.server.stop();
    await sleep(50);
    spawnSync('umount', [mount]);
}

/** This program once more, in a mount namespace of its own. Its sum is added to ours. */
function inNamespace() {
    const words = process.getuid() === 0 ? ['-m'] : ['-r', '-m'];
    const probe = spawnSync('unshare', [...words, 'true']);
    if (probe.status !== 0) {
        t.skip('a full disk during an upload and during a commit', 'a mount namespace of our own is not allowed here');
        return;
    }
    const r = spawnSync('unshare', [...words, process.execPath, fileURLToPath(import.meta.url), '--inside'], { encoding: 'utf8', timeout: 150000 });
    const lines = (r.stdout || '').trim().split('\n'), sum = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(lines.pop());
    console.log(lines.join('\n'));
    if (r.stderr.trim()) console.log(r.stderr.trim());
    t.ok(sum, 'the tests on a full disk ran to their end', `${r.signal ?? r.status}`);
    if (sum) { t.passed += Number(sum[1]); t.failed += Number(sum[2]); t.skipped += Number(sum[3]); }
}

if (INSIDE) await t.part('full disk', fullDisk);
else {
    await t.part('refused starts', refusals);
    inNamespace();
}
t.end();
