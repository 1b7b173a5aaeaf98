import { gzipSync } from 'node:zlib';
import { compound, office, openDocument, pdf, workbook } from './documents.ts';
import { bmp, boxes, gif, ico, jpeg, png, pngChunk, SVG, tiff, webp } from './images.ts';
import { tar } from './tar.ts';
import { unicodePath, zip } from './zip.ts';

export interface FileSample {
  /** Id of the type that it is. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

const OOXML = 'application/vnd.openxmlformats-officedocument';
const ODF = 'application/vnd.oasis.opendocument';
const text = (value: string): Buffer => Buffer.from(value);

function mp3(): Buffer {
  // Two frames of 128 kbit/s at 44.1 kHz.
  const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)]);
  return Buffer.concat([frame, frame, frame]);
}

function wav(): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + 8, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(8, 40);
  return Buffer.concat([head, Buffer.alloc(8, 0x80)]);
}

const ogg = (): Buffer => Buffer.concat([Buffer.from('OggS\0\u0002', 'latin1'), Buffer.alloc(22)]);
const flac = (): Buffer => Buffer.concat([Buffer.from('fLaC\u0080\0\0\u0022', 'latin1'), Buffer.alloc(34)]);
const webm = (): Buffer =>
  Buffer.concat([
    Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff', 'hex'),
  ]);

/** A font without tables that a program could draw: its directory is whole. */
function ttf(): Buffer {
  const font = Buffer.alloc(12 + 16 + 54);
  font.writeUInt32BE(0x0001_0000, 0);
  font.writeUInt16BE(1, 4);
  font.write('head', 12, 'latin1');
  font.writeUInt32BE(28, 20);
  font.writeUInt32BE(54, 24);
  return font;
}

const pictures: readonly FileSample[] = [
  {
    id: 'png',
    name: 'square.png',
    type: 'image/png',
    bytes: png([pngChunk('tEXt', text('Comment\0made by a camera & <b>me</b>'))]),
  },
  { id: 'jpeg', name: 'photo.jpg', type: 'image/jpeg', bytes: jpeg(['taken at 5 > 3 o\u2019clock']) },
  { id: 'gif', name: 'dot.gif', type: 'image/gif', bytes: gif(['a comment']) },
  { id: 'webp', name: 'dot.webp', type: 'image/webp', bytes: webp() },
  { id: 'bmp', name: 'four.bmp', type: 'image/bmp', bytes: bmp() },
  { id: 'tiff', name: 'scan.tiff', type: 'image/tiff', bytes: tiff() },
  { id: 'ico', name: 'favicon.ico', type: 'image/vnd.microsoft.icon', bytes: ico() },
  { id: 'heic', name: 'IMG_0001.HEIC', type: 'image/heic', bytes: boxes('heic', ['meta', 'mdat']) },
  { id: 'avif', name: 'small.avif', type: 'image/avif', bytes: boxes('avif', ['meta', 'mdat']) },
  { id: 'svg', name: 'drawing.svg', type: 'image/svg+xml', bytes: text(SVG) },
];

const documents: readonly FileSample[] = [
  { id: 'pdf', name: 'letter.pdf', type: 'application/pdf', bytes: pdf({ catalogue: '/OpenAction [3 0 R /Fit]' }) },
  { id: 'docx', name: 'letter.docx', type: `${OOXML}.wordprocessingml.document`, bytes: office('docx') },
  { id: 'xlsx', name: 'table.xlsx', type: `${OOXML}.spreadsheetml.sheet`, bytes: office('xlsx') },
  { id: 'pptx', name: 'talk.pptx', type: `${OOXML}.presentationml.presentation`, bytes: office('pptx') },
  { id: 'odt', name: 'letter.odt', type: `${ODF}.text`, bytes: openDocument('text') },
  { id: 'ods', name: 'table.ods', type: `${ODF}.spreadsheet`, bytes: openDocument('spreadsheet') },
  { id: 'odp', name: 'talk.odp', type: `${ODF}.presentation`, bytes: openDocument('presentation') },
  {
    id: 'epub',
    name: 'book.epub',
    type: 'application/epub+zip',
    bytes: zip([{ name: 'mimetype', content: 'application/epub+zip', isStored: true }]),
  },
  { id: 'doc', name: 'old.doc', type: 'application/msword', bytes: compound([{ name: 'WordDocument', content: text('words') }]) },
  { id: 'xls', name: 'old.xls', type: 'application/vnd.ms-excel', bytes: compound([{ name: 'Workbook', content: workbook(0) }]) },
  {
    id: 'ppt',
    name: 'old.ppt',
    type: 'application/vnd.ms-powerpoint',
    bytes: compound([{ name: 'PowerPoint Document', content: text('slides') }]),
  },
  {
    id: 'rtf',
    name: 'note.rtf',
    type: 'application/rtf',
    bytes: text('{\\rtf1\\ansi{\\fonttbl\\f0 Arial;}\\f0 Honest \\{ words.\\par}\n'),
  },
];

const archives: readonly FileSample[] = [
  {
    id: 'zip',
    name: 'folder.zip',
    type: 'application/zip',
    bytes: zip([
      { name: 'folder/', content: '', isStored: true },
      { name: 'folder/photo.jpg', content: jpeg(), isStored: true },
      { name: 'folder/letter.pdf', content: pdf(), hasDescriptor: true },
      { name: 'folder/Übersicht.txt', content: 'words '.repeat(500) },
      { name: 'same.txt', content: 'x', extra: unicodePath('same.txt', 'same.txt') },
      { name: 'source.py', content: 'print(1)\n' },
      { name: 'inner.zip', content: zip([{ name: 'a.csv', content: 'a,b\n1,2\n' }]), isStored: true },
      { name: 'folder/link', content: 'photo.jpg', isStored: true, mode: 0o12_0777 },
    ]),
  },
  { id: 'gzip', name: 'words.txt.gz', type: 'application/gzip', bytes: gzipSync('words '.repeat(500)) },
  {
    id: 'tar',
    name: 'folder.tar',
    type: 'application/x-tar',
    bytes: tar([
      { name: 'folder/', type: '5' },
      { name: 'folder/photo.jpg', content: jpeg() },
      { name: `folder/${'long '.repeat(30)}name.txt`, content: 'words' },
      { name: 'folder/link', type: '2', link: 'photo.jpg' },
    ]),
  },
  { id: 'gzip', name: 'folder.tar.gz', type: 'application/gzip', bytes: gzipSync(tar([{ name: 'a.txt', content: 'words' }])) },
];

const texts: readonly FileSample[] = [
  { id: 'txt', name: 'notes.txt', type: 'text/plain', bytes: text('Grüße, 5 < 6 and <b>bold</b> & more.\n') },
  { id: 'csv', name: 'table.csv', type: 'text/csv', bytes: text('name,amount\n"Müller, A",-5\n=SUM(B2:B3),+49 30 1234\n') },
  { id: 'json', name: 'data.json', type: 'application/json', bytes: text('{"text": "<script> is a tag", "n": [1, 2]}') },
  {
    id: 'xml',
    name: 'data.xml',
    type: 'application/xml',
    bytes: text('<?xml version="1.0"?>\n<order id="1"><item>5 &lt; 6</item></order>\n'),
  },
  {
    id: 'html',
    name: 'page.html',
    type: 'text/html',
    bytes: text(
      '<!DOCTYPE html>\n<html><head><title>A page</title></head><body><p class="on">Words <a href="https://example.com/">here</a></p></body></html>\n',
    ),
  },
  {
    id: 'md',
    name: 'readme.md',
    type: 'text/markdown',
    bytes: text('# How to\n\nWrite `<?php echo 1; ?>` or `<script>alert(1)</script>` into a page.\n'),
  },
  { id: 'md', name: 'centred.md', type: 'text/markdown', bytes: text('<p align="center">\n<img src="a.png"></p>\n\n# Words\n') },
  { id: 'ics', name: 'date.ics', type: 'text/calendar', bytes: text('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n') },
  { id: 'vcf', name: 'card.vcf', type: 'text/vcard', bytes: text('BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nEND:VCARD\r\n') },
  {
    id: 'txt',
    name: 'utf16.txt',
    type: 'text/plain',
    bytes: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Wörter in zwei Oktetten', 'utf16le')]),
  },
];

const media: readonly FileSample[] = [
  { id: 'mp3', name: 'song.mp3', type: 'audio/mpeg', bytes: mp3() },
  { id: 'wav', name: 'tone.wav', type: 'audio/wav', bytes: wav() },
  { id: 'ogg', name: 'tone.ogg', type: 'audio/ogg', bytes: ogg() },
  { id: 'flac', name: 'tone.flac', type: 'audio/flac', bytes: flac() },
  { id: 'mp4', name: 'film.mp4', type: 'video/mp4', bytes: boxes('isom', ['moov', 'mdat']) },
  { id: 'mov', name: 'film.mov', type: 'video/quicktime', bytes: boxes('qt  ', ['moov', 'mdat']) },
  { id: 'webm', name: 'film.webm', type: 'video/webm', bytes: webm() },
  { id: 'ttf', name: 'font.ttf', type: 'font/ttf', bytes: ttf() },
];

/** One or more files of every type that is often taken: each is whole, and called what it is. */
export const HONEST_FILES: readonly FileSample[] = [...pictures, ...documents, ...archives, ...texts, ...media];
