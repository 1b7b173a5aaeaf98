import type { BypassView } from '@holdfast/contract';
import { change } from '../change.ts';
import type { BranchBody } from '../command.ts';
import type { Outcome } from '../outcome.ts';
import { parseDuration } from '../words/duration.ts';
import { UsageFault } from '../fault.ts';
import { formatTime } from '../terminal/table.ts';

const PATH = '/api/v1/bypass';

export const bypass: BranchBody = {
  about: 'Works with the server up or down, ends by itself, and stands in the ledger.',
  verbs: [
    {
      name: 'on',
      summary: 'start break-glass',
      options: [
        { flags: '--for <time>', help: 'how long, at most 24h' },
        { flags: '--reason <text>', help: 'why; kept in the ledger' },
      ],
      examples: ["holdfast bypass on --for 15m --reason 'checkout is refused, rule under review'"],
      async run(context, input) {
        const reason = input.text('reason');
        const time = input.text('for');
        if (reason === null || time === null)
          throw new UsageFault('bypass on needs --for TIME and --reason TEXT.', 'holdfast bypass on --help');
        const body = { forSeconds: parseDuration(time, '--for'), reason };
        return change<BypassView>(context, { method: 'POST', path: PATH, body }, tellState);
      },
    },
    {
      name: 'off',
      summary: 'end it now',
      examples: ['holdfast bypass off'],
      run: (context) => change<BypassView>(context, { method: 'DELETE', path: PATH }, () => tellState({ active: null })),
    },
    {
      name: 'status',
      summary: 'whether it is on',
      examples: ['holdfast bypass status'],
      async run(context) {
        await using api = await context.api();
        return tellState(await api.call<BypassView>({ method: 'GET', path: PATH }));
      },
    },
  ],
};

function tellState(view: BypassView): Outcome {
  const { active } = view;
  if (active === null) return { data: view, text: 'bypass off: everything is enforced as configured\n' };
  return {
    data: view,
    text: (paint) =>
      `${paint.warn('bypass ON')} until ${formatTime(active.until)}, by ${active.startedBy}: ${active.reason}\nend it: holdfast bypass off\n`,
  };
}
