import { projectFiles, read } from './source-files.ts';

/** A page of documentation and where things stand in it. */
export interface Page {
  readonly file: string;
  readonly text: string;
}

export interface Block {
  readonly language: string;
  readonly text: string;
}

export function pages(): readonly Page[] {
  return projectFiles()
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ file, text: read(file) }));
}

/** Fenced code blocks (CommonMark §4.5), as this project writes them: three backticks at the start of a line. */
export function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(/^```(?<language>[a-z]*)\n(?<text>[\s\S]*?)^```$/gmu)].map(({ groups }) => ({
    language: groups?.['language'] ?? '',
    text: groups?.['text'] ?? '',
  }));
}

const withoutBlocks = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gmu, '');

/** Code inside running text. */
export function inlineCode(text: string): readonly string[] {
  const found = withoutBlocks(text).matchAll(/(?<!`)(?:``\s?(?<long>[^\n]+?)\s?``|`(?<short>[^`\n]+)`)(?!`)/gu);
  return [...found].map(({ groups }) => groups?.['long'] ?? groups?.['short'] ?? '');
}

/** Everything a reader could copy into a shell: lines of blocks and inline code. */
export function shellLines(text: string): readonly string[] {
  const shells = new Set(['sh', '', 'bash']);
  const lines = blocksOf(text).flatMap((block) => (shells.has(block.language) ? block.text.split('\n') : []));
  return [...lines, ...inlineCode(text)];
}

/** Prose alone: what spelling and tone are judged on. */
export function prose(text: string): string {
  return withoutBlocks(text).replaceAll(/`[^`\n]+`/gu, '');
}

export interface Link {
  readonly target: string;
  readonly anchor: string;
}

/** Links to files of this project; addresses on the Web are not followed. */
export function localLinks(text: string): readonly Link[] {
  return [...withoutBlocks(text).matchAll(/\]\((?<to>[^)\s]+)\)/gu)]
    .map(({ groups }) => groups?.['to'] ?? '')
    .filter((to) => !/^[a-z]+:/u.test(to))
    .map((to) => {
      const [target = '', anchor = ''] = to.split('#');
      return { target, anchor };
    });
}

/** Anchors of the headings as GitHub makes them: lower case, punctuation gone, spaces to hyphens. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#{1,6} (?<title>.+)$/gmu)].map(({ groups }) => groups?.['title'] ?? '');
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
