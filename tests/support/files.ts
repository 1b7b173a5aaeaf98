import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** What `read` gives, or `null` for what is gone by now: beside a running process, temporary files come and go. */
function unlessGone<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The paths of all regular files below a folder, sorted. Sockets and the like hold nothing. */
export function pathsBelow(folder: string): readonly string[] {
  const names = unlessGone(() => readdirSync(folder)) ?? [];
  return names.toSorted().flatMap((name) => {
    const path = join(folder, name);
    const found = unlessGone((): Stats => statSync(path));
    if (found?.isDirectory() === true) return pathsBelow(path);
    return found?.isFile() === true ? [path] : [];
  });
}

/** Path and bytes of every file below a folder that is still there when it is read. */
export function* filesBelow(folder: string): Generator<{ readonly path: string; readonly bytes: Buffer }> {
  for (const path of pathsBelow(folder)) {
    const bytes = unlessGone(() => readFileSync(path));
    if (bytes !== null) yield { path, bytes };
  }
}

/** The paths of all files below a folder that hold a text. */
export const filesWith = (folder: string, text: string): readonly string[] =>
  [...filesBelow(folder)].filter(({ bytes }) => bytes.includes(text)).map(({ path }) => path);

/** What the post would have taken, oldest first; soft line ends and `=3D` of quoted-printable undone. */
export const lettersIn = (outbox: string): readonly string[] =>
  [...filesBelow(outbox)]
    .filter(({ path }) => path.endsWith('.eml'))
    .map(({ bytes }) => bytes.toString('utf8').replaceAll('=\r\n', '').replaceAll('=3D', '='));
