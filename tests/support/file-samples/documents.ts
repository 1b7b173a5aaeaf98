import { deflateSync } from 'node:zlib';
import { zip, type ZipMember } from './zip.ts';

export interface PdfOptions {
  /** More entries of the catalogue, such as `/OpenAction 5 0 R`. */
  readonly catalogue?: string;
  /** More objects, from number 5 on. */
  readonly objects?: readonly (string | Buffer)[];
  readonly trailer?: string;
}

/** A page with a line of text, its table of objects and its end. */
export function pdf({ catalogue = '', objects = [], trailer = '' }: PdfOptions = {}): Buffer {
  const text = deflateSync(Buffer.from('BT /F1 12 Tf 20 100 Td (An honest page) Tj ET'));
  const all = [
    `<</Type /Catalog /Pages 2 0 R ${catalogue}>>`,
    '<</Type /Pages /Kids [3 0 R] /Count 1>>',
    '<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources <</Font <</F1 <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>>>>>>>',
    pdfStream('/Filter /FlateDecode', text),
    ...objects,
  ];
  let whole = Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1');
  const places: number[] = [];
  for (const [index, object] of all.entries()) {
    places.push(whole.length);
    whole = Buffer.concat([whole, Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')]);
  }
  const rows = places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 ${all.length + 1}\n0000000000 65535 f \n${rows}trailer\n<</Size ${all.length + 1} /Root 1 0 R ${trailer}>>\nstartxref\n${whole.length}\n%%EOF\n`;
  return Buffer.concat([whole, Buffer.from(end)]);
}

export function pdfStream(dictionary: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`<<${dictionary} /Length ${data.length}>>\nstream\n`), data, Buffer.from('\nendstream')]);
}

/** Objects in a packed stream (ISO 32000-1 §7.5.7). */
export function objectStream(content: string): Buffer {
  return pdfStream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', deflateSync(Buffer.from(`9 0 ${content}`)));
}

/** A PDF that carries a file. */
export function pdfWithFile(content: Buffer): Buffer {
  return pdf({
    catalogue: '/Names <</EmbeddedFiles <</Names [(a) 5 0 R]>>>>',
    objects: [
      '<</Type /Filespec /F (a.bin) /EF <</F 6 0 R>>>>',
      pdfStream('/Type /EmbeddedFile /Filter /FlateDecode', deflateSync(content)),
    ],
  });
}

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006';
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

interface Kind {
  readonly part: string;
  readonly type: string;
  readonly content: string;
}
const KINDS: Readonly<Record<'docx' | 'xlsx' | 'pptx', Kind>> = {
  docx: {
    part: 'word/document.xml',
    type: 'wordprocessingml.document.main',
    content:
      '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Honest words</w:t></w:r></w:p></w:body></w:document>',
  },
  xlsx: {
    part: 'xl/workbook.xml',
    type: 'spreadsheetml.sheet.main',
    content: '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>',
  },
  pptx: {
    part: 'ppt/presentation.xml',
    type: 'presentationml.presentation.main',
    content:
      '<p:presentation xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"><p:sldSz cx="1" cy="1"/></p:presentation>',
  },
};

/** A document of Office Open XML with more members, or other ones in the place of its own. */
export function office(kind: keyof typeof KINDS, members: readonly ZipMember[] = []): Buffer {
  const { part, type, content } = KINDS[kind];
  const own: ZipMember[] = [
    {
      name: '[Content_Types].xml',
      content: `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/></Types>`,
    },
    { name: '_rels/.rels', content: relations([{ type: `${OFFICE}/relationships/officeDocument`, target: part }]) },
    { name: part, content: `${XML}${content}` },
  ];
  const replaced = new Set(members.map(({ name }) => name));
  return zip([...own.filter(({ name }) => !replaced.has(name)), ...members]);
}

export function relations(list: readonly { type: string; target: string; isOutside?: boolean }[]): string {
  const rows = list.map(
    ({ type, target, isOutside = false }, index) =>
      `<Relationship Id="rId${index + 1}" Type="${type.includes('/') ? type : `${OFFICE}/relationships/${type}`}" Target="${target}"${isOutside ? ' TargetMode="External"' : ''}/>`,
  );
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${rows.join('')}</Relationships>`;
}

/** Words with fields between them, each in as many runs as it has pieces. */
export function wordFields(pieces: readonly string[]): string {
  const runs = pieces.map((piece) => `<w:r><w:instrText>${piece}</w:instrText></w:r>`).join('');
  return KINDS.docx.content.replace('<w:p>', `<w:p>${runs}`);
}

const ODF = 'application/vnd.oasis.opendocument';

export function openDocument(
  kind: 'text' | 'spreadsheet' | 'presentation',
  { body = '', members = [] as readonly ZipMember[] } = {},
): Buffer {
  const content = `${XML}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:text="urn:t" xmlns:draw="urn:d"><office:body><text:a xlink:href="https://example.com/">a link</text:a>${body}</office:body></office:document-content>`;
  return zip([{ name: 'mimetype', content: `${ODF}.${kind}`, isStored: true }, { name: 'content.xml', content }, ...members]);
}

export interface CompoundPart {
  readonly name: string;
  /** None = it is a storage. */
  readonly content?: Buffer;
}

const SECTOR = 512;
const END_OF_CHAIN = 0xff_ff_ff_fe;

/** A compound file ([MS-CFB]): parts lie side by side below the root, streams in sectors of their own. */
export function compound(parts: readonly CompoundPart[]): Buffer {
  const fat: number[] = [0xff_ff_ff_fd];
  const sectors: Buffer[] = [];
  const place = (content: Buffer): number => {
    const first = fat.length;
    const count = Math.max(1, Math.ceil(content.length / SECTOR));
    for (let index = 0; index < count; index++) fat.push(index + 1 < count ? first + index + 1 : END_OF_CHAIN);
    sectors.push(Buffer.concat([content, Buffer.alloc(count * SECTOR - content.length)]));
    return first;
  };
  const rows = parts.map(({ name, content }) => {
    const bytes = content === undefined ? 0 : Math.max(4096, content.length);
    const start = content === undefined ? 0 : place(Buffer.concat([content, Buffer.alloc(bytes - content.length)]));
    return directoryRow(name, { kind: content === undefined ? 1 : 2, start, bytes });
  });
  const directory = place(Buffer.concat([directoryRow('Root Entry', { kind: 5, start: END_OF_CHAIN, bytes: 0 }), ...rows]));
  const table = Buffer.alloc(SECTOR, 0xff);
  for (const [index, next] of fat.entries()) table.writeUInt32LE(next, index * 4);
  return Buffer.concat([compoundHeader(directory), table, ...sectors]);
}

function directoryRow(name: string, { kind, start, bytes }: { kind: number; start: number; bytes: number }): Buffer {
  const row = Buffer.alloc(128);
  row.write(name, 0, 'utf16le');
  row.writeUInt16LE((name.length + 1) * 2, 64);
  row.writeUInt8(kind, 66);
  row.fill(0xff, 68, 80);
  row.writeUInt32LE(start, 116);
  row.writeUInt32LE(bytes, 120);
  return row;
}

function compoundHeader(directory: number): Buffer {
  const header = Buffer.alloc(SECTOR);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(header);
  header.writeUInt16LE(0x3e, 24);
  header.writeUInt16LE(3, 26);
  header.writeUInt16LE(0xff_fe, 28);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(1, 44);
  header.writeUInt32LE(directory, 48);
  header.writeUInt32LE(4096, 56);
  header.writeUInt32LE(END_OF_CHAIN, 60);
  header.writeUInt32LE(END_OF_CHAIN, 68);
  header.fill(0xff, 76);
  header.writeUInt32LE(0, 76);
  return header;
}

/** The first part of a workbook, with one sheet of a kind: 0 = cells, 1 = macros ([MS-XLS] §2.4.28). */
export function workbook(sheetKind: number): Buffer {
  const sheet = Buffer.concat([Buffer.alloc(5), Buffer.from([sheetKind, 1, 0]), Buffer.from('S')]);
  const record = (kind: number, data: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(kind, 0);
    head.writeUInt16LE(data.length, 2);
    return Buffer.concat([head, data]);
  };
  return Buffer.concat([record(0x0809, Buffer.alloc(16)), record(0x85, sheet), record(0x0a, Buffer.alloc(0))]);
}
