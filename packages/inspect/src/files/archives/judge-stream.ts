import { note, placeIn, type FileCase, type Shape } from '../case.ts';
import { readGzipHead } from './gzip.ts';
import { linkLeaves } from './links.ts';
import { readTar, type TarEntry } from './tar.ts';
import { countMember, mayGoIn, openMember } from './unpack.ts';

const MEMBERS_MAX = 1024;
const TRAILER_BYTES = 8;

/** gzip: members behind each other (RFC 1952 §2.2), each judged as a file of its own. */
export function judgeGzip(file: FileCase): Shape {
  const { reader, judging } = file;
  const name = file.name.replace(/\.(?:gz|tgz)$/i, (found) => (found.toLowerCase() === '.tgz' ? '.tar' : ''));
  let at = 0;
  const shape = (fault: string | null): Shape => ({ id: 'gzip', end: Math.min(at, reader.size), fault });
  if (!mayGoIn(file, false)) return { id: 'gzip', end: reader.size, fault: null };
  for (let count = 0; count < MEMBERS_MAX && at < reader.size; count++) {
    const head = readGzipHead(reader, at);
    if (head === null) return shape(count === 0 ? 'the header is not valid' : null);
    const inner = head.name === '' ? name : head.name;
    if (!countMember(file)) return shape(null);
    const member = { name: inner, container: 'gzip', span: [head.data, reader.size] as const, isPacked: true, bytes: null };
    const opened = openMember(file, member);
    if (opened === null) return { id: 'gzip', end: reader.size, fault: null };
    const isWhole =
      reader.u32(opened.end, true) === opened.crc && reader.u32(opened.end + 4, true) === opened.bytes.size % 4_294_967_296;
    at = opened.end + TRAILER_BYTES;
    if (!isWhole) return shape('the checksum is wrong');
    judging.judgeInner(file, { name: inner, place: placeIn(file, 'gzip', inner), container: 'gzip', bytes: opened.bytes });
  }
  return shape(null);
}

/** tar: members as they lie, and links that must not lead out. */
export function judgeTar(file: FileCase): Shape {
  const { reader } = file;
  if (!mayGoIn(file, false)) return { id: 'tar', end: reader.size, fault: null };
  const entries = readTar(reader);
  for (;;) {
    const step = entries.next();
    if (step.done === true) return { id: 'tar', ...step.value };
    if (!countMember(file)) return { id: 'tar', end: reader.size, fault: null };
    judgeEntry(file, step.value);
  }
}

function judgeEntry(file: FileCase, entry: TarEntry): void {
  const { name, link, kind, data, bytes } = entry;
  const place = placeIn(file, 'tar', name);
  if (kind === 'device') return file.judging.notes.add({ code: 'name-escape', place, detail: 'a member is a device' });
  // The target of a hard link is a path from the top, that of a symbolic one from where it lies.
  const leaves = kind === 'link' ? linkLeaves(name, link) : kind === 'hard-link' && linkLeaves('', link);
  if (leaves) file.judging.notes.add({ code: 'name-escape', place, detail: 'a link leads out of the archive' });
  const isFile = kind === 'file' || kind === 'other';
  const opened = isFile
    ? openMember(file, { name, container: 'tar', span: [data, data + bytes], isPacked: false, bytes })
    : { bytes: { size: 0, read: (): Uint8Array => new Uint8Array(0) } };
  if (opened === null) return;
  file.judging.judgeInner(file, {
    name: isFile || kind === 'hard-link' || kind === 'link' ? name : `${name.replace(/\/+$/, '')}/`,
    place,
    container: 'tar',
    bytes: opened.bytes,
  });
}

/** Archives of which only the kind is known here. */
export function judgeOpaque(file: FileCase, id: string): Shape {
  note(file, 'archive-opaque', 'what is in it cannot be seen here');
  return { id, end: file.reader.size, fault: null };
}
