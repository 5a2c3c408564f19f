// What must be refused, with a clear error, and what must be accepted: the list of the issue, one by one, against the real
// program. Catalogues that do not fit, uploads that lie, input that was never declared, requests that no browser sends.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { BUILD, CLOCK, api, makeStore, request, signIn, sleep, startServer, tally, tempDir, upload, yiwang } from './lib/server.mjs';
import { fieldsOf, pdf } from './lib/fill.mjs';
import { ITEM, png, submission } from './lib/case.mjs';
import { Visitor, fieldOf } from './lib/page.mjs';

const t = tally();
const env = { YIWANG_CLOCK: CLOCK };
const work = tempDir('yiwang-refused');
const code = (a) => a.json?.error?.code;

/* ---- 1 catalogues ---- */
const HEAD = 'department,main_item,name,region_code,item_code,task_type,dept_code';
const row = (n, o = {}) => [o.department ?? '示范区市场监管局', '未分类', o.name ?? `示范事项${n}`, o.region ?? '999901000000',
    o.code ?? `999A01310${String(n).padStart(5, '0')}-999901000000-000-TESTBODY1-1-00`, o.type ?? '1', 'TESTBODY1'].join(',');
const sheet = (...rows) => [HEAD, ...rows, ''].join('\n');

function fileOf(name, content) {
    const path = join(work, name);
    writeFileSync(path, content);
    return path;
}

async function imports(dir, name, content, ...flags) {
    return yiwang(['item', 'import', '--data', dir, fileOf(name, content), ...flags], { env });
}

const bad = {
    'a column missing': [HEAD.replace(',task_type', ''), row(1).replace(',1,', ',')].join('\n') + '\n',
    'a column nobody knows': sheet(row(1)).replace('main_item', 'main_thing'),
    'a column twice': sheet(row(1)).replace('main_item', 'name'),
    'a field too few': sheet(row(1), row(2).replace(',未分类', '')),
    'a field too many': sheet(row(1), row(2) + ',more'),
    'a quotation mark never closed': sheet(row(1), row(2, { name: '"没有结束' }), row(3)),
    'a quotation mark inside a field': sheet(row(1), row(2, { name: '事项"引号"事项' })),
    'text behind a closing quotation mark': sheet(row(1), row(2, { name: '"事项"后面' })),
    'invalid UTF-8': Buffer.concat([Buffer.from(sheet(row(1)) + row(2).slice(0, 20)), Buffer.from([0xff, 0xfe]), Buffer.from(row(2).slice(20) + '\n')]),
    'a surrogate in UTF-8': Buffer.concat([Buffer.from(sheet(row(1)) + '示范局,未分类,'), Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from(',999901000000,CODE-2-999901000000-000-TESTBODY1-1-00,1,TESTBODY1\n')]),
    'U+0000': sheet(row(1), row(2, { name: '事项\0事项' })),
    'one code twice': sheet(row(1), row(2, { code: row(1).split(',')[4] })),
    'a type that is none': sheet(row(1), row(2, { type: '99' })),
    'a line feed in a name': sheet(row(1), row(2, { name: '"两行\n名称"' })),
    'a name that is missing': sheet(row(1), row(2, { name: '' })),
    'an empty file': '',
    'JSON that does not end': '{"items": [{"name": "x"',
    'JSON of another shape': '[1, 2, 3]',
};
const LINE_OF = { 'a field too few': 3, 'a field too many': 3, 'a quotation mark never closed': 3, 'a quotation mark inside a field': 3,
    'text behind a closing quotation mark': 3, 'U+0000': 3, 'one code twice': 3, 'a type that is none': 3, 'a line feed in a name': 3, 'a name that is missing': 3,
    'invalid UTF-8': 3, 'a surrogate in UTF-8': 3, 'a column missing': 1, 'a column nobody knows': 1, 'a column twice': 1 };

async function refusesCatalogues(dir, where, items) {
    const before = await items();
    for (const [name, content] of Object.entries(bad)) {
        const r = await imports(dir, 'bad.csv', content);
        const said = r.out + r.err;
        t.ok(r.code === 1 && /imported 0, updated 0, unchanged 0, refused [1-9]/.test(said) && /Nothing was imported/.test(said), `${where}: ${name}: refused, nothing imported`, said);
        if (LINE_OF[name]) t.ok(new RegExp(`^line ${LINE_OF[name]}: .`, 'm').test(said), `${where}: ${name}: says line ${LINE_OF[name]} and why`, said);
    }
    t.equal(await items(), before, `${where}: nothing of all this is there`);
}

const total = async (url) => {
    let n = 0;
    for (let next = ''; next !== null;) {
        const page = (await api(url, null, 'GET', `/items${next ? `?after=${encodeURIComponent(next)}` : ''}`)).json;
        n += page.items.length;
        next = page.next;
    }
    return n;
};

