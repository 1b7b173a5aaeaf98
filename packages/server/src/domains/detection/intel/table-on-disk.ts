import { readFile, readdir, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../platform/atomic-file.ts';
import { readTable, writeTable } from '../../../platform/lookup/table-file.ts';

const STATE_FILE = 'table.json';

const why = z.object({ why: z.string(), entries: z.number(), example: z.string() });
const stateSchema = z.object({
  key: z.string(),
  digest: z.string().regex(/^[0-9a-f]{64}$/u),
  compiledAt: z.number(),
  bytes: z.number(),
  nextEndAt: z.number().nullable(),
  planted: z.object({ host: z.string(), at: z.number() }).nullable().default(null),
  entries: z.object({ address: z.number(), host: z.number(), url: z.number(), hash: z.number(), agent: z.number() }),
  refused: z.array(
    z.object({ source: z.string(), counts: z.array(why), told: z.array(z.object({ value: z.string(), why: z.string() })) }),
  ),
});
export type TableState = z.infer<typeof stateSchema>;

/** The files of a table: itself, which gateways read, and what it was made of. */
export class TableOnDisk {
  readonly #folder: string;
  /** The file as it was found to be whole. What happens to it later is seen by that, without reading it again. */
  #wholeAs = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  fileOf(digest: string): string {
    return path.join(this.#folder, `table-${digest.slice(0, 32)}.bin`);
  }

  async readState(): Promise<TableState | null> {
    try {
      return stateSchema.parse(JSON.parse(await readFile(path.join(this.#folder, STATE_FILE), 'utf8')));
    } catch {
      // None yet, or not ours any more: it is made anew from what is stored.
      return null;
    }
  }

  async write(made: TableState, bytes: Uint8Array): Promise<void> {
    const file = this.fileOf(made.digest);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeTable(file, bytes);
    await writeFileAtomically(path.join(this.#folder, STATE_FILE), JSON.stringify(made));
    this.#wholeAs = await marksOf(file);
  }

  async isWhole(digest: string): Promise<boolean> {
    const file = this.fileOf(digest);
    const marks = await marksOf(file);
    if (marks !== '' && marks === this.#wholeAs) return true;
    if (!(await isReadable(file, digest))) return false;
    this.#wholeAs = marks;
    return true;
  }

  async keepOnly(digests: readonly string[]): Promise<void> {
    const keep = digests.map((digest) => this.fileOf(digest));
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name);
      if (/^table-[0-9a-f]{32}\.bin$/u.test(name) && !keep.includes(file)) await rm(file, { force: true });
    }
  }
}

const isReadable = async (file: string, digest: string): Promise<boolean> =>
  readTable(file, digest).then(
    () => true,
    () => false,
  );

/** What changes when a file does: on the disk, of another owner, or another file of that name. Empty = there is none. */
async function marksOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch {
    return '';
  }
}
