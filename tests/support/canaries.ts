import { relative } from 'node:path';
import { filesBelow } from './files.ts';

/** A value that would be recognised anywhere, and what it stands for. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

export interface Sighting {
  readonly canary: string;
  readonly form: string;
  readonly place: string;
}

const LETTERS_KEPT = /[A-Za-z0-9+/]/u;

/** How a value can stand in a file without being the same bytes: in text, escaped, or in an encoding that hides nothing. */
function formsOf(value: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(value);
  const forms = new Map([
    ['as it is', bytes],
    ['UTF-16', Buffer.from(value, 'utf16le')],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['percent-encoded', Buffer.from(encodeURIComponent(value))],
  ]);
  // At each of the three alignments only the characters that no neighbour can change.
  for (const shift of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/u, '');
    const kept = whole.slice(Math.ceil((shift * 8) / 6) + (shift > 0 ? 1 : 0), -2);
    if (kept.length >= 8 && LETTERS_KEPT.test(kept)) forms.set(`base64 at ${shift}`, Buffer.from(kept));
  }
  return forms;
}

/** Looks for every form of every canary in some bytes. */
export function seek(bytes: Buffer, canaries: readonly Canary[], place: string): Sighting[] {
  return canaries.flatMap(({ name, value }) =>
    [...formsOf(value)].flatMap(([form, wanted]) => (bytes.includes(wanted) ? [{ canary: name, form, place }] : [])),
  );
}

/** Looks through every file below a folder. */
export function seekInFolder(root: string, canaries: readonly Canary[]): { files: number; sightings: Sighting[] } {
  const files = [...filesBelow(root)];
  return { files: files.length, sightings: files.flatMap(({ path, bytes }) => seek(bytes, canaries, relative(root, path))) };
}
