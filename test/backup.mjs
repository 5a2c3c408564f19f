// Backup and restore: taken while clients submit, restored elsewhere, checked by `yiwang verify` and by what the clients were
// told before it began; damaged, cut, interrupted, out of place, out of space. SEED= repeats a run.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dice, openLedger, png, submission } from './lib/case.mjs';
import { api, makeStore, PROGRAM, signIn, sleep, startServer, tally, tempDir, upload, yiwang } from './lib/server.mjs';

const INSIDE = process.argv[2] === '--inside', CLIENTS = 4, ROUNDS = 3, DAMAGES = 20;
const seed = Number(process.env.SEED || Date.now() % 1000000), random = dice(seed);
const t = tally();

const backup = (dir, file, ...more) => yiwang(['backup', '--data', dir, file, ...more]);
const restore = (file, dir) => yiwang(['restore', file, '--data', dir]);
const point = (text) => /^Point of recovery: evidence (\d+ \S+)\.$/m.exec(text)?.[1];
const list = (file) => spawnSync('tar', ['tf', file], { encoding: 'utf8' }).stdout.trim().split('\n');

function refused(what, r, word) {
    const lines = r.err.trim().split('\n');
    t.ok(r.code === 1 && lines.length === 1 && lines[0].startsWith('yiwang: ') && lines[0].endsWith('.') && r.out === '',
        `${what}: one line and exit 1`, `exit ${r.code ?? r.signal}\n        ${r.out}${r.err}`);
    t.ok(word.test(r.err), `${what}: it says what is wrong`, r.err.trim());
}

/** Restores into a new directory and gives it the key, as an operator does. */
async function restored(file, from, what) {
    const dir = join(tempDir('yiwang-restored'), 'store'), start = Date.now();
    const r = await restore(file, dir);
    t.ok(r.code === 0, `${what}: restored`, r.err);
    t.ok(/^Missing: the key file/m.test(r.out) && !existsSync(join(dir, 'secret.key')), `${what}: the key is missing and that is said`, r.out);
    copyFileSync(join(from, 'secret.key'), join(dir, 'secret.key'));
    return { dir, out: r.out, ms: Date.now() - start };
}

// ---- while clients submit ----

/** Clients that submit without a pause until told to stop; every second submission carries an upload. */
function load(s) {
    let on = true;
    const client = async (n) => {
        for (let i = 0; on; i++) {
            const key = `backup-${n}-${i}`;
            const file = i % 2 ? (await upload(s.server.url, s.token, 'photo.png', png(120), 'image/png')).json.file : undefined;
            const body = submission(key, file);
            const a = await api(s.server.url, s.token, 'POST', '/cases', body, { key });
            if (t.ok(a.status === 201, 'a submission during the backup is received', `${a.status} ${a.text.slice(0, 300)}`)) {
                s.ledger.add(key, body, a.json);
                s.said.push({ key, body, id: a.json.id });
            }
        }
    };
    const clients = Array.from({ length: CLIENTS }, (_, n) => client(`${s.rounds}-${n}`));
    return async () => { on = false; await Promise.all(clients); };
}

async function oneRound(s, places) {
    s.rounds++;
    const file = join(places, `${s.rounds}.tar`), before = join(places, `${s.rounds}.ledger`);
    const stop = load(s);
    for (const from = s.ledger.lines; s.ledger.lines < from + 40;) await sleep(20);
    copyFileSync(s.ledger.path, before);
    const told = s.ledger.lines, start = Date.now();
    const b = await backup(s.dir, file);
    const ms = Date.now() - start, meanwhile = s.ledger.lines - told;
    await stop();
    t.ok(b.code === 0 && /database of \d+ bytes, \d+ files of \d+ bytes, \d+ parts in all\.$/m.test(b.out), 'a backup under load: the counts are said', b.out + b.err);
    t.ok(/secret\.key is not in it/.test(b.out) && !list(file).includes('secret.key'), 'the key is not in it, and that is said', b.out);
    t.ok((statSync(file).mode & 0o077) === 0, 'only its owner may read the backup');
    t.ok(!existsSync(`${file}.part`) && !existsSync(`${file}.part.db`), 'nothing is left beside it');
    t.ok(meanwhile > 0, 'clients were acknowledged while the backup was made');

    const r = await restored(file, s.dir, 'a backup under load');
    t.ok(point(b.out) && point(b.out) === point(r.out), 'backup and restore say the same point of recovery', `${point(b.out)}, ${point(r.out)}`);
    const v = await yiwang(['verify', '--data', r.dir, '--ledger', before]);
    t.ok(v.code === 0, 'verify holds, with every receipt acknowledged before the backup began', v.out.slice(-1500) + v.err);
    const [, cases, rows] = /^(\d+) cases, (\d+) evidence rows/m.exec(v.out) ?? [];
    t.equal(rows, point(b.out)?.split(' ')[0], 'the point of recovery is the newest evidence row');
    t.ok(Number(cases) >= told && Number(cases) <= s.ledger.lines, 'as many cases as were received by then', `${told} <= ${cases} <= ${s.ledger.lines}`);
    console.log(`note round ${s.rounds}: ${statSync(file).size} bytes in ${ms} ms, ${meanwhile} acknowledged meanwhile, restored in ${r.ms} ms`);
    return r.dir;
}

