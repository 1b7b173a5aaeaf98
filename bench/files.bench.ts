import { FILE_POLICY, judgeFile, type FileBytes } from '@holdfast/inspect';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compound, pdf, SVG, zip } from '../tests/support/file-samples.ts';
import { median, report } from './report.ts';

/**
 * What judging a file costs: CPU for a large film (only its head and its table of boxes are read), for a large archive of texts
 * (everything is unpacked, checked and judged), and for files that are made to keep one of the readers busy. Read from the disk in
 * the pieces that the judge asks for.
 */
const ROUNDS = 3;
const FILM_BYTES = 100_000_000;
const BUDGET_FILM_MS = 100;
const BUDGET_ARCHIVE_MB_PER_SECOND = 10;
const BUDGET_HOSTILE_MS = 10_000;
const BUDGET_RSS_MB = 64;
const HOSTILE_BYTES = 10_000_000;

function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Judged {
  readonly ms: number;
  readonly readBytes: number;
  readonly rssMb: number;
  readonly codes: readonly string[];
}

const path = join(tmpdir(), `holdfast-files-bench-${process.pid}`);

/** In a process of its own, so that its memory is nobody else's. */
function judge(content: Buffer, name: string): Judged {
  writeFileSync(path, content);
  const { stdout } = spawnSync(
    process.execPath,
    ['--conditions=@holdfast/source', '--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), path, name],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  rmSync(path);
  // What `judgeHere` writes.
  return JSON.parse(stdout) as Judged;
}

function judgeHere(file: string, name: string): void {
  const handle = openSync(file, 'r');
  let readBytes = 0;
  const bytes: FileBytes = {
    size: statSync(file).size,
    read: (offset, length) => {
      const buffer = new Uint8Array(length);
      readBytes += length;
      return buffer.subarray(0, readSync(handle, buffer, 0, length, offset));
    },
  };
  const before = process.resourceUsage().maxRSS;
  const times: number[] = [];
  let codes: readonly string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = cpuNowMs();
    codes = judgeFile(bytes, { name, type: null }, FILE_POLICY).findings.map(({ code }) => code);
    times.push(cpuNowMs() - began);
  }
  closeSync(handle);
  const rssMb = Math.round((process.resourceUsage().maxRSS - before) / 1024);
  process.stdout.write(
    JSON.stringify({ ms: Math.round(median(times)), readBytes: readBytes / ROUNDS, rssMb, codes } satisfies Judged),
  );
}

/** The same octets on every machine, which nothing packs. */
function noise(bytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes; at += 64) blocks.push(createHash('sha512').update(String(at)).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

function film(): Buffer {
  const content = noise(1_000_000);
  const head = Buffer.from('\0\0\0\u0018ftypisom\0\0\0\0isommp42\0\0\0\u0018moov\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1');
  const box = Buffer.alloc(8);
  box.writeUInt32BE(FILM_BYTES, 0);
  box.write('mdat', 4, 'latin1');
  return Buffer.concat([head, box, ...Array.from({ length: Math.ceil(FILM_BYTES / content.length) }, () => content)]).subarray(
    0,
    head.length + FILM_BYTES,
  );
}

/** About 50 MB packed: tables of which the half is noise. */
function archive(): { readonly packed: Buffer; readonly unpackedMb: number } {
  const table = (seed: number): string =>
    Array.from(
      { length: 40_000 },
      (_, row) => `${seed * 40_000 + row},${createHash('md5').update(`${seed} ${row}`).digest('hex')},an honest row\n`,
    ).join('');
  const members = Array.from({ length: 52 }, (_, seed) => ({ name: `tables/${seed}.csv`, content: table(seed) }));
  return { packed: zip(members), unpackedMb: members.reduce((sum, { content }) => sum + content.length, 0) / 1_000_000 };
}

const fill = (fragment: string, head = ''): Buffer =>
  Buffer.from(head + fragment.repeat(Math.ceil(HOSTILE_BYTES / fragment.length)), 'latin1');
const HOSTILE: readonly (readonly [title: string, name: string, content: () => Buffer])[] = [
  ['streams of a PDF', 'a.pdf', () => Buffer.concat([fill('<</First 1/Fl 2>>stream\n', '%PDF-1.7\n'), pdf()])],
  ['names of a PDF', 'a.pdf', () => Buffer.concat([fill('/OpenAction 7 0 R /AA ', '%PDF-1.7\n'), pdf()])],
  ['tags of an SVG', 'a.svg', () => fill('<a b="c" d=e/>', SVG.slice(0, 100))],
  ['attributes of an SVG', 'a.svg', () => fill('a&#x6a;="&lt;" ', '<svg ')],
  ['a declaration without an end', 'a.svg', () => fill('<!ENTITY a "', '<!DOCTYPE svg [')],
  ['declarations', 'a.svg', () => fill('<!DOCTYPE a [<!ENTITY % a "b">]>', '<svg>')],
  ['instructions', 'a.xml', () => fill('?', '<?xml ')],
  ['handlers of HTML', 'a.html', () => fill('<a on on on on on on on on on on on', '<!DOCTYPE html>')],
  ['open brackets', 'a.json', () => fill('[').subarray(0, 4_000_000)],
  ['formulas', 'a.csv', () => fill(',=cmd+cmd+cmd')],
  ['code in a picture', 'a.png', () => fill('<?= <% <s<h ', '\u0089PNG\r\n\u001a\n')],
  ['braces of Rich Text', 'a.rtf', () => fill('\\*\\template \\', '{\\rtf')],
  ['end records', 'a.zip', () => fill('PK\u0005\u0006', 'PK\u0003\u0004')],
  ['empty tar members', 'a.tar', () => Buffer.alloc(HOSTILE_BYTES, pathlessTar())],
  ['chains of a compound file', 'a.doc', () => tangled()],
];

function pathlessTar(): Buffer {
  const block = Buffer.alloc(512);
  block.write('a', 0, 'latin1');
  block.write('00000000000\0', 124, 'latin1');
  block.write('        ', 148, 'latin1');
  block.write('g', 156, 'latin1');
  const sum = block.reduce((total, octet) => total + octet, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Every sector leads to the one before it, and every stream begins anywhere. */
function tangled(): Buffer {
  const whole = Buffer.concat([compound([{ name: 'Workbook', content: Buffer.from('x') }]), Buffer.alloc(HOSTILE_BYTES)]);
  for (let at = 512; at + 4 <= 1024; at += 4) whole.writeUInt32LE((at / 4) % 127, at);
  return whole;
}

function run(): void {
  const movie = judge(film(), 'film.mp4');
  const { packed, unpackedMb } = archive();
  const tables = judge(packed, 'tables.zip');
  const hostile = HOSTILE.map(([title, name, content]) => ({ title, ...judge(content(), name) })).toSorted(
    (left, right) => right.ms - left.ms,
  );
  const archiveMbPerSecond = Math.round((packed.length / 1000 / Math.max(1, tables.ms)) * 10) / 10;
  report({
    name: 'files',
    budget: `${BUDGET_FILM_MS} ms for a film of 100 MB, ${BUDGET_ARCHIVE_MB_PER_SECOND} MB/s of an archive, ${BUDGET_HOSTILE_MS} ms for 10 MB of anything, ${BUDGET_RSS_MB} MB more memory`,
    ok:
      movie.ms <= BUDGET_FILM_MS &&
      movie.codes.length + tables.codes.length === 0 &&
      archiveMbPerSecond >= BUDGET_ARCHIVE_MB_PER_SECOND &&
      tables.rssMb <= BUDGET_RSS_MB &&
      (hostile[0]?.ms ?? 0) <= BUDGET_HOSTILE_MS,
    results: {
      film: movie,
      archive: {
        ...tables,
        packedMb: Math.round(packed.length / 1_000_000),
        unpackedMb: Math.round(unpackedMb),
        mbPerSecond: archiveMbPerSecond,
      },
      hostile: hostile.slice(0, 8).map(({ title, ms, codes }) => ({ title, ms, codes })),
    },
  });
}

const [file, name] = process.argv.slice(2);
if (file === undefined || name === undefined) run();
else judgeHere(file, name);