await t.part('catalogues without a server', async () => {
    const dir = makeStore({ clock: CLOCK });
    const check = async () => { const v = await yiwang(['item', 'import', '--data', dir, fileOf('probe.csv', sheet(row(1), row(2), row(3))), '--dry-run'], { env }); return v.out; };
    t.ok(/imported 3, updated 0, unchanged 0, refused 0/.test(await check()), 'a dry run counts and writes nothing');
    await refusesCatalogues(dir, 'alone', check);
    const dry = await imports(dir, 'dry.csv', bad['one code twice'], '--dry-run');
    t.ok(dry.code === 1, 'a dry run refuses as well', dry.out + dry.err);
    const skip = await imports(dir, 'skip.csv', bad['a type that is none'] + row(7) + '\n', '--skip-bad');
    t.ok(skip.code === 0 && /imported 2, updated 0, unchanged 0, refused 1/.test(skip.out) && /^line 3: /m.test(skip.out), '--skip-bad takes the good rows and names the bad one', skip.out + skip.err);
    const same = await imports(dir, 'skip.csv', sheet(row(1), row(7)));
    t.ok(same.code === 0 && /imported 0, updated 0, unchanged 2, refused 0/.test(same.out), 'the same rows again are unchanged', same.out);
    t.equal((await yiwang(['item', 'import', '--data', dir, join(work, 'no-such-file.csv')])).code, 1, 'a file that is not there: exit 1');
    t.equal((await yiwang(['item', 'import', '--data', join(work, 'no-store'), fileOf('x.csv', sheet(row(1)))])).code, 1, 'a store that is not there: exit 1');
    t.equal((await yiwang(['item', 'import', '--data', dir])).code, 2, 'no file named: exit 2');
    t.equal((await yiwang(['item', 'import', '--data', dir, 'x.csv', '--what'])).code, 2, 'an unknown option: exit 2');
    t.equal((await yiwang(['verify', '--data', dir])).code, 0, 'the store verifies');
});

const dir = makeStore({ clock: CLOCK, conf: { 'upload.max_mb': 1 } });
const server = await startServer(dir, { env });
const { url } = server;
const citizen = await signIn(url, 'citizen1');
const clerk = await signIn(url, 'clerk-sy');

await t.part('catalogues while a server holds the store', async () => {
    await refusesCatalogues(dir, 'served', () => total(url));
    const long = '长'.repeat(1000), tricky = '小餐饮“备案”, 含"流动摊点"\uFE0F ﹙兼容﹚ e\u0301 \u{20000}';
    const content = '\uFEFF' + sheet(row(11), row(12, { name: long }), row(13, { name: `"${tricky.replace(/"/g, '""')}"` }), row(14, { name: ' 前后空格 ' })).replace(/\n/g, '\r\n');
    const r = await imports(dir, 'good.csv', content);
    t.ok(r.code === 0 && /imported 4, updated 0, unchanged 0, refused 0/.test(r.out), 'BOM, CRLF, 1,000 characters, quotes: accepted', r.out + r.err);
    const name = async (n) => (await api(url, null, 'GET', `/items/${row(n).split(',')[4]}`)).json?.name;
    t.equal(await name(12), long, 'a name of 1,000 characters comes back whole');
    t.equal(await name(13), tricky, 'quotes, compatibility forms, combining and rare characters come back unbent');
    t.equal(await name(14), ' 前后空格 ', 'and so do spaces around a name');
    const again = await imports(dir, 'good.csv', content);
    t.ok(/imported 0, updated 0, unchanged 4/.test(again.out), 'again: unchanged', again.out);
    const changed = await imports(dir, 'good2.csv', sheet(row(11, { name: '改了名称' })));
    t.ok(/imported 0, updated 1/.test(changed.out) && await name(11) === '改了名称', 'a changed row is updated', changed.out);
    await imports(dir, 'power.csv', sheet(row(15, { type: '2' })));
    for (const [n, why] of [[11, 'an item not offered online'], [15, 'a penalty'], [99, 'an item that does not exist']]) {
        const a = await api(url, citizen, 'POST', '/cases', JSON.stringify({ item: row(n).split(',')[4], fields: {}, materials: [] }), { key: `no-${n}` });
        t.ok(a.status === 400 && a.json.error.field === 'item', `${why} cannot be applied for: 400 item`, a.text);
    }
    const tooLong = await imports(dir, 'long.csv', sheet(row(16, { name: '长'.repeat(1001) })));
    t.equal(tooLong.code, 1, 'a name of 1,001 characters is refused');
});

/* ---- 2 the real files, character by character ---- */
function* csvRows(text) {                        // RFC 4180, written again so that the reader is compared with something else
    let field = '', line = [], quoted = false;
    for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0; i < text.length; i++) {
        const c = text[i];
        if (quoted) {
            if (c !== '"') field += c;
            else if (text[i + 1] === '"') { field += '"'; i++; } else quoted = false;
        } else if (c === '"') quoted = true;
        else if (c === ',') { line.push(field); field = ''; } else if (c === '\n' || c === '\r') {
            if (c === '\r' && text[i + 1] === '\n') i++;
            line.push(field); field = '';
            if (line.length > 1 || line[0] !== '') yield line;
            line = [];
        } else field += c;
    }
    if (field !== '' || line.length) { line.push(field); yield line; }
}

