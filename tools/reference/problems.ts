import { PROBLEMS, type ProblemCode, type ProblemDefinition } from '@holdfast/contract';
import { EXIT_OF_PROBLEM } from '../../packages/server/src/cli/exit-codes.ts';
import { cell, page, table } from './markdown.ts';

export function problemsPage(): string {
  // Object.entries forgets that the keys are those of the catalogue.
  const entries = Object.entries(PROBLEMS) as [ProblemCode, ProblemDefinition][];
  return page('Problems', 'packages/contract/src/problems.ts', [
    'Every refusal that Holdfast can answer with. A visitor sees the title, the detail and a request id, never a rule or a cause. JSON clients get `application/problem+json` (RFC 9457) whose `type` is `/errors/` and the code. The command line adds why, the next step and ends with the exit code.',
    'What to do about each of them: [troubleshooting](../guides/troubleshooting.md).',
    table(
      ['code', 'status', 'title', 'detail', 'next', 'exit code'],
      entries.map(([name, { status, title, detail, next }]) => [
        `\`${name}\``,
        String(status),
        cell(title),
        cell(detail),
        next.startsWith('holdfast') ? `\`${next}\`` : cell(next),
        String(EXIT_OF_PROBLEM[name]),
      ]),
    ),
  ]);
}
