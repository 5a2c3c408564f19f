#!/usr/bin/env node
// Checks the demo province: node demo/check.mjs [DIR]. Prints every failure, then `N passed, N failed`; exit 1 on failure.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dir = process.argv[2] ?? join(here, 'hainan');
let passed = 0, failed = 0;
function check(ok, what) {
  if (ok) { passed++; return true; }
  failed++; console.log('FAIL ' + what); return false;
}
function text(name) {
  const bytes = readFileSync(join(dir, name));
  const s = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  check(!s.startsWith('\ufeff') && !s.includes('\r'), `${name}: no BOM, no CR`);
  return s;
}
const json = (name) => JSON.parse(text(name));

// ---- numbers with check characters
export function idOk(s) {                                   // GB 11643
  if (!/^\d{17}[\dX]$/.test(s)) return false;
  const w = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return '10X98765432'[w.reduce((a, x, i) => a + x * +s[i], 0) % 11] === s[17];
}
export function orgOk(s) {                                  // GB 11714
  if (!/^[0-9A-Z]{8}[0-9X]$/.test(s)) return false;
  const c = 11 - [3, 7, 9, 10, 5, 8, 4, 2].reduce((a, x, i) => a + x * parseInt(s[i], 36), 0) % 11;
  return s[8] === (c === 10 ? 'X' : c === 11 ? '0' : String(c));
}
export function usccOk(s) {                                 // GB 32100
  const al = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  if (!/^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$/.test(s) || !orgOk(s.slice(8, 17))) return false;
  const w = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
  return al[(31 - w.reduce((a, x, i) => a + x * al.indexOf(s[i]), 0) % 31) % 31] === s[17];
}
check(usccOk('91460100MA5T00002P') && !usccOk('91460100MA5T00003P') && idOk('46000019000101008X') && !idOk('460000190001010013'), 'the check functions themselves');

// ---- regions
const lines = text('regions.csv').trimEnd().split('\n').map((l) => (l.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []).map((x) => x.replace(/,$/, '').replace(/^"|"$/g, '')));
check(lines[0].slice(0, 7).join() === 'code,name,parent,level,kind,name_en,aliases', 'regions.csv: columns');
const regions = new Map();
for (const [code, name, parent, level, kind, name_en, aliases] of lines.slice(1)) {
  check(/^46\d{10}$/.test(code) && !regions.has(code), `region ${code}: 12 digits, once`);
  regions.set(code, { code, name, parent, level: +level, kind, name_en, aliases: aliases ? aliases.split('|') : [] });
}
for (const r of regions.values()) {
  const p = regions.get(r.parent);
  check(r.parent === '' ? r.kind === 'province' : p && p.level < r.level, `region ${r.code}: parent above it`);
  check({ province: [2], city: [3], zone: [3], district: [4], county: [4], town: [5] }[r.kind]?.includes(r.level), `region ${r.code}: level fits kind`);
  check(r.name && r.name_en && !r.code.startsWith('4690' + '00'), `region ${r.code}: named in both languages, no 4690 node`);
  check(r.aliases.every((a) => /^46\d{10}$/.test(a) && !regions.has(a)), `region ${r.code}: aliases are codes that are no nodes`);
}
const count = (f) => [...regions.values()].filter(f).length;
check(count((r) => r.parent === '460000000000') === 20, 'the province has 4 cities, 15 counties and Yangpu below it');
check(count((r) => r.kind === 'county') === 15 && count((r) => r.kind === 'city') === 4 && count((r) => r.kind === 'district') === 10 && count((r) => r.kind === 'zone') === 1, 'counts by kind');
check(count((r) => r.kind === 'town') === 242, '242 towns: 243 published rows without Yangpu\'s own');
check(regions.get('460400499000')?.parent === '460000000000' && regions.get('460400499000').kind === 'zone', 'Yangpu is a zone under the province');
check(regions.has('460400000000') && regions.get('460400100000')?.parent === '460400000000', 'Danzhou is one node with towns directly below');
check(regions.get('460302000000')?.aliases.includes('460321000000') && regions.get('460303000000')?.aliases.includes('460322000000'), 'Sansha: statistical codes are aliases');

