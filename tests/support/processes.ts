import { readdirSync, readFileSync } from 'node:fs';

/** The ids of all other processes whose environment or command line holds a text. */
export const processesWith = (what: 'environ' | 'cmdline', text: string): readonly string[] =>
  readdirSync('/proc').filter((id) => /^\d+$/u.test(id) && Number(id) !== process.pid && contains(`/proc/${id}/${what}`, text));

function contains(file: string, text: string): boolean {
  try {
    return readFileSync(file).includes(text);
  } catch {
    // It ended meanwhile, or belongs to somebody else.
    return false;
  }
}
