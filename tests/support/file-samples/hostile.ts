import { deflateSync, gzipSync } from 'node:zlib';
import { pdf } from './documents.ts';
import { gif, jpeg, png, pngChunk, webp } from './images.ts';
import { tar } from './tar.ts';
import { overlappingZip, unicodePath, zip } from './zip.ts';

import { active, officeFiles } from './hostile-active.ts';
import { PHP, ASPX, JSP, row, PNG, JPEG, GIF, PDF, DOCX, ZIP, TAR, GZIP, TXT, type HostileSample } from './hostile-sample.ts';

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
