// Fills in an item's form as its guide describes it, so that a suite can apply for any item of the demo province.

/** A value for a field of the guide's `form`. `who`: {name, id} of the person a field may ask for. */
export function valueOf(field, who) {
    const option = (n = 0) => { const o = field.options[n]; return typeof o === 'string' ? o : o.value; };
    switch (field.kind) {
    case 'number': return 3;
    case 'money': return 120000;
    case 'date': return '2026-02-27';
    case 'choice': return option();
    case 'choices': return [option()];
    case 'region': return '460108000000';
    case 'person': return { name: who.name, id_number: who.id };
    case 'enterprise': return { name: '琼海市嘉积万泉演示餐饮店', uscc: '92469002MA5T00029K' };
    case 'mobile': return '19908980001';
    case 'mail': return 'citizen1@example.com';
    case 'bool': return true;
    case 'table': return [Object.fromEntries((field.columns || []).map((c) => [c.name, valueOf(c, who)]))];
    default: return `演示 ${field.label}`.slice(0, field.max || 60);
    }
}

/** All fields of a guide. `only`: 'required' leaves the others out. */
export const fieldsOf = (guide, who, only) => Object.fromEntries(guide.form.filter((f) => (only ? f.required : true) && f.kind !== 'file')
    .map((f) => [f.name, valueOf(f, who)]));

/** Every required material by one way: a file id where a file will do, else paper. `way`: 'paper' or 'later' where the item has it. */
export const materialsOf = (guide, file, way) => guide.materials.filter((m) => m.required).map((m) => {
    if (way && m.ways.includes(way)) return { name: m.name, [way]: true };
    return m.ways.includes('file') ? { name: m.name, file } : { name: m.name, paper: true };
});

/** A PDF of one empty page; `mark` makes it unlike any other. */
export function pdf(mark = 'one') {
    const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>'];
    let text = `%PDF-1.4\n%${mark}\n`;
    const at = objects.map((o, i) => { const from = text.length; text += `${i + 1} 0 obj\n${o}\nendobj\n`; return from; });
    const xref = text.length;
    text += `xref\n0 4\n0000000000 65535 f \n${at.map((n) => `${String(n).padStart(10, '0')} 00000 n \n`).join('')}`;
    text += `trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n${xref}\n%%EOF\n`;
    return Buffer.from(text, 'latin1');
}
