// A browser without scripts: cookies, pages, forms with their hidden fields. For suites that look at the HTML face.
import { PASSWORD, request } from './server.mjs';

const unescape = (s) => s.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
const attribute = (tag, name) => { const m = new RegExp(`\\b${name}="([^"]*)"`).exec(tag); return m ? unescape(m[1]) : null; };

export class Visitor {
    constructor(url) { this.url = url; this.cookies = new Map(); }

    cookie() { return [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; '); }

    async ask(method, path, { headers = {}, body } = {}) {
        const h = { Accept: 'text/html', ...headers };
        if (this.cookies.size && h.Cookie === undefined) h.Cookie = this.cookie();
        const a = await request(this.url, { method, path, headers: h, body });
        for (const line of [].concat(a.headers['set-cookie'] || [])) {
            const [pair, ...rest] = line.split(';');
            const at = pair.indexOf('=');
            if (rest.some((x) => /^\s*max-age=0$/i.test(x))) this.cookies.delete(pair.slice(0, at));
            else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
        }
        return a;
    }

    get(path, headers) { return this.ask('GET', path, { headers }); }

    /** Posts pairs ({name: value} or [[name, value], ...]) as a page would. */
    post(path, pairs, headers = {}) {
        return this.ask('POST', path, { headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
            body: new URLSearchParams(pairs).toString() });
    }

    /** The token a page gives its forms. `page`: any page with a form that posts. */
    async csrf(page = '/sign-in') { return fieldOf((await this.get(page)).text, '_csrf'); }

    async signIn(account, password = PASSWORD) {
        const token = await this.csrf('/sign-in');
        const a = await this.post('/sign-in', { _csrf: token, account, password, next: '/my' });
        if (a.status !== 303) throw new Error(`${account} cannot sign in by the form: ${a.status}`);
        if ((a.headers.location || '').startsWith('/sign-in/as')) {          // several capacities: the one asked for, or oneself
            const b = await this.post('/sign-in/as', { _csrf: await this.csrf(a.headers.location), as: 'self', next: '/my' });
            if (b.status !== 303) throw new Error(`${account} cannot choose a capacity: ${b.status}`);
        }
        return this;
    }
}

/** Value of the first input of that name in a page. */
export function fieldOf(html, name) {
    for (const [tag] of html.matchAll(/<(?:input|button|textarea)\b[^>]*>/g)) if (attribute(tag, 'name') === name) return attribute(tag, 'value');
    return null;
}

/** Hidden inputs of the form that posts to `action`: {name: value}. */
export function hiddenOf(html, action) {
    for (const [form, head] of html.matchAll(/<form\b([^>]*)>[\s\S]*?<\/form>/g)) {
        if (attribute(`<form${head}>`, 'action') !== action) continue;
        return Object.fromEntries([...form.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [attribute(tag, 'name'), attribute(tag, 'value')]));
    }
    return null;
}