await t.part('real catalogue', async () => {
    const data = process.env.YIWANG_DATA || join(BUILD, '../../shared/data');
    const csv = join(data, 'items-guangan.csv'), json = join(data, 'guides.json');
    if (!existsSync(csv) || !existsSync(json)) { t.skip('the real catalogue', 'YIWANG_DATA is not set'); return; }
    const bytes = readFileSync(csv);
    const rows = [...csvRows(bytes.toString('utf8'))];
    const head = rows.shift();
    const at = Object.fromEntries(head.map((h, i) => [h, i]));
    const r = await yiwang(['item', 'import', '--data', dir, csv], { env });
    t.ok(r.code === 0 && r.out.includes(`imported ${rows.length}, updated 0, unchanged 0, refused 0`), `items-guangan.csv: all ${rows.length} rows`, r.out.slice(-400) + r.err.slice(-400));
    t.equal(rows.length, 1135, 'it has 1,135');
    let bent = 0, first = null;
    for (let i = 0; i < rows.length; i += 8) {
        await Promise.all(rows.slice(i, i + 8).map(async (w) => {
            const a = await api(url, null, 'GET', `/items/${encodeURIComponent(w[at.item_code])}`);
            if (a.json?.name !== w[at.name] || a.json?.code !== w[at.item_code] || a.json?.region !== w[at.region_code]) { bent++; first ??= [w[at.item_code], w[at.name], a.json?.name, a.status]; }
        }));
    }
    t.ok(bent === 0, 'every name, code and region comes back character by character', [bent, first]);
    const again = await yiwang(['item', 'import', '--data', dir, csv], { env });
    t.ok(again.out.includes(`unchanged ${rows.length}`), 'a second import changes nothing', again.out.slice(-300));
    const guides = JSON.parse(readFileSync(json, 'utf8')).items;
    const g = await yiwang(['item', 'import', '--data', dir, json], { env });
    t.ok(g.code === 0 && g.out.includes(`imported ${guides.length}, updated 0, unchanged 0, refused 0`), `guides.json: all ${guides.length}`, g.out.slice(-400) + g.err.slice(-400));
    t.equal(guides.length, 31, 'it has 31');
    const names = new Map();
    for (const q of guides) {
        const found = (await api(url, null, 'GET', `/items?q=${encodeURIComponent(q.name.slice(0, 60))}`)).json.items;
        const hit = found.find((x) => x.name === q.name);
        if (hit) names.set(q.name, hit.code);
    }
    t.equal(names.size, new Set(guides.map((q) => q.name)).size, 'every guide is found by its name, unbent');
    t.equal((await api(url, null, 'GET', '/items?q=' + encodeURIComponent(rows[0][at.name].slice(0, 6)))).status, 200, 'and the catalogue can be searched');
    t.ok((await api(url, null, 'GET', '/regions')).json.regions.every((x) => x.code.startsWith('46')), 'regions met on the way stay outside the province tree');
});

/* ---- 3 numbers that people type ---- */
await t.part('check characters', async () => {
    const guide = (await api(url, null, 'GET', '/items/11460108MB0D0006184460511014000')).json;
    const fields = fieldsOf(guide, { name: '符海椰', id: '460000190001010012' });
    const apply = (disabled) => api(url, citizen, 'POST', '/cases', { item: guide.code, fields: { ...fields, disabled }, materials: [] }, { key: `n-${Math.random()}` });
    for (const [id, why] of [['460000190001010013', 'check character'], ['46000019000101001', 'length'], ['46000019001301001X', 'date of birth'], ['4600001900010100I2', 'characters']]) {
        const a = await apply({ name: '符海椰', id_number: id });
        t.ok(a.status === 400 && a.json.error.field.startsWith('fields.disabled'), `an ID number with a wrong ${why} is refused at its field`, a.text);
    }
    const ok = await apply({ name: '符海椰', id_number: '460000190001010012' });
    t.equal(ok.status, 201, 'the right one is taken');
    const counter = await api(url, clerk, 'POST', '/cases', { item: ITEM, applicant: { person: '460000190001010013' }, fields: {}, materials: [] }, { key: 'n-counter' });
    t.ok(counter.status === 400 && counter.json.error.field === 'applicant', 'and at the counter', counter.text);
    const agent = await signIn(url, 'agent2');
    const sewage = (await api(url, null, 'GET', '/items?q=' + encodeURIComponent('公共场所卫生'))).json.items[0];
    const g = (await api(url, null, 'GET', `/items/${sewage.code}`)).json;
    const firm = g.form.find((f) => f.kind === 'enterprise');
    if (firm) {
        const a = await api(url, agent, 'POST', '/cases', { item: g.code, fields: { ...fieldsOf(g, { name: 'x', id: '460000190001010012' }), [firm.name]: { name: 'x', uscc: '92469002MA5T00029A' } }, materials: [] }, { key: 'n-uscc' });
        t.ok(a.status === 400, 'a USCC with a wrong check character is refused', a.text);
    }
    const uscc = await api(url, agent, 'POST', '/cases', { item: '11469002MB0D00117Y4460131024000', applicant: { enterprise: '92469002MA5T00029A' }, fields: {}, materials: [] }, { key: 'n-uscc2' });
    t.ok(uscc.status === 403 || uscc.status === 400, 'an enterprise by a wrong USCC is refused', uscc.text);
});

