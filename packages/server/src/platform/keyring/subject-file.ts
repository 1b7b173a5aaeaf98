import { open, readFile, type FileHandle } from 'node:fs/promises';
import { writeFileAtomically } from '../atomic-file.ts';

/** `sub_` + 20 characters, a space, 60 wrapped bytes as base64url, a line end. */
const LINE = /^(sub_[0-9a-z]{20}) ([\w-]{80})$/u;
export const WRAPPED_BYTES = 60;

/**
 * The wrapped key of every data subject, one line each, appended. A line that was cut by a crash belongs to a record that was
 * never acknowledged, so the tail is cut on opening.
 */
export class SubjectFile {
  readonly #file: string;
  readonly #wrapped = new Map<string, Buffer>();
  #handle: FileHandle;
  #size: number;
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
      if (line?.[1] !== undefined && line[2] !== undefined) store.#wrapped.set(line[1], Buffer.from(line[2], 'base64url'));
      from = end + 1;
    }
    if (from < text.length) await handle.truncate(from);
    store.#size = from;
    return store;
  }

  get count(): number {
    return this.#wrapped.size;
  }

  get(pseudonym: string): Buffer | null {
    return this.#wrapped.get(pseudonym) ?? null;
  }

  add(pseudonym: string, wrapped: Buffer): void {
    if (wrapped.length !== WRAPPED_BYTES) throw new Error('assertion: a wrapped key has one length');
    this.#wrapped.set(pseudonym, wrapped);
    this.#pending.push(`${pseudonym} ${wrapped.toString('base64url')}\n`);
  }

  /** Durable when it resolves. A record must never be durable before the key that opens it. */
  flush(): Promise<void> {
    return this.#queue(() => this.#writePending());
  }

  /** Writes the file anew without this subject; the old blocks are freed by the rename. */
  remove(pseudonym: string): Promise<boolean> {
    let isRemoved = false;
    return this.#queue(async () => {
      const wrapped = this.#wrapped.get(pseudonym);
      const pending = this.#pending;
      isRemoved = this.#wrapped.delete(pseudonym);
      this.#pending = [];
      try {
        await writeFileAtomically(this.#file, this.#allLines());
      } catch (error) {
        // Not erased: nobody may believe it was.
        if (wrapped !== undefined) this.#wrapped.set(pseudonym, wrapped);
        this.#pending = [...pending, ...this.#pending];
        throw error;
      }
      await this.#handle.close();
      this.#handle = await open(this.#file, 'a+', 0o600);
      this.#size = (await this.#handle.stat()).size;
    }).then(() => isRemoved);
  }

  #allLines(): string {
    return [...this.#wrapped].map(([name, wrapped]) => `${name} ${wrapped.toString('base64url')}\n`).join('');
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle.close();
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
