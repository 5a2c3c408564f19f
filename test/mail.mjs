// Messages and mail: a case is carried by JSON to acceptance; every change reaches the applicant on the site and by mail, once,
// from a real SMTP server. The server is down at first: the letters wait, are tried again, and arrive. Prints `N passed, N failed`.
import { SMTPServer } from 'smtp-server';
import { api, makeStore, signIn, sleep, startServer, tally } from './lib/server.mjs';
import { submission } from './lib/case.mjs';

const t = tally();
const letters = [];
let refuseFirst = 0;                             // how many letters the mail server turns away before it takes one

/** Header and body of a letter, unfolded and decoded. */
function read(raw) {
    const at = raw.indexOf('\r\n\r\n');
    const head = {};
    for (const line of raw.slice(0, at).replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
        const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line);
        head[name.toLowerCase()] = value.replace(/=\?UTF-8\?B\?([^?]*)\?=\s*/g, (_, b) => Buffer.from(b, 'base64').toString('utf8'));
    }
    return { head, body: Buffer.from(raw.slice(at + 4), 'base64').toString('utf8'), raw };
}

function mailServer(port) {
    return new Promise((done, failed) => {
        const server = new SMTPServer({
            authOptional: true,
            disabledCommands: ['STARTTLS', 'AUTH'],
            logger: false,
            onData(stream, session, callback) {
                const parts = [];
                stream.on('data', (d) => parts.push(d));
                stream.on('end', () => {
                    if (refuseFirst > 0) {
                        refuseFirst--;
                        return callback(Object.assign(new Error('try again later'), { responseCode: 451 }));
                    }
                    letters.push({ ...read(Buffer.concat(parts).toString('utf8')), from: session.envelope.mailFrom.address,
                        to: session.envelope.rcptTo.map((r) => r.address) });
                    return callback();
                });
            },
        });
        server.on('error', failed);
        server.listen(port, '127.0.0.1', () => done(server));
    });
}

async function freePort() {
    const probe = await mailServer(0);
    const { port } = probe.server.address();
    await new Promise((done) => probe.close(done));
    return port;
}

async function until(what, seconds) {
    for (let i = 0; i < seconds * 10; i++) {
        const got = await what();
        if (got) return got;
        await sleep(100);
    }
    return null;
}

const port = await freePort();
const dir = makeStore({ conf: { 'note.smtp_url': `smtp://127.0.0.1:${port}`, 'note.mail_from': 'no-reply@demo.example.com' } });
const server = await startServer(dir);
const citizen = await signIn(server.url, 'citizen1');
const messages = async (token = citizen, lang = 'zh') => (await api(server.url, token, 'GET', '/messages', null, { lang })).json;
let mail = null, id = null, number = null;

await t.part('down', async () => {
    const sent = await api(server.url, citizen, 'POST', '/cases', submission('mail-1'), { key: 'mail-1' });
    t.equal(sent.status, 201, 'the case is submitted while the mail server is down');
    ({ id, number } = sent.json);
    const list = await messages();
    t.equal(list.messages.length, 1, 'one message is there at once');
    t.equal(list.unread, 1, 'it is unread');
    t.equal(list.messages[0].kind, 'received', 'it says that the case was received');
    t.equal(list.messages[0].number, number, 'it names the case number');
    const failed = await until(async () => (await messages()).messages[0].mail === 'failed', 15);
    t.ok(failed, 'the message says that its mail did not leave yet', (await messages()).messages[0]);
    t.equal(letters.length, 0, 'no letter has arrived');
});

await t.part('up', async () => {
    mail = await mailServer(port);
    refuseFirst = 1;
    t.ok(await until(() => letters.length > 0, 45), 'the letter arrives after the mail server has come up and turned it away once');
    t.ok(await until(async () => (await messages()).messages[0].mail === 'sent', 10), 'the message says that its mail was sent');
    const l = letters[0];
    t.equal(l.to.join(), 'citizen1@example.com', 'it goes to the person\'s address');
    t.equal(l.from, 'no-reply@demo.example.com', 'it comes from the configured address');
    t.ok(l.head.subject.startsWith('已收件: '), 'the subject says what happened', l.head.subject);
    t.ok(/^<note\.\d+@demo\.example\.com>$/.test(l.head['message-id']), 'the Message-ID is made from the message', l.head['message-id']);
    t.ok(l.body.includes(number) && l.body.includes(`/cases/${id}`), 'it names the case number and the way to the case', l.body);
    t.ok(l.body.includes('已收件') && l.body.includes('Received'), 'it is in both languages', l.body);
    t.ok(!/460000190001010012|1990898\d{4}|符海椰/.test(l.body + l.head.subject), 'no personal number and no name stands in it');
    t.ok(l.raw.split('\r\n').every((line) => line.length <= 78), 'no line is longer than 78 characters');
});