/* ---- 4 uploads ---- */
const spooled = () => [...readdirSync(join(dir, 'tmp')), ...readdirSync(join(dir, 'files'), { recursive: true })].filter((f) => /[0-9a-zA-Z]{20}/.test(f) || /up/.test(f)).sort().join();

/** What is spooled goes away with its request, a moment after the answer. */
async function settled(before) {
    for (let i = 0; i < 40 && spooled() !== before; i++) await sleep(50);
    return spooled();
}

await t.part('uploads', async () => {
    const before = spooled();
    const refuse = async (name, bytes, type, status, sentence) => {
        const a = await upload(url, citizen, name, bytes, type);
        t.ok(a.status === status && code(a) && a.json.error.message && a.json.error.reference, `${sentence}: ${status}`, `${a.status} ${a.text}`);
    };
    await refuse('big.pdf', Buffer.concat([pdf('big'), Buffer.alloc(1 << 20, 0x20)]), 'application/pdf', 413, 'an upload over the limit');
    await refuse('huge.pdf', Buffer.alloc(3 << 20, 0x20), 'application/pdf', 413, 'an upload far over the limit').catch(() => t.ok(true, 'an upload far over the limit: cut off'));
    await refuse('empty.pdf', Buffer.alloc(0), 'application/pdf', 400, 'an upload of zero bytes');
    await refuse('forged.pdf', Buffer.from('MZ\x90\0\x03 this program cannot be run'), 'application/pdf', 400, 'a program that calls itself PDF');
    await refuse('forged.png', pdf('as png'), 'image/png', 400, 'a PDF that calls itself PNG');
    await refuse('page.html', Buffer.from('<!doctype html><script>alert(1)</script>'), 'text/html', 400, 'a page with a script');
    await refuse('picture.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'image/svg+xml', 400, 'an SVG');
    await refuse('half.pdf', pdf('half').subarray(0, 120), 'application/pdf', 400, 'half a PDF');
    await refuse('half.png', png(64).subarray(0, 500), 'image/png', 400, 'half a PNG');
    await refuse('two.pdf', Buffer.concat([Buffer.from('MZ'), pdf('mz')]), 'application/pdf', 400, 'something before the PDF');
    const v = await new Visitor(url).signIn('citizen1');
    const edge = '----page';
    const page = await v.ask('POST', '/files', { headers: { 'Content-Type': `multipart/form-data; boundary=${edge}` },
        body: Buffer.concat([Buffer.from(`--${edge}\r\nContent-Disposition: form-data; name="_csrf"\r\n\r\n${await v.csrf('/files')}\r\n--${edge}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n`),
            Buffer.alloc(1200000, 0x20), Buffer.from(`\r\n--${edge}--\r\n`)]) });
    t.ok(page.status === 413 && /^text\/html/.test(page.headers['content-type']) && page.text.includes('1 MB'), 'in a page, too: a sentence that names the limit', page.text.slice(0, 300));
    t.equal(await settled(before), before, 'nothing of it stays in tmp or files');
    const other = await upload(url, citizen, 'a.pdf', pdf('field'), 'application/pdf', 'attachment');
    t.ok(other.status === 400, 'a file in a field that was not declared', other.text);
    t.equal((await upload(url, null, 'a.pdf', pdf('x'))).status === 200, false, 'nobody uploads without signing in');

    const half = `------yw\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n${pdf('aborted').toString('latin1')}${' '.repeat(200000)}`;
    const s = net.connect(server.port, '127.0.0.1');
    s.on('error', () => {});
    s.write(`POST /files HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${citizen}\r\nContent-Type: multipart/form-data; boundary=----yw\r\nContent-Length: 900000\r\n\r\n${half}`, 'latin1');
    await sleep(300);
    t.ok(readdirSync(join(dir, 'tmp')).length > 0, 'an upload on its way is spooled in tmp');
    s.destroy();
    t.equal(await settled(before), before, 'an upload aborted half-way leaves nothing in tmp or files');

    const good = await upload(url, citizen, 'a.png', png(100), 'image/png');
    t.ok(good.status < 300 && good.json.type === 'image/png', 'a real PNG is taken', good.text);
    const wrongType = await upload(url, citizen, 'named.pdf', pdf('type'), 'text/plain');
    t.ok(wrongType.status < 300 && wrongType.json.type === 'application/pdf', 'the content decides the type, not what the sender says', wrongType.text);
    const path = await upload(url, citizen, '../../etc/passwd.pdf', pdf('path'));
    t.ok(path.status < 300 || path.status === 400, 'a file name that is a path does no harm', path.text);
    t.ok(!existsSync(join(dir, '../etc')), 'nothing outside the store');
    const truncated = await request(url, { method: 'POST', path: '/files', headers: { Accept: 'application/json', Authorization: `Bearer ${citizen}`, 'Content-Type': 'multipart/form-data; boundary=x' },
        body: '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF' });
    t.equal(truncated.status, 400, 'a multipart body without its end is refused');
    const noBoundary = await request(url, { method: 'POST', path: '/files', headers: { Accept: 'application/json', Authorization: `Bearer ${citizen}`, 'Content-Type': 'multipart/form-data' }, body: 'x' });
    t.equal(noBoundary.status, 400, 'a multipart body without a boundary is refused');
});

/* ---- 5 forms and JSON ---- */
await t.part('fields', async () => {
    const send = (body, o = {}) => api(url, citizen, 'POST', '/cases', body, { key: `f-${Math.random()}`, ...o });
    const good = JSON.parse(submission('x'));
    const field = async (body, name, sentence) => {
        const a = await send(body);
        t.ok(a.status === 400 && (a.json.error.field || '').startsWith(name), `${sentence} is refused, and named`, a.text);
    };
    const { lost, ...missing } = good.fields;
    t.ok(lost, 'the sound submission has the field');
    await field({ ...good, fields: missing }, 'fields.lost', 'a missing field');
    await field({ ...good, fields: { ...good.fields, extra: 1 } }, 'fields.extra', 'an unknown field of the form');
    await field({ ...good, surprise: 1 }, 'surprise', 'an undeclared member');
    await field({ fields: {} }, 'item', 'a missing item');
    await field({ ...good, item: 5 }, 'item', 'a number where a text belongs');
    await field({ ...good, materials: {} }, 'materials', 'an object where a list belongs');
    await field({ ...good, fields: [] }, 'fields', 'a list where an object belongs');
    await field({ ...good, item: 'x'.repeat(201) }, 'item', 'an oversized text');
    await field({ ...good, fields: { ...good.fields, issued_region: '长'.repeat(61) } }, 'fields.issued_region', 'an oversized field of the form');
    await field({ ...good, fields: { ...good.fields, class: 'Z9' } }, 'fields.class', 'a choice that is none');
    await field({ ...good, fields: { ...good.fields, lost_day: '2026-02-30' } }, 'fields.lost_day', 'a day that is none');
    await field({ ...good, fields: { ...good.fields, mobile: '12345' } }, 'fields.mobile', 'a mobile number that is none');
    await field({ ...good, fields: { ...good.fields, issued_region: 'a\u0007b' } }, 'fields', 'a control character');
    await field({ ...good, materials: [{ name: '没有的材料', paper: true }] }, 'materials.0', 'a material the item does not have');
    await field({ ...good, materials: Array.from({ length: 201 }, () => ({ name: 'x', paper: true })) }, 'materials', 'a list too long');
    t.equal((await send({ ...good, fields: { ...good.fields, post_address: 'x'.repeat(600000) } })).status, 413, 'a body over the limit is 413');
    const raw = async (text, sentence, word = 'bad_json') => {
        const a = await send(text);
        t.ok(a.status === 400 && code(a) === word, `${sentence} is refused`, a.text);
    };
    await raw('{"item":'.repeat(5000) + '1' + '}'.repeat(5000), 'JSON 5,000 objects deep');
    await raw(`{"item":${'['.repeat(10000)}${']'.repeat(10000)}}`, 'JSON 10,000 levels deep');
    await raw('[' .repeat(10000), 'JSON 10,000 levels deep and unclosed');
    await raw('{"item":"a","item":"b"}', 'a key twice');
    await raw('{"item":"a\\u0000b"}', 'U+0000 escaped');
    await raw('{"item":"a\0b"}', 'U+0000 bare');
    await raw('{"item":"a"} more', 'text behind the JSON');
    await raw("{'item':1}", 'what is no JSON');
    await raw('{"item":"\\ud800"}', 'half a surrogate pair');
    const invalid = await request(url, { method: 'POST', path: '/cases', headers: { Accept: 'application/json', 'Content-Type': 'application/json', Authorization: `Bearer ${citizen}`, 'Idempotency-Key': 'utf8' },
        body: Buffer.from([0x7b, 0x22, 0x69, 0x74, 0x65, 0x6d, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]) });
    t.equal(invalid.status, 400, 'invalid UTF-8 in JSON is refused');
    t.equal((await send('"x"')).status, 400, 'JSON that is no object is refused');
    t.equal((await send(JSON.stringify(good), { headers: { 'Content-Type': 'text/plain' } })).status, 415, 'another type of body is 415');
    t.equal((await api(url, citizen, 'GET', '/my')).status, 406, 'a page that has no JSON face is 406');
    t.equal((await send(good)).status, 201, 'after all this a sound submission is taken');
    t.equal((await api(url, citizen, 'POST', '/cases', good, { key: 'k'.repeat(129) })).status, 400, 'an oversized idempotency key is refused');
    t.equal((await api(url, citizen, 'POST', '/cases', good)).status, 400, 'a submission without a key is refused');
    const draft = (await api(url, citizen, 'POST', '/drafts', { item: ITEM })).json;
    await api(url, citizen, 'POST', `/drafts/${draft.id}`, { version: draft.version, fields: { class: 'C1' } });
    const stale = await api(url, citizen, 'POST', `/drafts/${draft.id}`, { version: draft.version, fields: { class: 'C2' } });
    t.ok(stale.status === 409 && code(stale) === 'changed', 'a stale draft is 409 changed', stale.text);
    const staleSubmit = await api(url, citizen, 'POST', `/drafts/${draft.id}/submit`, { version: draft.version, declare: true }, { key: 'stale-submit' });
    t.ok(staleSubmit.status === 409 && code(staleSubmit) === 'changed', 'and so is its submission', staleSubmit.text);
});

/* ---- 6 pages: tokens, origins ---- */
await t.part('csrf', async () => {
    const v = await new Visitor(url).signIn('citizen2');
    const token = await v.csrf(`/drafts/new?item=${ITEM}`);
    t.ok(token, 'a page with a form has a token');
    const before = async () => (await v.get('/drafts', { Accept: 'application/json' })).text;
    const none = await before();
    const tries = [
        ['no token', {}, {}], ['a wrong token', { _csrf: 'x'.repeat(64) }, {}], ['a foreign Origin', { _csrf: token }, { Origin: 'https://evil.example' }],
        ['Origin null', { _csrf: token }, { Origin: 'null' }], ['another port as Origin', { _csrf: token }, { Origin: `http://127.0.0.1:${server.port + 1}` }],
        ['Sec-Fetch-Site: cross-site', { _csrf: token }, { 'Sec-Fetch-Site': 'cross-site' }], ['Sec-Fetch-Site: same-site', { _csrf: token }, { 'Sec-Fetch-Site': 'same-site' }],
    ];
    for (const [name, fields, headers] of tries) t.equal((await v.post('/drafts', { ...fields, item: ITEM }, headers)).status, 403, `${name}: 403`);
    const other = await new Visitor(url).signIn('citizen3');
    t.equal((await v.post('/drafts', { _csrf: await other.csrf(`/drafts/new?item=${ITEM}`), item: ITEM })).status, 403, "another person's token: 403");
    const json = (headers) => v.ask('POST', '/drafts', { headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...headers }, body: JSON.stringify({ item: ITEM }) });
    t.equal((await json({})).status, 403, 'JSON with a session cookie and no token: 403');
    t.equal((await json({ 'X-CSRF-Token': token, Origin: 'https://evil.example' })).status, 403, 'JSON with cookie and token from a foreign origin: 403');
    t.equal((await json({ 'Content-Type': 'text/plain', 'X-CSRF-Token': token })).status, 415, 'JSON that says it is plain text: 415');
    t.equal(await before(), none, 'nothing of it was done');
    t.equal((await json({ 'X-CSRF-Token': token })).status, 201, 'JSON with cookie and token: done');
    const mixed = await v.ask('POST', '/drafts', { headers: { Accept: 'application/json', 'Content-Type': 'application/json', Authorization: 'Bearer no-such-token' }, body: JSON.stringify({ item: ITEM }) });
    t.equal(mixed.status, 401, 'with Authorization the cookie is ignored');
    t.equal((await v.post('/drafts', { _csrf: token, item: ITEM, another: 'true' }, { Origin: url, 'Sec-Fetch-Site': 'same-origin' })).status, 303, 'a page of our own: done');
    t.equal((await v.post('/drafts', { _csrf: token, item: ITEM, extra: 'x' })).status, 400, 'an undeclared field of a page: 400');
    t.equal((await v.ask('POST', '/drafts', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `_csrf=${token}&item=%ff%fe` })).status, 400, 'invalid UTF-8 in a page\'s form: 400');
    t.equal((await v.ask('POST', '/drafts', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `_csrf=${token}&item=a%00b` })).status, 400, 'U+0000 in a page\'s form: 400');
    t.equal((await v.ask('POST', '/drafts', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `_csrf=${token}&item=a%zz` })).status, 400, 'a bare percent sign: 400');
    t.equal((await v.ask('POST', '/drafts', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: `_csrf=${token}&item=a&item=b` })).status, 400, 'a field twice: 400');
    const pairs = `_csrf=${token}` + '&x=1'.repeat(3000);
    t.equal((await v.ask('POST', '/drafts', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: pairs })).status, 400, '3,000 fields: 400');
});

