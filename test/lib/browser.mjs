// A headless Chromium for the journeys: people who sign in, pages that are looked at (axe, narrow screen, labels, links).
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { PASSWORD, ROOT, request } from './server.mjs';

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'];
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const SHOTS = process.env.SHOTS;
export const WIDE = { width: 1440, height: 900 }, NARROW = { width: 360, height: 740 };

export const openBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ARGS });

/** A small PDF that any reader opens. */
export function pdf(words) {
    const stream = `BT /F1 18 Tf 40 100 Td (${words}) Tj ET`;
    const parts = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>',
        '<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
        `<</Length ${stream.length}>>stream\n${stream}\nendstream`, '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>'];
    let out = '%PDF-1.4\n';
    const at = parts.map((p, i) => { const o = out.length; out += `${i + 1} 0 obj\n${p}\nendobj\n`; return o; });
    const xref = out.length;
    out += `xref\n0 6\n0000000000 65535 f \n${at.map((o) => `${String(o).padStart(10, '0')} 00000 n \n`).join('')}`;
    return Buffer.from(`${out}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`, 'latin1');
}

/** What the journeys share: the browser, the server, the tally, the pages looked at, the links met. */
export function stage(browser, url, t) {
    const s = { browser, url, t, seen: new Set(), links: new Map(), jars: new Map() };

    /** A person at a browser of their own. `js`: scripts run. Not signed in yet when `account` is absent. */
    s.person = async (account, { js = true } = {}) => {
        const context = await browser.newContext({ locale: 'zh-CN', viewport: WIDE, javaScriptEnabled: js, baseURL: url,
            reducedMotion: 'reduce' });       /* no smooth scrolling: a click would have to aim at what moves */
        const page = await context.newPage();
        page.setDefaultTimeout(15000);
        const who = account || 'visitor';
        for (const event of ['pageerror', 'console']) {
            page.on(event, (e) => {
                const words = event === 'pageerror' ? String(e) : e.type() === 'error' ? e.text() : '';
                if (words && !/status of 4\d\d/.test(words)) t.ok(false, `${who}: ${page.url()} runs without an error`, words);
            });
        }
        const p = { page, context, account: who, js };
        p.signIn = async (name = account) => {
            if (!page.url().includes('/sign-in')) await page.goto('/sign-in');
            await page.fill('#account', name);
            await page.fill('#password', PASSWORD);
            await page.click('main form button');
            await page.waitForURL((u) => !u.pathname.startsWith('/sign-in') || u.pathname === '/sign-in/as');
            p.account = name;
            return p;
        };
        p.look = (name, how) => s.look(p, name, how);
        p.close = () => context.close();
        if (account) await p.signIn();
        return p;
    };

    /** Looks at the page once under this name: rules of axe at both widths, no sideways scrolling also in large text, ids used
     *  once, no internal words, labels in the page's language, links kept for the crawl. */
    s.look = async (p, name, { en = false } = {}) => {
        const { page } = p;
        if (s.seen.has(name) || !p.js) return;         /* axe needs scripts */
        s.seen.add(name);
        await keepLinks(s, p);
        const found = await page.evaluate(inspect, en);
        t.ok(found.twice.length === 0, `${name}: every id stands once`, found.twice);
        t.ok(found.raw.length === 0, `${name}: no internal words`, found.raw);
        t.ok(found.foreign.length === 0, `${name}: labels in the page's language`, found.foreign);
        t.ok(found.h1 === 1, `${name}: one h1`, String(found.h1));
        t.ok(found.dead.length === 0, `${name}: links within the page land`, found.dead);
        for (const viewport of [WIDE, NARROW]) {
            await page.setViewportSize(viewport);
            await axe(t, page, `${name} at ${viewport.width}`);
            await shot(page, `${name}-${viewport.width}`);
            await sideways(t, page, `${name} at ${viewport.width}`);
        }
        await page.evaluate(() => { document.documentElement.dataset.size = 'large'; });
        await sideways(t, page, `${name} at 360 in large text`);
        await shot(page, `${name}-360-large`);
        await page.evaluate(() => { document.documentElement.dataset.size = 'normal'; });
        await page.setViewportSize(WIDE);
    };

    /** Every internal link met, asked for as the one who met it; 200 in the end. Cookies of the answers are not kept. */
    s.crawl = async () => {
        for (const [who, paths] of s.links) {
            for (const path of paths) {
                let at = path, a;
                for (let hops = 0; hops < 4; hops++) {
                    a = await request(url, { path: at, headers: { Cookie: s.jars.get(who), Accept: 'text/html' } });
                    if (a.status !== 303 && a.status !== 302) break;
                    at = a.headers.location.split('#')[0];
                }
                t.ok(a.status === 200, `${who}: the link ${path} leads somewhere`, `${a.status} ${at}`);
            }
        }
        s.links.clear();
    };
    return s;
}

