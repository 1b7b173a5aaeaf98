/**
 * Text of people and of attackers in a document that people trust. What has a meaning in Markdown or HTML is escaped (CommonMark
 * §2.4, GFM §6.9), lines are joined, and what steers a terminal or turns the direction of reading becomes visible. What means
 * nothing where it stands is left as it is, so that the text can also be read as it is written.
 */
export function escaped(text: string): string {
  return text
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '\u{FFFD}')
    .trim()
    .replaceAll(/[\\`*_[\]|~$#!]/gu, (mark) => `\\${mark}`)
    .replaceAll(/[<>&"'@]/gu, entityOf)
    .replaceAll(LINKING, entityOf)
    .replace(/^[-+=]/u, (mark) => `\\${mark}`)
    .replace(/^(\d{1,9})([.)])/u, (_all, digits: string, mark: string) => `${digits}\\${mark}`);
}

/** As an entity, because some readers take HTML and look for links before they look for a backslash. */
const entityOf = (mark: string): string => `&#${mark.codePointAt(0) ?? 0};`;

/** Makes a link of plain text: a scheme before its slashes, a dot before a name, `www` before anything. */
const LINKING = /:(?=\/)|\.(?=\p{L})|(?<=www)\./giu;

export const timeText = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/u, 'Z');

/** Cells are escaped by whoever makes them: some hold marks of ours. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) return `${empty}\n`;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(titles) + line(titles.map(() => '---')) + rows.map(line).join('');
}