async function underLoad() {
    const s = { dir: makeStore(), rounds: 0, said: [], ledger: openLedger(join(tempDir(), 'ledger')) }, places = tempDir();
    s.server = await startServer(s.dir);
    s.token = await signIn(s.server.url, 'citizen1');
    for (let i = 0; i < 6; i++) await upload(s.server.url, s.token, 'photo.png', png(1500), 'image/png');
    let dir;
    for (let i = 0; i < ROUNDS; i++) dir = await oneRound(s, places);
    await s.server.stop();
    const v = await yiwang(['verify', '--data', s.dir, '--ledger', s.ledger.path]);
    t.ok(v.code === 0, 'the store that was backed up holds as well', v.out.slice(-1500));

    const again = await startServer(dir), first = s.said[0];
    const token = await signIn(again.url, 'citizen1');
    const a = await api(again.url, token, 'POST', '/cases', first.body, { key: first.key });
    t.ok(a.status === 200 && a.json.id === first.id, 'the restored store serves: the same key gets the same case', a.text.slice(0, 300));
    t.ok((await api(again.url, token, 'POST', '/cases', submission('new'), { key: 'after-restore' })).status === 201, 'and a new submission is received');
    await again.stop();
    t.ok((await yiwang(['verify', '--data', dir])).code === 0, 'verify holds there afterwards');
}

// ---- damage ----

/** A store with one upload, not served. */
async function small() {
    const dir = makeStore(), server = await startServer(dir), token = await signIn(server.url, 'citizen1');
    const file = (await upload(server.url, token, 'photo.png', png(200), 'image/png')).json.file;
    await api(server.url, token, 'POST', '/cases', submission('small', file), { key: 'small-000001' });
    await server.stop();
    return dir;
}

async function damage(dir) {
    const places = tempDir(), file = join(places, 'b.tar'), bad = join(places, 'bad.tar'), into = join(places, 'into');
    await backup(dir, file);
    const bytes = readFileSync(file);
    const attempt = async (what, damaged, made) => {
        writeFileSync(bad, damaged);
        if (made) mkdirSync(into);
        const r = await restore(bad, into);
        const left = existsSync(into) ? readdirSync(into) : [];
        const held = r.code === 1 && /is damaged: .*Nothing was restored\.\n$/.test(r.err) && left.length === 0 && existsSync(into) === made;
        t.ok(held, `${what}: refused and nothing is left`, `exit ${r.code ?? r.signal}, left: ${left} ${r.out}${r.err}`);
        rmSync(into, { recursive: true, force: true });
    };
    const head = bytes.length - 1024 - 512 * Math.ceil(2000 / 512);      /* most flips fall into the database: some near the end too */
    for (let i = 0; i < DAMAGES; i++) {
        const at = Math.floor(i % 4 === 3 ? head + random() * (bytes.length - head) : i % 4 === 2 ? random() * 512 : random() * bytes.length);
        const one = Buffer.from(bytes);
        one[at] ^= 1 << Math.floor(random() * 8);
        await attempt(`byte ${at} of ${bytes.length} changed`, one, i % 2 === 0);
    }
    for (let i = 0; i < DAMAGES; i++) {
        const at = Math.floor(i % 4 === 3 ? bytes.length - 1 - random() * 2048 : random() * bytes.length);
        await attempt(`cut to ${at} of ${bytes.length}`, bytes.subarray(0, at), i % 2 === 0);
    }
    await attempt('bytes appended', Buffer.concat([bytes, Buffer.from('x')]), false);
    await attempt('another file altogether', Buffer.from('this is no backup\n'.repeat(100)), true);
    const r = await restored(file, dir, 'the undamaged one');
    t.ok((await yiwang(['verify', '--data', r.dir])).code === 0, 'the undamaged one verifies');
    console.log(`note damage: ${DAMAGES} changed bytes and ${DAMAGES} cuts of ${bytes.length} bytes, seed ${seed}`);
}

// ---- out of place ----

async function outOfPlace(dir) {
    const places = tempDir(), file = join(places, 'b.tar'), keyed = join(places, 'keyed.tar'), into = join(places, 'into');
    writeFileSync(file, 'mine');
    refused('an existing FILE', await backup(dir, file), /exists already/);
    t.equal(readFileSync(file, 'utf8'), 'mine', 'an existing FILE stays as it is');
    refused('a directory that is not there', await backup(dir, join(places, 'none', 'b.tar')), /cannot be written/);
    refused('no store', await backup(places, join(places, 'c.tar')), /There is no store/);
    refused('a PostgreSQL store', await backup(dir, join(places, 'c.tar'), '--db', 'postgresql://localhost/none'), /pg_dump.*docs\/postgresql\.md/);
    t.equal((await yiwang(['backup', '--data', dir])).code, 2, 'a backup without FILE: wrong usage');

    const b = await backup(dir, keyed, '--with-key');
    t.ok(b.code === 0 && /secret\.key is in it/.test(b.out) && list(keyed).includes('secret.key'), '--with-key: the key is in it, and that is said', b.out);
    writeFileSync(join(places, 'mine.txt'), 'mine');
    refused('a directory that is not empty', await restore(keyed, places), /not empty/);
    t.equal(readFileSync(join(places, 'mine.txt'), 'utf8'), 'mine', 'what stands there stays');
    refused('no such backup', await restore(join(places, 'none.tar'), into), /cannot be read/);
    t.ok(!existsSync(into), 'no directory is made for it');
    const r = await restore(keyed, into);
    t.ok(r.code === 0 && !/Missing/.test(r.out), 'with the key nothing is missing', r.out + r.err);
    t.equal(statSync(join(into, 'secret.key')).mode & 0o777, 0o400, 'the key is for its owner alone');
    const server = await startServer(into);
    t.ok((await api(server.url, null, 'GET', '/health')).status === 200, 'it serves at once');
    await server.stop();
    refused('a store in DIR', await restore(keyed, into), /not empty/);
}