async function keepLinks(s, p) {
    const hrefs = await p.page.evaluate(() => [...document.querySelectorAll('a[href]:not([href^="#"])')].map((a) => a.href));
    const jar = await p.context.cookies(s.url);
    if (!s.links.has(p.account)) s.links.set(p.account, new Set());
    s.jars.set(p.account, jar.map((c) => `${c.name}=${c.value}`).join('; '));
    for (const href of hrefs) {
        const u = new URL(href);
        if (u.origin === s.url && u.pathname !== new URL(p.page.url()).pathname) s.links.get(p.account).add(u.pathname + u.search);
    }
}

async function axe(t, page, name) {
    const bad = await page.evaluate(`${AXE};axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'] })
        .then((r) => r.violations.map((v) => v.id + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')))`);
    t.ok(bad.length === 0, `axe finds nothing on ${name}`, bad);
}

async function sideways(t, page, name) {
    const over = await page.evaluate(() => {
        const wide = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= wide) return [];
        return [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > wide + 1).slice(0, 4)
            .map((e) => e.outerHTML.slice(0, 120)).concat(String(document.documentElement.scrollWidth));
    });
    t.ok(over.length === 0, `${name}: nothing scrolls sideways`, over);
}

async function shot(page, name) {
    if (!SHOTS) return;
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `${name.replace(/[^\w]+/g, '-')}.png`), fullPage: true });
}

/* In the page: what is wrong with it that needs no rule book. */
function inspect(en) {
    const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
    const text = (e) => e.textContent.replace(/\s+/g, ' ').trim();
    const own = (e) => !e.closest('[lang]:not(html)') && !e.querySelector('[lang]');
    const labels = [...document.querySelectorAll('title, nav a, h2, h3, thead th, dt, label, legend, button, .btn, .tag, .light, .crumbs a, summary')]
        .filter(own).map(text).filter(Boolean);
    const han = /\p{Script=Han}/u;
    return {
        twice: ids.filter((id, i) => ids.indexOf(id) !== i),
        raw: (document.body.innerText.match(/\b[a-z]+_[a-z_]+\b|\{\}|\{\{|\bundefined\b|\bnull\b/g) || []).slice(0, 5),
        foreign: labels.filter((l) => (en ? han.test(l) : /^[A-Za-z][a-z]+( [A-Za-z]+)*$/.test(l))).slice(0, 8),
        h1: document.querySelectorAll('h1').length,
        dead: [...document.querySelectorAll('a[href^="#"]')].map((a) => decodeURIComponent(a.hash.slice(1)))
            .filter((id) => !document.getElementById(id)),
    };
}

/** Fills a form by the names of its inputs; a list ticks several boxes. */
export async function fill(page, values, prefix = 'fields.') {
    for (const [name, value] of Object.entries(values)) {
        const inputs = page.locator(`[name="${prefix}${name}"]`);
        const kind = await inputs.first().evaluate((e) => (e.tagName === 'SELECT' ? 'select' : e.type));
        if (kind === 'select') await inputs.first().selectOption(value);
        else if (kind === 'radio') await page.check(`[name="${prefix}${name}"][value="${value}"]`);
        else if (kind === 'checkbox') for (const v of [].concat(value)) await page.check(`[name="${prefix}${name}"][value="${v}"]`);
        else await inputs.first().fill(value);
    }
}

/** Bytes that a first visit of the page costs over the wire, everything counted. */
export async function weigh(browser, url, path) {
    const context = await browser.newContext({ locale: 'zh-CN', viewport: NARROW });
    const page = await context.newPage();
    const wire = await context.newCDPSession(page);
    let bytes = 0;
    await wire.send('Network.enable');
    wire.on('Network.loadingFinished', (e) => { bytes += e.encodedDataLength; });
    await page.goto(url + path, { waitUntil: 'networkidle' });
    await context.close();
    return bytes;
}
