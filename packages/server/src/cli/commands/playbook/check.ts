import type { PlaybookFault } from '@holdfast/contract';
import type { Context, Input, Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Outcome } from '../../outcome.ts';
import { printable } from '../../terminal/table.ts';
import { readPlaybookFile } from './file.ts';
import { lineAt, linesOf } from './json-lines.ts';

export const check: Verb = {
  name: 'check',
  summary: 'read CACAO 2.0 playbooks without a server; exit 1 when one has an error',
  about:
    'Says of each fault its line and its pointer into the document: what the specification does not allow, and what makes no sense together. Nothing is sent anywhere.',
  words: [{ name: '<file...>', help: 'JSON documents' }],
  examples: ['holdfast playbook check account-takeover.json', 'holdfast playbook check playbooks/*.json --json'],
  run,
};

interface Checked {
  readonly file: string;
  readonly ok: boolean;
  readonly steps: number;
  readonly faults: readonly (PlaybookFault & { readonly line: number })[];
}

async function run(context: Context, input: Input): Promise<Outcome> {
  const files: Checked[] = [];
  // One after the other: each may be half a megabyte.
  for (const file of input.words) files.push(await checkFile(context, file));
  const isGood = files.every(({ ok }) => ok);
  return { data: { ok: isGood, files }, text: () => files.map(textOf).join(''), exit: isGood ? EXIT.ok : EXIT.findings };
}

async function checkFile(context: Context, file: string): Promise<Checked> {
  const { text, document } = await readPlaybookFile(context, file);
  if (document === undefined)
    return { file, ok: false, steps: 0, faults: [{ pointer: '', detail: 'not JSON', level: 'error', line: 1 }] };
  // Loaded here alone: no other command needs to read playbooks.
  const { readPlaybook } = await import('../../../domains/incidents/index.ts');
  const { playbook, faults } = readPlaybook(document);
  const lines = linesOf(text);
  const placed = faults.map((fault) => ({ ...fault, line: lineAt(lines, fault.pointer) }));
  return { file, ok: playbook !== null, steps: playbook?.steps.size ?? 0, faults: placed };
}

function textOf({ file, ok, steps, faults }: Checked): string {
  const told = faults.map(({ line, pointer, detail, level }) =>
    printable(`${file}:${line}: ${level === 'warning' ? 'warning: ' : ''}${pointer || '/'}: ${detail}`).concat('\n'),
  );
  return `${told.join('')}${printable(file)}: ${ok ? `ok, ${steps} steps` : 'refused'}\n`;
}