await t.part('accept', async () => {
    const clerk = await signIn(server.url, 'clerk-sy');
    const body = JSON.stringify({});
    const accepted = await api(server.url, clerk, 'POST', `/cases/${id}/accept`, body, { key: 'mail-accept' });
    t.equal(accepted.status, 200, 'the clerk accepts the case');
    const again = await api(server.url, clerk, 'POST', `/cases/${id}/accept`, body, { key: 'mail-accept' });
    t.equal(again.status, 200, 'the same request again gets the same answer');
    t.ok(await until(() => letters.length > 1, 10), 'the acceptance arrives by mail');
    await sleep(1500);
    t.equal(letters.length, 2, 'each letter arrives once', letters.map((l) => l.head.subject));
    const l = letters[1];
    t.ok(l.head.subject.startsWith('已受理: '), 'the subject says that it was accepted', l.head.subject);
    t.ok(l.head['message-id'] !== letters[0].head['message-id'], 'it has a Message-ID of its own');
    const list = await messages();
    t.equal(list.messages.map((m) => m.kind).join(), 'accepted,received', 'both messages are on the site, the newest first');
    const one = (await api(server.url, citizen, 'GET', `/messages/${list.messages[0].id}`, null, { lang: 'zh' })).json;
    t.ok(one.body.includes('已受理') && one.body.includes(accepted.json.acceptance_no), 'the message names the acceptance document', one.body);
    const en = (await api(server.url, citizen, 'GET', `/messages/${list.messages[0].id}`, null, { lang: 'en' })).json;
    t.ok(en.body.includes('has been accepted'), 'and reads in English', en.body);
});

await t.part('reading', async () => {
    const first = (await messages()).messages[0].id;
    const other = await signIn(server.url, 'citizen2');
    t.equal((await api(server.url, other, 'GET', `/messages/${first}`)).status, 404, 'another person\'s message is not there');
    t.equal((await api(server.url, other, 'POST', `/messages/${first}/read`, {}, { key: 'read-other' })).status, 404, 'nor can it be marked');
    t.equal((await api(server.url, null, 'GET', '/messages')).status, 401, 'without sign-in there are no messages');
    t.equal((await api(server.url, citizen, 'POST', `/messages/${first}/read`, {}, { key: 'read-1' })).status, 200, 'a message is marked as read');
    t.equal((await messages()).unread, 1, 'one is left unread');
    t.equal((await api(server.url, citizen, 'POST', '/messages/read-all', {}, { key: 'read-all' })).status, 200, 'all are marked as read');
    t.equal((await messages()).unread, 0, 'none is left unread');
});

await t.part('supervision', async () => {
    const clerk = await signIn(server.url, 'clerk-sy');
    t.equal((await api(server.url, clerk, 'GET', '/watch')).status, 403, 'a clerk does not supervise');
    const office = await signIn(server.url, 'supervisor-hn');
    const seen = (await api(server.url, office, 'GET', '/watch')).json;
    t.equal(seen.total.open, 1, 'the office sees one open case');
    t.equal(seen.states.map((s) => `${s.state}:${s.n}`).join(), 'accepted:1', 'counted where it stands now, and nowhere else');
    const story = await api(server.url, office, 'GET', `/watch/cases/${id}`);
    t.equal(story.status, 200, 'the office reads its story');
    t.equal(story.json.history.map((h) => h.act).join(), 'accept,submit', 'act by act');
    t.ok(!/符海椰|4600001900|1990898|吉阳区演示路/.test(story.text + JSON.stringify(seen)), 'without anything about the applicant');
    const own = await signIn(server.url, 'supervisor-hn-hrss');
    t.equal((await api(server.url, own, 'GET', `/watch/cases/${id}`)).status, 404, 'another department\'s supervisor does not');
    t.equal((await api(server.url, own, 'GET', '/watch')).json.total.open, 0, 'and counts its own cases only');
});

await t.part('again', async () => {
    await server.stop();
    const second = await startServer(dir);
    await sleep(2500);
    t.equal(letters.length, 2, 'after a restart nothing is sent a second time');
    await second.stop();
});

if (mail) await new Promise((done) => mail.close(done));
t.end();
