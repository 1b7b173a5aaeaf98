import { open, readFile, type FileHandle } from 'node:fs/promises';
import { replaceFile } from '../atomic-file.ts';
import { FIRST_SUBJECTS_KEY } from './ring/wrap.ts';

/**
 * `sub_` + 20 characters, the id of the key that wraps, 60 wrapped bytes as base64url, a line end; a space between them. Lines
 * without an id are of the time when there was one such key. Of several lines of one subject the last one holds.
 */
const LINE = /^(sub_[0-9a-z]{20}) (?:([a-z0-9_]{1,64}) )?([\w-]{80})$/u;
export const WRAPPED_BYTES = 60;
/** Lines in one write. */
const CHUNK_LINES = 20_000;

export interface WrappedKey {
  readonly keyId: string;
  readonly wrapped: Buffer;
}

/**
 * The wrapped key of every data subject, one line each, appended. A line that was cut by a crash belongs to a record that was
 * never acknowledged, so the tail is cut on opening.
 */
export class SubjectFile {
  readonly #file: string;
  readonly #wrapped = new Map<string, WrappedKey>();
  /** By the key that wraps. */
  readonly #counts = new Map<string, number>();
  #handle: FileHandle;
  #size: number;
  /** Lines on the disk, also those that a later one has replaced. */
  #lines = 0;
  #pending: string[] = [];
  #tail: Promise<void> = Promise.resolve();

  private constructor(file: string, handle: FileHandle, size: number) {
    this.#file = file;
    this.#handle = handle;
    this.#size = size;
  }

  static async open(file: string): Promise<SubjectFile> {
    const handle = await open(file, 'a+', 0o600);
    const text = await readFile(file, 'latin1');
    const store = new SubjectFile(file, handle, 0);
    let from = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = LINE.exec(text.slice(from, end));
      // A damaged line in the middle loses one subject, not those after it.
      if (line?.[1] !== undefined && line[3] !== undefined)
        store.#hold(line[1], { keyId: line[2] ?? FIRST_SUBJECTS_KEY, wrapped: Buffer.from(line[3], 'base64url') });
      store.#lines += 1;
      from = end + 1;
    }
    if (from < text.length) await handle.truncate(from);
    store.#size = from;
    return store;
  }

  get count(): number {
    return this.#wrapped.size;
  }

  /** How many are wrapped with each key. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Some lines were replaced by later ones. */
  get isLong(): boolean {
    return this.#lines > this.#wrapped.size;
  }

  get(pseudonym: string): WrappedKey | null {
    return this.#wrapped.get(pseudonym) ?? null;
  }

  names(): IterableIterator<string> {
    return this.#wrapped.keys();
  }

  add(pseudonym: string, key: WrappedKey): void {
    if (key.wrapped.length !== WRAPPED_BYTES) throw new Error('assertion: a wrapped key has one length');
    this.#hold(pseudonym, key);
    this.#pending.push(toLine(pseudonym, key));
  }

  /** Durable when it resolves. A record must never be durable before the key that opens it. */
  flush(): Promise<void> {
    return this.#queue(() => this.#writePending());
  }

  /** Writes the file anew without this subject; the old blocks are freed by the rename. */
  remove(pseudonym: string): Promise<boolean> {
    let isRemoved = false;
    return this.#queue(async () => {
      const key = this.#wrapped.get(pseudonym);
      const pending = this.#pending;
      isRemoved = this.#drop(pseudonym);
      this.#pending = [];
      try {
        await this.#writeAnew();
      } catch (error) {
        // Not erased: nobody may believe it was.
        if (key !== undefined) this.#hold(pseudonym, key);
        this.#pending = [...pending, ...this.#pending];
        throw error;
      }
    }).then(() => isRemoved);
  }

  /** Writes the file anew with one line for each subject: nothing of an earlier key is left in it. */
  compact(): Promise<void> {
    return this.#queue(async () => {
      await this.#writePending();
      await this.#writeAnew();
    });
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle.close();
  }

  #hold(pseudonym: string, key: WrappedKey): void {
    this.#uncount(pseudonym);
    this.#wrapped.set(pseudonym, key);
    this.#counts.set(key.keyId, (this.#counts.get(key.keyId) ?? 0) + 1);
  }

  #drop(pseudonym: string): boolean {
    this.#uncount(pseudonym);
    return this.#wrapped.delete(pseudonym);
  }

  #uncount(pseudonym: string): void {
    const known = this.#wrapped.get(pseudonym);
    if (known === undefined) return;
    const left = (this.#counts.get(known.keyId) ?? 0) - 1;
    if (left > 0) this.#counts.set(known.keyId, left);
    else this.#counts.delete(known.keyId);
  }

  /** Beside the file and then in its place, so that a crash leaves one or the other; others go on in between. */
  async #writeAnew(): Promise<void> {
    const written = await writeAtomically(this.#file, this.#chunks());
    await this.#handle.close();
    this.#handle = await open(this.#file, 'a+', 0o600);
    this.#size = (await this.#handle.stat()).size;
    this.#lines = written;
  }

  *#chunks(): Generator<string[]> {
    let lines: string[] = [];
    // Whoever is added meanwhile comes here or waits to be appended, or both: the last line holds.
    for (const [name, key] of this.#wrapped) {
      lines.push(toLine(name, key));
      if (lines.length < CHUNK_LINES) continue;
      yield lines;
      lines = [];
    }
    yield lines;
  }

  async #writePending(): Promise<void> {
    if (this.#pending.length === 0) return;
    const lines = this.#pending;
    this.#pending = [];
    const bytes = Buffer.from(lines.join(''), 'latin1');
    try {
      await this.#handle.appendFile(bytes);
      await this.#handle.datasync();
      this.#size += bytes.length;
      this.#lines += lines.length;
    } catch (error) {
      // Full disk: cut what was half written and keep the lines for the next try.
      this.#pending = [...lines, ...this.#pending];
      await this.#handle.truncate(this.#size).catch(() => {});
      throw error;
    }
  }

  /** One at a time; a failed one does not stop the next. */
  #queue(work: () => Promise<void>): Promise<void> {
    const next = this.#tail.then(work);
    this.#tail = next.catch(() => {});
    return next;
  }
}

const toLine = (name: string, { keyId, wrapped }: WrappedKey): string => `${name} ${keyId} ${wrapped.toString('base64url')}\n`;

/** A million lines are no single buffer. The number of lines. */
async function writeAtomically(file: string, chunks: Iterable<string[]>): Promise<number> {
  let written = 0;
  await replaceFile(file, async (handle) => {
    for (const lines of chunks) {
      await handle.appendFile(lines.join(''), 'latin1');
      written += lines.length;
    }
  });
  return written;
}