// ---- bodies, halls, people
const DEMO_PHONE = /^0898-6500\d{4}$/, MOBILE = /^1990898\d{4}$/, DAY = /^20\d\d-\d\d-\d\d$/;
const deps = new Map(json('departments.json').departments.map((d) => [d.key, d]));
const usccs = new Set();
for (const d of deps.values()) {
  check(usccOk(d.uscc) && !usccs.has(d.uscc) && d.fictitious === true, `department ${d.key}: valid USCC, once, marked fictitious`); usccs.add(d.uscc);
  check(regions.has(d.region) && d.name && d.name_en && d.short && d.address && d.address_en, `department ${d.key}: region and names`);
  check(DEMO_PHONE.test(d.phone) && DEMO_PHONE.test(d.complaint_phone) && d.phone !== d.complaint_phone, `department ${d.key}: two demo telephones`);
  check([1, 2, 3].includes(d.body_kind), `department ${d.key}: body kind`);
}
const halls = new Map(json('halls.json').halls.map((h) => [h.key, h]));
for (const h of halls.values()) {
  const kinds = new Set(h.windows.map((w) => w.kind));
  check(regions.has(h.region) && h.name && h.name_en && h.hours && h.hours_en && h.address_en && DEMO_PHONE.test(h.phone) && h.fictitious === true, `hall ${h.key}: complete`);
  check(kinds.has('comprehensive') && kinds.has('issuing') && [...kinds].every((k) => ['comprehensive', 'issuing', 'consult'].includes(k)), `hall ${h.key}: accepting and issuing windows`);
  check(new Set(h.windows.map((w) => w.no)).size === h.windows.length, `hall ${h.key}: window numbers once`);
  check(h.profile.accept_and_issue_one_person === (regions.get(h.region)?.kind === 'town'), `hall ${h.key}: one person accepts and issues only at a town counter`);
}
check(['460000000000', '460100000000', '460200000000', '460400000000', '460400499000', '469002000000'].every((r) => [...halls.values()].some((h) => h.region === r)), 'halls of province, Haikou, Sanya, Danzhou, Yangpu, Qionghai');
const ROLES = ['acceptance-clerk', 'approving-officer', 'issuing-clerk', 'supervisor', 'item-editor', 'item-reviewer'];
const staffFile = json('staff.json'), peopleFile = json('people.json');
check(staffFile.password === 'Demo-2026-hainan' && peopleFile.password === 'Demo-2026-hainan', 'one demo password');
const accounts = new Map(), ids = new Map();
for (const p of [...staffFile.staff, ...peopleFile.people]) {
  check(/^[a-z0-9-]{3,40}$/.test(p.account) && !accounts.has(p.account), `account ${p.account}: once`); accounts.set(p.account, p);
  check(idOk(p.id_number) && p.id_number.slice(6, 14) === '19000101' && ['460000', '810000', '820000', '830000'].includes(p.id_number.slice(0, 6)), `${p.account}: safe ID number`);
  check(!ids.has(p.id_number), `${p.account}: one account per natural person, so no conflicting roles`); ids.set(p.id_number, p);
  check(p.sex === (+p.id_number[16] % 2 ? 'M' : 'F'), `${p.account}: sex fits the number`);
  check(MOBILE.test(p.mobile) && p.mail.endsWith('@example.com') && p.fictitious === true && p.name && p.name_en && regions.has(p.region), `${p.account}: fictitious contacts, names, region`);
}
check(new Set([...accounts.values()].map((p) => p.mobile)).size === accounts.size && new Set([...accounts.values()].map((p) => p.name)).size === accounts.size, 'mobiles and names once');
for (const s of staffFile.staff) {
  check(ROLES.includes(s.role), `${s.account}: role`);
  const place = ['acceptance-clerk', 'issuing-clerk'].includes(s.role) ? halls.get(s.hall) : deps.get(s.department);
  check(place && place.region === s.region && (s.hall === null) !== (s.department === null), `${s.account}: posted to an existing hall or department of its region`);
  if (s.role.endsWith('clerk')) check(halls.get(s.hall)?.windows.some((w) => w.no === s.window && w.kind === (s.role === 'issuing-clerk' ? 'issuing' : 'comprehensive')), `${s.account}: window of the right kind`);
  if (s.role === 'approving-officer') check(s.civil_servant === true, `${s.account}: approval posts are civil servants`);
}
for (const p of peopleFile.people) check(['citizen', 'agent'].includes(p.role) && p.assurance >= 1, `${p.account}: role and assurance`);
const has = (role, key, value) => staffFile.staff.filter((s) => s.role === role && s[key] === value).length;
for (const k of halls.keys()) check(has('acceptance-clerk', 'hall', k) >= 1 && has('issuing-clerk', 'hall', k) >= 1, `hall ${k}: a clerk and an issuing clerk`);
check(staffFile.staff.some((s) => s.role === 'supervisor' && s.region === '460000000000') && has('item-reviewer', 'department', 'hn-office') >= 1, 'a provincial supervisor and an item reviewer');