await t.part('a page shown again', async () => {
    const v = await new Visitor(url).signIn('clerk-sy');
    const a = await api(url, citizen, 'POST', '/cases', JSON.parse(submission('again')), { key: 'shown-again' });
    const seen = async () => (await api(url, citizen, 'GET', '/my/footprints')).json.seen.length;
    const page = await v.get(`/cases/${a.json.id}`);
    t.ok(page.status === 200 && page.text.includes('符海椰'), 'the clerk opens the case');
    const before = await seen();
    const again = await v.post(`/cases/${a.json.id}/refuse`, { _csrf: fieldOf(page.text, '_csrf'), kind: 'not_ours', reason: '写下的理由' });
    t.ok(again.status === 400 && again.text.includes('写下的理由') && again.text.includes('符海椰'), 'a refused form comes back with what was typed', again.status);
    t.equal(await seen(), before + 1, 'and that the person was seen once more is on record');
});

await t.part('sign-in page', async () => {
    const look = async (account) => {
        const v = new Visitor(url);
        const page = await v.get('/sign-in');
        const a = await v.post('/sign-in', { _csrf: fieldOf(page.text, '_csrf'), account, password: 'wrong', next: '/my' });
        return { status: a.status, text: a.text.replaceAll(account, 'ACCOUNT').replace(/[0-9a-f]{12,}(-\d+)?/g, 'HEX') };
    };
    const known = await look('citizen1'), unknown = await look('nobody77');
    t.ok(known.status === 403 && known.status === unknown.status && known.text === unknown.text, 'unknown account and wrong password give the same page', [known.status, unknown.status]);
    const v = await new Visitor(url).signIn('citizen1');
    const away = new Visitor(url);
    const r = await away.post('/sign-in', { _csrf: await away.csrf(), account: 'citizen1', password: 'Demo-2026-hainan', next: '//evil.example/' });
    t.ok(r.status === 303 && r.headers.location === '/my', 'sign-in leads nowhere else', r.headers.location);
    const set = [].concat(r.headers['set-cookie']).find((c) => c.startsWith('yw_session='));
    t.ok(/HttpOnly/i.test(set) && /SameSite=Lax/i.test(set), 'the session cookie is HttpOnly and SameSite', set);
    t.equal((await v.get('/my')).status, 200, 'a session works');
    const old = new Visitor(url);
    old.cookies.set('yw_session', v.cookies.get('yw_session'));
    await v.post('/sign-out', { _csrf: await v.csrf('/me') || await v.csrf('/my') });
    t.equal((await old.get('/my')).status, 303, 'a stolen cookie is worth nothing after signing out');
});