/** Ends a command at a random moment; true when that was before its end. */
async function killed(args, ms) {
    const child = spawn(PROGRAM, args, { stdio: 'ignore' });
    const ended = new Promise((done) => child.on('close', (code, signal) => done(signal === 'SIGKILL')));
    await sleep(ms);
    child.kill('SIGKILL');
    return ended;
}

async function interrupted(dir) {
    const places = tempDir(), into = join(places, 'into');
    let backups = 0, restores = 0;
    const file = join(places, 'whole.tar');
    await backup(dir, file);
    for (let i = 0; i < 12; i++) {
        const one = join(places, `${i}.tar`);
        if (await killed(['backup', '--data', dir, one], 2 + random() * 25)) {
            backups++;
            t.ok(!existsSync(one) || (await restore(one, join(places, `r${i}`))).code === 0, 'a backup that was killed has no name, or is whole');
        }
        if (!existsSync(one)) t.equal((await backup(dir, one)).code, 0, 'after a killed backup the next one is made');
        if (await killed(['restore', file, '--data', into], 2 + random() * 25)) restores++;
        const named = existsSync(into) && readdirSync(into).some((name) => name !== 'restore-part');
        t.equal((await restore(file, into)).code, named ? 1 : 0, 'after a killed restore the next one is done, or refused where parts have their names');
        rmSync(into, { recursive: true, force: true });
    }
    t.ok(backups > 0 && restores > 0, 'kills reached both', `${backups} ${restores}`);
    console.log(`note interrupted: ${backups} backups and ${restores} restores killed`);
}

// ---- no space ----

async function noSpace() {
    const mount = tempDir('yiwang-small');
    const m = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', mount], { encoding: 'utf8' });
    if (m.status !== 0) {
        t.skip('backup and restore without space', `tmpfs cannot be mounted: ${m.stderr.trim()}`);
        return;
    }
    const dir = await small(), good = join(tempDir(), 'b.tar');
    for (const kb of [2900, 2200, 1500, 900, 100, 0]) {
        writeFileSync(join(mount, 'filler'), Buffer.alloc(kb * 1024));
        const b = await backup(dir, join(mount, 'b.tar'));
        if (b.code) refused(`a backup with ${3072 - kb} KB left`, b, /no space left/);
        t.equal(readdirSync(mount).join(' '), b.code ? 'filler' : 'b.tar filler', 'a backup is whole or not there');
        rmSync(join(mount, 'b.tar'), { force: true });
    }
    await backup(dir, good);
    writeFileSync(join(mount, 'filler'), Buffer.alloc(2300 * 1024));
    refused('a restore without space', await restore(good, join(mount, 'into')), /no space left/);
    t.equal(readdirSync(mount).join(' '), 'filler', 'a restore without space leaves nothing');
    rmSync(join(mount, 'filler'));
    t.equal((await restore(good, join(mount, 'into'))).code, 0, 'with space it is done');
    spawnSync('umount', [mount]);
}

/** This program once more, in a mount namespace of its own. Its sum is added to ours. */
function inNamespace() {
    const words = process.getuid() === 0 ? ['-m'] : ['-r', '-m'];
    if (spawnSync('unshare', [...words, 'true']).status !== 0) {
        t.skip('backup and restore without space', 'a mount namespace of our own is not allowed here');
        return;
    }
    const r = spawnSync('unshare', [...words, process.execPath, fileURLToPath(import.meta.url), '--inside'], { encoding: 'utf8', timeout: 60000 });
    const lines = (r.stdout || '').trim().split('\n'), sum = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(lines.pop());
    console.log(lines.join('\n') + r.stderr.trim());
    t.ok(sum, 'the tests without space ran to their end', `${r.signal ?? r.status}`);
    if (sum) { t.passed += Number(sum[1]); t.failed += Number(sum[2]); t.skipped += Number(sum[3]); }
}

if (INSIDE) await t.part('no space', noSpace);
else {
    await t.part('under load', underLoad);
    const dir = await small();
    await t.part('damage', () => damage(dir));
    await t.part('out of place', () => outOfPlace(dir));
    await t.part('interrupted', () => interrupted(dir));
    inNamespace();
}
t.end();