// ---- items
const VAGUE = ['其他材料', '其它', '有关', '相关', '视情况', '酌情', '原则上', '适当', '必要时', '若干', '左右', '尽快', '等等', '一般'];
const NOT_VAGUE = /等级|等待|高等|平等|相等|等于|中等|同等|初等|残疾等/g;
const KINDS = 'text textarea number money date choice choices region person enterprise mobile mail bool table file'.split(' ');
const PERSON = '005 010 015 020 025 030 035 040 045 050 055 060 065 070 075 085 090 095 100 105 110 115 120 125 130 135 140 145 150 155 998 999'.split(' ');
const LEGAL = '005 010 015 020 025 030 035 040 045 050 055 060 065 070 075 085 090 095 100 105 110 115 120 125 130 135 140 145 150 155 160 165 170 998 999'.split(' ');
const profiles = new Map(json('legal_profiles.json').profiles.map((p) => [p.key, p]));
const items = new Map();
const limit = (l) => l && Number.isInteger(l.n) && l.n >= 0 && ['workday', 'day', 'month', 'hour'].includes(l.unit);
function walk(v, path, visit) {
  if (typeof v === 'string') visit(v, path);
  else if (Array.isArray(v)) v.forEach((x, i) => walk(x, `${path}[${i}]`, visit));
  else if (v && typeof v === 'object') for (const [k, x] of Object.entries(v)) walk(x, `${path}.${k}`, visit);
}
const itemFiles = readdirSync(join(dir, 'items')).filter((f) => f.endsWith('.json')).sort();
check(itemFiles.length >= 15, 'at least 15 items');
for (const f of itemFiles) {
  const it = json('items/' + f), k = it.key, at = `item ${k}: `;
  check(new RegExp(`^\\d\\d-${k}\\.json$`).test(f) && !items.has(k), at + 'file named after the key'); items.set(k, it);
  for (const e of ['code', 'base_code', 'local_code', 'name', 'name_en', 'summary', 'summary_en', 'type', 'kind', 'objects', 'department', 'region', 'level', 'themes', 'legal', 'promise', 'accept',
    'legal_note', 'legal_note_en', 'legal_profile', 'conditions', 'materials', 'process', 'fees', 'places', 'contacts', 'questions', 'result', 'basis', 'online', 'express', 'delivery', 'agent', 'fields', 'quantity_limit', 'intermediary',
    'remedies', 'defects', 'not_accepted', 'denial', 'handbook', 'to_check', 'keywords', 'signature'])
    check(it[e] !== undefined && it[e] !== '' && it[e] !== null, at + `element ${e}`);
  const d = deps.get(it.department), r = regions.get(it.region);
  check(d && r && d.region === it.region && r.level === it.level, at + 'department, region and level agree');
  check(/^[0-9A-Z]{18}\d{13}$/.test(it.code) && it.code.slice(0, 18) === d?.uscc && +it.code[18] === it.level && it.code.slice(19) === it.base_code && it.base_code.slice(0, 4) === '46' + it.type && it.code_fictitious === true, at + 'code = USCC + level + basic code, type digits = type');
  check(['01', '05', '07', '08', '10', '20'].includes(it.type) && it.filing === (it.legal_profile === 'filing') && profiles.get(it.legal_profile)?.item_types.includes(it.type), at + 'type, filing flag and legal profile');
  check(['immediate', 'commitment'].includes(it.kind) && (it.kind === 'immediate') === (it.promise.n === 0), at + 'immediate means a promise of 0');
  check(limit(it.legal) && limit(it.promise) && limit(it.accept) && it.legal.unit === it.promise.unit && it.legal.n > 0 && it.promise.n <= it.legal.n, at + 'promise within the legal limit');
  check(it.objects.every((o) => ['person', 'organisation'].includes(o)) && it.objects.includes('person') === (it.themes.person.length > 0) && it.objects.includes('organisation') === (it.themes.organisation.length > 0), at + 'objects agree with themes');
  check(it.themes.person.every((t) => PERSON.includes(t)) && it.themes.organisation.every((t) => LEGAL.includes(t)), at + 'theme codes exist');
  check(it.conditions.length >= 2 && it.conditions.every((c) => c.text && c.text_en && [1, 2].includes(c.kind)), at + 'conditions');
  for (const m of it.materials) {
    const am = at + `material ${m.name}: `;
    check(m.name && m.name_en && ['paper', 'electronic', 'both'].includes(m.format) && m.originals >= 0 && m.copies >= 0 && m.basis !== undefined, am + 'name, basis, format, counts');
    check(m.ways.length > 0 && m.ways.every((w) => ['file', 'certificate', 'later', 'paper'].includes(w)) && m.ways.includes('later') === !!limit(m.later), am + 'ways, and a period where later');
    check(m.ways.includes('certificate') === !!m.certificate, am + 'certificate named');
    check(m.required === true || (m.required_case && m.required_case_en), am + 'not required only in a stated case');
    check(['10', '20', '30', '99'].includes(m.source) && typeof m.blank_form === 'boolean' && m.filling_note && m.filling_note_en && m.accept_standard && m.accept_standard_en, am + 'source, blank form, filling note, standard');
  }
  check(it.process.every((s) => ['accept', 'review', 'decide', 'make', 'deliver'].includes(s.stage) && s.name && s.name_en && ROLES.includes(s.role) && limit(s.limit) && s.content && s.content_en), at + 'steps');
  check(['accept', 'decide', 'deliver'].every((x) => it.process.some((s) => s.stage === x)) && (it.type !== '01' || it.kind === 'immediate' || it.process.length >= 5), at + 'accepts, decides, delivers; a permit has at least 5 steps');
  const own = it.process.filter((s) => ['review', 'decide'].includes(s.stage));
  check(own.every((s) => s.limit.unit === it.promise.unit && s.role === 'approving-officer') && own.reduce((a, s) => a + s.limit.n, 0) <= it.promise.n, at + 'review and decision fit the promise');
  check(it.process.filter((s) => s.stage === 'accept').every((s) => s.role === 'acceptance-clerk') && it.process.filter((s) => s.stage === 'deliver').every((s) => s.role === 'issuing-clerk'), at + 'window steps belong to window posts');
  check(it.fee === (it.fees.length > 0) && it.fees.every((x) => x.name && x.name_en && x.basis && Number.isInteger(x.amount) && x.amount > 0) && it.online.pay_online === it.fee, at + 'fee rows with basis, pay online exactly when there is a fee');
  check(it.contacts.consult.phone !== it.contacts.complaint.phone && DEMO_PHONE.test(it.contacts.consult.phone) && DEMO_PHONE.test(it.contacts.complaint.phone), at + 'consult and complaint are different numbers');
  check(it.questions.length >= 3 && it.questions.every((q) => q.question && q.question_en && q.answer && q.answer_en), at + 'at least 3 questions');
  check(it.result.name && it.result.name_en && ['10', '20', '99'].includes(it.result.type) && it.result.sample && it.result.sample_en && it.result.negative && it.result.negative_en, at + 'result with sample');
  check(it.basis.length >= 1 && it.basis.every((b) => /^《/.test(b.law) && typeof b.to_check === 'boolean' && (b.to_check || (b.text && b.source)) && (b.article === '' || /^第[一二三四五六七八九十百、第条]+$/.test(b.article))), at + 'basis: law, article, checked only with text and source');
  check((it.online.visits === 0) === (it.online.visits_reason === '无') && (it.online.grade !== '4' || it.online.visits === 0) && it.online.depth.length > 0, at + 'grade 4 means no visit; a visit has a reason');
  check(it.delivery.every((x) => ['window', 'post', 'locker'].includes(x)) && (it.online.visits > 0 || it.online.available || it.express), at + 'delivery');
  check(it.fields.length >= 5 && new Set(it.fields.map((x) => x.name)).size === it.fields.length, at + 'form fields, names once');
  for (const x of it.fields) {
    check(/^[a-z][a-z0-9_]*$/.test(x.name) && x.label && x.label_en && KINDS.includes(x.kind) && typeof x.required === 'boolean', at + `field ${x.name}: name, label, kind`);
    check(['choice', 'choices'].includes(x.kind) === (x.options?.length >= 2) && (x.options ?? []).every((o) => o.value && o.label && o.label_en), at + `field ${x.name}: options exactly for choices`);
    check((x.kind === 'table') === (x.columns?.length > 0) && (!['text', 'textarea'].includes(x.kind) || x.max > 0) && !x.help === !x.help_en, at + `field ${x.name}: columns, max, help in both languages`);
  }
  check(it.defects.length >= 2 && it.defects.every((x) => x.code && x.problem && x.mend && it.materials.some((m) => m.name === x.target)), at + 'defects name a material');
  check(it.not_accepted.length >= 1 && it.not_accepted.every((x) => ['not_required', 'not_ours', 'cited'].includes(x.kind) && x.text && x.text_en && (x.kind !== 'not_ours' || (x.office && x.office_en)) && (x.kind !== 'cited' || x.article)), at + 'grounds of the closed list, whose it is');
  check(it.handbook.length >= 3 && it.handbook.every((x) => x.step && x.check && x.passes_when) && it.denial.length >= 1 && it.denial.every((x) => x.text && x.text_en), at + 'handbook with measurable checks, denial notes');
  check(it.remedies.reconsideration.n === 60 && it.remedies.reconsideration.unit === 'day' && it.remedies.suit.n === 6 && it.remedies.suit.unit === 'month', at + 'remedies');
  walk({ ...it, basis: [], code: '', keywords: [] }, k, (s, p) => {
    const clean = s.replace(NOT_VAGUE, '').replace(/《[^》]*》/g, '');
    const found = VAGUE.filter((w) => clean.includes(w)).concat(clean.includes('等') ? ['等'] : []);
    check(found.length === 0, `${p}: vague word ${found}`);
  });
  check(staffFile.staff.filter((s) => s.role === 'approving-officer' && s.department === it.department).length >= 2, at + 'its department has two officers');
}
const list = [...items.values()];
check(new Set(list.map((i) => i.code)).size === list.length && new Set(list.map((i) => i.name)).size === list.length && new Set(list.map((i) => i.local_code)).size === list.length, 'codes and names once');
for (let a = 0; a < list.length; a++) for (let b = a + 1; b < list.length; b++) {
  const m = (i) => new Set(list[i].materials.map((x) => x.name)), p = (i) => new Set(list[i].process.map((x) => x.name));
  const shared = [...m(a)].filter((x) => m(b).has(x)).length, steps = [...p(a)].filter((x) => p(b).has(x)).length;
  check(shared * 2 < Math.min(m(a).size, m(b).size) && steps * 2 < Math.min(p(a).size, p(b).size), `items ${list[a].key} and ${list[b].key}: different materials and process`);
}
check(list.filter((i) => i.kind === 'immediate').length >= 2, 'at least two immediate cases');
check(list.some((i) => i.materials.some((m) => m.ways.includes('later'))), 'a material that may come later');
check(list.filter((i) => i.materials.some((m) => m.ways.includes('paper') && m.ways.includes('file'))).length * 2 > list.length, 'most items take paper and files');
check(list.some((i) => i.type === '05' && i.level === 5), 'a benefit at town level');
check(list.filter((i) => i.fee).length >= 1 && list.filter((i) => i.fee).length * 4 < list.length, 'fees are rare, one exists');
check([2, 3, 4, 5].every((l) => list.some((i) => i.level === l)) && ['01', '05', '07', '08', '10', '20'].every((t) => list.some((i) => i.type === t)), 'all levels and types');

