import type { EncodedPart } from '../../body/multipart-reader.ts';
import { fileBytes } from '../content.ts';
import { isText } from './files-in-fields.ts';
import { heard } from './arrived.ts';
import { Spool } from '../spool/spool.ts';
import type { SpoolRoom } from '../spool/spool-room.ts';
import type { TakenFile } from './taken-body.ts';

const SAMPLE_BYTES = 512;
/** Four letters are three octets (RFC 4648 §4). */
const QUANTUM = 4;

interface Opened {
  readonly part: EncodedPart;
  readonly spool: Spool;
  /** Letters that wait for others. */
  left: string;
}

/** Files in base64 that stand in long fields of a form, decoded while they pass; what goes on is what came. */
export class EncodedFiles {
  readonly #room: SpoolRoom;
  readonly #parts: readonly EncodedPart[];
  readonly #opened: Opened[] = [];

  constructor(room: SpoolRoom, parts: readonly EncodedPart[]) {
    this.#room = room;
    this.#parts = parts;
  }

  get count(): number {
    return this.#opened.length;
  }

  get largestBytes(): number {
    return Math.max(0, ...this.#opened.map(({ spool }) => spool.size));
  }

  /** Octets of the body that begin at this place of it. A promise = no more may come until it is settled. */
  take(bytes: Uint8Array, at: number): Promise<void> | null {
    const waiting: Promise<void>[] = [];
    for (const [index, part] of this.#parts.entries()) {
      const from = Math.max(part.from, at);
      const to = Math.min(part.to ?? Number.POSITIVE_INFINITY, at + bytes.length);
      if (from >= to) continue;
      const opened = (this.#opened[index] ??= { part, spool: new Spool(this.#room), left: '' });
      const written = decode(opened, bytes.subarray(from - at, to - at));
      if (written !== null) waiting.push(written);
    }
    return waiting.length === 0 ? null : heard(Promise.all(waiting));
  }

  async finish(): Promise<readonly TakenFile[]> {
    const files: TakenFile[] = [];
    for (const { part, spool, left } of this.#opened) {
      await spool.write(Buffer.from(left, 'base64'), false);
      const { content, hash } = await spool.finish();
      const isPlain = part.url === null && isText(fileBytes(content).read(0, SAMPLE_BYTES));
      const origin = part.url !== null ? 'declared' : isPlain ? 'text' : 'found';
      files.push({ content, hash, spool, name: '', field: part.name, declaredType: part.url?.type ?? null, origin });
    }
    return files;
  }

  close(): void {
    for (const { spool } of this.#opened) spool.close();
  }
}

function decode(opened: Opened, bytes: Uint8Array): Promise<void> | null {
  const text =
    opened.left +
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      .toString('latin1')
      .replaceAll(/[\r\n ]/gu, '');
  const whole = text.length - (text.length % QUANTUM);
  opened.left = text.slice(whole);
  return whole === 0 ? null : opened.spool.write(Buffer.from(text.slice(0, whole), 'base64'), false);
}
