import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** The forms in which a file lies there, best first (RFC 9110 §8.4.1). */
const CODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;
export type Coding = (typeof CODINGS)[number][0] | 'identity';

const TYPES = new Map([
  ['js', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['svg', 'image/svg+xml'],
  ['html', 'text/html; charset=utf-8'],
]);

export interface ConsoleFile {
  readonly type: string;
  readonly tag: string;
  readonly bodies: ReadonlyMap<Coding, Uint8Array<ArrayBuffer>>;
}

/** What `npm run build:console` made: the shell, and the files it asks for by their path. */
export interface ConsoleFiles {
  readonly shell: ConsoleFile;
  find(path: string): ConsoleFile | null;
}

function readAll(folder: string): Map<string, ConsoleFile> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => name.split(sep).join('/'));
  const present = new Set(names);
  const files = new Map<string, ConsoleFile>();
  for (const name of names) {
    const type = TYPES.get(name.split('.').at(-1) ?? '');
    if (type === undefined) continue;
    const plain = new Uint8Array(readFileSync(join(folder, name)));
    const packed = CODINGS.filter(([, ending]) => present.has(name + ending)).map(
      ([coding, ending]) => [coding, new Uint8Array(readFileSync(join(folder, name + ending)))] as const,
    );
    const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    files.set(`/${name}`, { type, tag, bodies: new Map<Coding, Uint8Array<ArrayBuffer>>([...packed, ['identity', plain]]) });
  }
  return files;
}

/**
 * Reads the console when it is first asked for: no request names a file on the disk, it only picks one of what was read here.
 * Null = it was not built.
 */
export function openConsoleFiles(folder: string): () => ConsoleFiles | null {
  let opened: ConsoleFiles | null = null;
  return () => {
    if (opened !== null) return opened;
    let files: Map<string, ConsoleFile>;
    try {
      files = readAll(folder);
    } catch {
      return null;
    }
    const shell = files.get('/index.html');
    if (shell === undefined) return null;
    files.delete('/index.html');
    opened = { shell, find: (path) => files.get(path) ?? null };
    return opened;
  };
}
