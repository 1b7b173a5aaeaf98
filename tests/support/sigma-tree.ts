import { readSigmaCorpus, rulesIn } from './sigma-corpus.ts';

/** Files of the whole public tree on the day that the corpus was taken (`sigma/PROVENANCE.txt`); an eighth of them is here. */
export const TREE_FILES = 3780;

type File = readonly [name: string, text: string];

/** The rules of the corpus and, up to a number, copies of them under other ids that look for other words. */
export function ruleTree(count = TREE_FILES): readonly File[] {
  const files = rulesIn(readSigmaCorpus());
  const tree: File[] = [];
  for (let by = 0; tree.length < count && files.length > 0; by += 1) {
    for (const [name, text] of files.slice(0, count - tree.length))
      tree.push([`${by}/${name}`, by === 0 ? text : copied(text, by)]);
  }
  return tree;
}

/** Rules for web servers, proxies, applications, identity providers: what is imported first. */
export function webRules(): readonly File[] {
  return rulesIn(readSigmaCorpus()).filter(([, text]) => !/^\s+product: windows$/mu.test(text));
}

function copied(text: string, by: number): string {
  const lines = text.split('\n').map((line) => {
    if (line.startsWith('id: ')) return `${line}-${by}`;
    // Values of detections are the lines that are indented so far.
    const from = line.startsWith('        ') ? Math.max(line.lastIndexOf(': '), line.indexOf('- ')) : -1;
    if (from < 0 || line.endsWith(':') || /: (?:null|true|false)$/u.test(line)) return line;
    return line.slice(0, from + 2) + line.slice(from + 2).replaceAll(/[A-Za-z]{4,}/gu, (word) => word + String(by));
  });
  return lines.join('\n');
}