/* ---- 7 GET never writes ---- */
await t.part('GET', async () => {
    const rows = async () => (await yiwang(['verify', '--data', dir])).out;
    const routes = (await yiwang(['routes'])).out.trim().split('\n').map((l) => l.split('\t'));
    t.ok(routes.length > 50 && routes.every((r) => r.length === 7 && r.every((c) => c !== '')), 'yiwang routes prints seven columns', routes[0]);
    t.ok(routes.filter((r) => r[0] === 'GET').every((r) => r[5] === 'none'), 'no GET has an act');
    const words = routes.filter((r) => r[0] === 'POST' && r[5] !== 'none').map((r) => r[1]);
    let tried = 0;
    for (const path of new Set(words)) {
        if (routes.some((r) => r[0] === 'GET' && r[1] === path)) continue;
        const p = path.replace(/\{[a-z]+\}/g, '4100');
        const a = await api(url, clerk, 'GET', `${p}?reason=x&kind=not_required&item=${ITEM}`);
        t.ok(a.status === 404 || a.status === 405, `GET ${path} is no way to write`, `${a.status}`);
        tried++;
    }
    t.ok(tried > 12, 'acts were tried by GET');
    const before = await rows();
    for (const [method, path] of routes) if (method === 'GET' && !path.includes('{')) await api(url, citizen, 'GET', path);
    t.equal(await rows(), before, 'reading every page leaves the record as it was');
    const post = await api(url, citizen, 'POST', '/items', {});
    t.equal(post.status, 405, 'a POST where only GET is: 405');
});