// ---- entrusted lists, enterprises
const entrusted = json('entrusted.json').entrusted;
for (const e of entrusted) {
  const at = `entrusted ${e.hall} ${e.department}: `;
  check(halls.has(e.hall) && deps.has(e.department) && e.instrument && e.instrument_no.includes('演示') && e.fictitious === true, at + 'hall, department, fictitious instrument');
  check(DAY.test(e.from) && DAY.test(e.to) && e.from < e.to, at + 'period');
  check(e.items.length > 0 && e.items.every((i) => items.get(i)?.department === e.department), at + 'items exist and belong to the department');
  check(['accept', 'correct', 'refuse', 'issue', 'deliver'].every((x) => e.acts.includes(x)), at + 'acts');
}
for (const it of list) for (const p of it.places) {
  const h = halls.get(p.hall);
  check(h && ['name', 'name_en', 'address', 'address_en', 'hours', 'hours_en', 'phone'].every((x) => p[x] === h[x]) && p.windows.every((w) => h.windows.some((y) => y.no === w && y.kind === 'comprehensive')), `item ${it.key}: place ${p.hall} as the hall says`);
  check(entrusted.some((e) => e.hall === p.hall && e.items.includes(it.key) && e.to >= '2026-11-01'), `item ${it.key}: place ${p.hall} is entrusted`);
}
for (const it of list) check(it.places.length > 0, `item ${it.key}: a place`);
const ents = json('enterprises.json').enterprises;
for (const e of ents) {
  check(usccOk(e.uscc) && !usccs.has(e.uscc) && e.fictitious === true && regions.has(e.region) && e.name_en, `enterprise ${e.key}: valid USCC, once, marked`); usccs.add(e.uscc);
  check(idOk(e.legal_person.id_number) && e.legal_person.id_number.slice(6, 14) === '19000101', `enterprise ${e.key}: safe legal person`);
  check(e.agents.length > 0 && e.agents.every((a) => accounts.get(a.account)?.role === 'agent' && a.from < a.to && a.scope.every((s) => s === '*' || items.has(s))), `enterprise ${e.key}: agents, scope, period`);
}
check(list.filter((i) => i.objects.includes('organisation') && i.agent.allowed).some((i) => ents.some((e) => e.agents.some((a) => a.scope.includes(i.key)))), 'an enterprise item with an agent');

// ---- the page that lists the accounts
const page = join(here, '..', 'docs', 'demo.md');
if (check(existsSync(page), 'docs/demo.md exists') && process.argv[2] === undefined) {
  const doc = readFileSync(page, 'utf8');
  for (const [a, p] of accounts) check(new RegExp(`\\| ${a} \\| Demo-2026-hainan \\| ${p.role} \\|`).test(doc), `docs/demo.md: ${a}`);
  check(/fictitious/.test(doc) && /虚构/.test(doc), 'docs/demo.md says that all is fictitious');
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
