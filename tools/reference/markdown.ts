/** Small writer of Markdown: only what the reference pages need, so that their text is the same on every machine. */

/** Text inside a table cell: one line, no cell border. */
export function cell(text: string): string {
  return text
    .replaceAll(/\s+/gu, ' ')
    .replaceAll('|', String.raw`\|`)
    .trim();
}

/** Code inside a cell. */
export const code = (text: string): string => cell(inline(text));

/** Code inside running text; the fence grows when the text itself holds backticks (CommonMark §6.1). */
export function inline(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  if (line === '') return '';
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}

export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(titles) + line(titles.map(() => '---')) + rows.map((row) => line(row)).join('');
}

/** Where every generated page says what it is made of, so that nobody edits it by hand. */
export function page(title: string, source: string, parts: readonly string[]): string {
  const note = `Generated from \`${source}\` by \`npm run docs:reference\`; edits here are lost.`;
  return `${[`# ${title}`, note, ...parts].map((part) => part.trim()).join('\n\n')}\n`;
}

export function fenced(language: string, lines: readonly string[]): string {
  return `\`\`\`${language}\n${lines.join('\n')}\n\`\`\``;
}

export const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
