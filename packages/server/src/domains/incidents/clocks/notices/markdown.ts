import { controls } from './controls.ts';

/** What a person has to fill in. */
export const TO_FILL_IN = '**[to fill in]**';
const TEXT_CHARS_MAX = 300;

/**
 * Words of people and of visitors as text: nothing in them begins a line, a link, an image or markup (CommonMark §2.4), and no
 * reader makes an address of them that can be clicked.
 */
export function textOf(words: string, charsMax: number = TEXT_CHARS_MAX): string {
  const line = words.replace(controls, ' ').trim();
  const cut = line.length > charsMax ? `${line.slice(0, charsMax)}…` : line;
  return cut
    .replaceAll('&', '&amp;')
    .replace(/[\\`*_{}[\]()#+!|~]/gu, String.raw`\$&`)
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('://', '&#58;//')
    .replace(/www\./giu, (found) => `${found.slice(0, 3)}&#46;`);
}

export const timeOf = (time: number): string => `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

export const lines = (items: readonly string[], none: string): string =>
  items.length === 0 ? none : items.map((item) => `- ${item}`).join('\n');