/* ---- 8 what no browser sends: raw sockets ---- */
function rawSend(text, { wait = 3000, then } = {}) {
    return new Promise((done) => {
        const s = net.connect(server.port, '127.0.0.1');
        let got = '';
        const started = Date.now();
        const end = () => { clearTimeout(timer); s.destroy(); done({ text: got, status: Number(/^HTTP\/1\.1 (\d+)/.exec(got)?.[1] || 0), ms: Date.now() - started }); };
        const timer = setTimeout(end, wait);
        s.on('data', (d) => { got += d.toString('latin1'); if (!then && /\r\n\r\n/.test(got)) setTimeout(end, 50); });
        s.on('error', end);
        s.on('close', end);
        s.write(text, 'latin1');
        if (then) then(s);
    });
}
const HEADERS = ['x-content-type-options', 'x-frame-options', 'referrer-policy', 'content-security-policy', 'cross-origin-opener-policy', 'cache-control'];
const hardened = (text) => HEADERS.every((h) => new RegExp(`^${h}: \\S`, 'im').test(text));

await t.part('edge', async () => {
    const head = 'GET /health HTTP/1.1\r\nHost: a\r\n';
    const cases = [
        ['a doubled Host', `${head}Host: b\r\n\r\n`, 400], ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400],
        ['Content-Length with Transfer-Encoding', 'POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
        ['two Content-Lengths', 'POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello', 400],
        ['a Content-Length with a sign', 'POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello', 400],
        ['a Content-Length that is a list', 'POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello', 400],
        ['another Transfer-Encoding', 'POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', 400],
        ['a doubled Authorization', `${head}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`, 400],
        ['a header that is no UTF-8', `${head}Accept: \xff\xfe\r\n\r\n`, 400],
        ['an unknown method', 'BREW /health HTTP/1.1\r\nHost: a\r\n\r\n', 405], ['DELETE', 'DELETE /health HTTP/1.1\r\nHost: a\r\n\r\n', 405],
        ['TRACE', 'TRACE /health HTTP/1.1\r\nHost: a\r\n\r\n', 405],
        ['a target of 8 KB', `GET /${'a'.repeat(8192)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
        ['a bare percent sign in the path', 'GET /items/%zz HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
        ['U+0000 in the path', 'GET /items/a%00b HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
        ['invalid UTF-8 in the path', 'GET /items/%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
        ['an overlong slash', 'GET /items/..%c0%af..%c0%afetc HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
        ['a path upwards', 'GET /static/../../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
        ['a bare percent sign in the query', 'GET /items?q=%zz HTTP/1.1\r\nHost: a\r\n\r\n', 400],
        ['U+0000 in the query', 'GET /items?q=a%00b HTTP/1.1\r\nHost: a\r\n\r\n', 400],
        ['no slash before the path', 'GET health HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ];
    for (const [name, text, status] of cases) {
        const r = await rawSend(text);
        t.ok([].concat(status).includes(r.status), `${name}: ${status}`, r.text.slice(0, 200) || 'no answer');
        /* libmicrohttpd answers three of these itself: a fixed sentence, and the connection ends */
        const own = /^HTTP\/1\.1 400 [\s\S]*<html><head><title>/.test(r.text) && /connection: close/i.test(r.text);
        if (r.status) t.ok(hardened(r.text) || own, `${name}: the answer carries the security headers`, r.text.slice(0, 700));
    }
    const many = await rawSend(`${head}${Array.from({ length: 600 }, (_, i) => `X-${i}: ${'v'.repeat(40)}\r\n`).join('')}\r\n`);
    t.ok(many.status >= 400 || many.status === 0, 'a head of 27 KB: refused', many.text.slice(0, 100));
    const smuggled = await rawSend('POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5c\r\nGET /me HTTP/1.1\r\nHost: a\r\n\r\n0\r\n\r\n', { wait: 1500, then: () => {} });
    t.ok((smuggled.text.match(/HTTP\/1\.1 \d/g) || []).length <= 1, 'what is smuggled behind a refused request is not answered', smuggled.text.slice(0, 300));
    const pages = ['/', '/health', '/items', '/no-such-page', '/sign-in', '/static/app.css', '/my', '/openapi.json', `/items/${ITEM}`];
    for (const path of pages) {
        const r = await rawSend(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
        t.ok(r.status > 0 && hardened(r.text), `GET ${path} carries the security headers`, r.text.slice(0, 700));
        t.ok(!/^(server|x-powered-by):/im.test(r.text.split('\r\n\r\n')[0]), `GET ${path} does not say what serves it`);
    }
    const csp = /^content-security-policy: (.*)$/im.exec((await rawSend('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).text)[1];
    t.ok(/default-src 'none'/.test(csp) && !/unsafe-inline|unsafe-eval|\*/.test(csp), 'no inline script, no foreign script', csp);
    const slow = await rawSend('GET /health HTTP/1.1\r\nHost: a\r\n', { wait: 20000, then: (s) => {
        const drip = setInterval(() => s.destroyed ? clearInterval(drip) : s.write('X-Drip: 1\r\n'), 500);
        s.on('close', () => clearInterval(drip));
    } });
    t.ok(slow.ms < 12500, `a head that drips in is cut off within 12 s`, `${slow.ms} ms`);
    t.equal((await api(url, null, 'GET', '/health')).status, 200, 'and the server is well');
});

await t.part('the server after all this', async () => {
    const end = await server.stop();
    t.equal(end.code, 0, 'it stops in order');
    t.ok(!/ error .*(sanitizer|assert)/i.test(server.log()), 'nothing broke inside', server.log().slice(-1500));
    const v = await yiwang(['verify', '--data', dir]);
    t.ok(v.code === 0, 'and the store verifies', v.out + v.err);
});
t.end();
