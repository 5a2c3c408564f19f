// A submission for the suites that need many: the reissue of a lost driving licence, an item of the demo province that
// any citizen may apply for online.
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

export const ITEM = '11460200MB0D0007XH3460109021004';

/** The body of POST /cases as text; `mark` makes it unlike any other. `file`: id of an upload of the applicant's;
 *  without one the materials are missing, which is told and blocks nothing. */
export function submission(mark, file) {
    return JSON.stringify({
        item: ITEM,
        fields: { class: 'C1', issued_region: '海南省三亚市', lost: true, lost_day: '2026-02-27',
            post_address: `三亚市吉阳区演示路 ${mark} 号`, mobile: '19908980001' },
        materials: file ? [{ name: '机动车驾驶人身份证明', file }, { name: '驾驶人证件照片', file }] : [],
        declare: true,
    });
}

export const sm3 = (text) => createHash('sm3').update(text).digest('hex');

/** What a client writes down about each acknowledged submission, on disk before it counts: one line of contract.md. */
export function openLedger(path) {
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_DSYNC, 0o600);
    const ledger = { path, lines: 0, byKey: new Map() };
    ledger.add = (key, body, json) => {
        const evidence = json.receipt?.evidence_number ?? json.receipt?.evidence ?? '-';
        writeSync(fd, `${key}\t${json.id}\t${sm3(body)}\t${evidence}\n`);
        ledger.lines++;
        ledger.byKey.set(key, json.id);
    };
    ledger.close = () => closeSync(fd);
    return ledger;
}

/** Numbers from a seed, the same on every run: 0 <= x < 1. */
export function dice(seed) {
    let s = seed >>> 0;
    return () => {
        s = (s + 0x6d2b79f5) >>> 0;
        let t = Math.imul(s ^ (s >>> 15), 1 | s);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

function crc32(bytes) {
    let c = 0xffffffff;
    for (const b of bytes) {
        c ^= b;
        for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    }
    return (c ^ 0xffffffff) >>> 0;
}

/** A real PNG of `size` x `size` grey noise, so of about size*size bytes and unlike any other. */
export function png(size) {
    const chunk = (type, data) => {
        const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
        const out = Buffer.alloc(body.length + 8);
        out.writeUInt32BE(data.length, 0);
        body.copy(out, 4);
        out.writeUInt32BE(crc32(body), body.length + 4);
        return out;
    };
    const head = Buffer.alloc(13);
    head.writeUInt32BE(size, 0);
    head.writeUInt32BE(size, 4);
    head[8] = 8;
    const rows = randomBytes((size + 1) * size);
    for (let y = 0; y < size; y++) rows[y * (size + 1)] = 0;
    return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 0 })),
        chunk('IEND', Buffer.alloc(0))]);
}
