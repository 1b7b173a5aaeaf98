import type { SelfTestView } from '@holdfast/contract';
import { planned } from '../change.ts';
import type { BranchBody } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { formatTable } from '../terminal/table.ts';

export const test: BranchBody = {
  verbs: [
    {
      name: 'attack',
      summary: 'harmless attack probes and their innocent twins; proves the mode that is really in force',
      about: 'A bounded set of GET requests with one parameter of their own. Exit 1 when a probe did not do what the mode says.',
      examples: ['holdfast test attack', 'holdfast test attack --json'],
      async run(context) {
        const call = { method: 'POST', path: '/api/v1/system/self-test' } as const;
        if (context.flags.dryRun) return planned(call);
        await using api = await context.api({ onlineOnly: true });
        const data = await api.call<SelfTestView>(call);
        return {
          data,
          text: (paint) => `${describe(data)}${data.passed ? paint.good('passed') : paint.bad('FAILED')}: ${summary(data)}\n`,
          exit: data.passed ? EXIT.ok : EXIT.findings,
        };
      },
    },
    {
      name: 'errors',
      summary: 'an application that fails behind the gateway for a moment; proves that visitors learn nothing from it',
      about:
        'It is served under a reserved name with the settings of the first application, and taken away again. Exit 1 when a visitor would learn something, or when an honest error does not arrive.',
      examples: ['holdfast test errors', 'holdfast test errors --json'],
      async run(context) {
        const call = { method: 'POST', path: '/api/v1/system/error-test' } as const;
        if (context.flags.dryRun) return planned(call);
        await using api = await context.api({ onlineOnly: true });
        const data = await api.call<SelfTestView>(call);
        const good = data.probes.filter(({ passed }) => passed).length;
        return {
          data,
          text: (paint) =>
            `${describe(data)}${data.passed ? paint.good('passed') : paint.bad('FAILED')}: ${good} of ${data.probes.length} probes (${data.mode})\n`,
          exit: data.passed ? EXIT.ok : EXIT.findings,
        };
      },
    },
  ],
};

function describe({ probes }: SelfTestView): string {
  return formatTable(
    probes,
    [
      { title: 'PROBE', value: ({ name }) => name },
      { title: 'SHOULD BE', value: ({ expected }) => expected },
      { title: 'WAS', value: ({ actual, passed }) => (passed ? actual : `${actual}  <- wrong`) },
      { title: 'REQUEST', value: ({ requestId }) => requestId ?? '-' },
    ],
    'no application is protected yet: holdfast up --to URL',
  );
}

function summary({ probes, mode }: SelfTestView): string {
  const good = probes.filter(({ passed }) => passed).length;
  const example = probes.find(({ requestId, expected }) => requestId !== null && expected !== 'allowed')?.requestId;
  const hint = example === null || example === undefined ? '' : `\nwhy: holdfast explain ${example}`;
  return `${good} of ${probes.length} probes did what mode ${mode} says${hint}`;
}
