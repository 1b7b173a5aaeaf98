import type { Check } from '@holdfast/contract';
import type { Context, LeafBody } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Unreachable } from '../fault.ts';
import { localChecks } from '../host/local-checks.ts';
import type { Paint } from '../terminal/paint.ts';
import { printable } from '../terminal/table.ts';

export const doctor: LeafBody = {
  about:
    'Looks from outside (runtime, disk, ports, configuration) and, when a server runs or can be opened, from inside too. Exit 1 when a check failed.',
  examples: ['holdfast doctor', 'holdfast doctor --json'],
  async run(context) {
    const inside = await checksInside(context);
    const outside = await localChecks(context, { isRunning: inside.isRunning });
    // The inside knows more about what both look at.
    const subjects = new Set(inside.checks.map(subjectOf));
    const checks = [...outside.filter((check) => !subjects.has(subjectOf(check))), ...inside.checks];
    const failed = checks.filter(({ state }) => state === 'failed').length;
    return {
      data: { ok: failed === 0, checks },
      text: (paint) => describe(checks, paint),
      exit: failed === 0 ? EXIT.ok : EXIT.findings,
    };
  },
};

/** `upstream shop` and `upstream` look at the same thing. */
const subjectOf = ({ name }: Check): string => name.split(' ')[0] ?? name;

async function checksInside(context: Context): Promise<{ isRunning: boolean; checks: readonly Check[] }> {
  try {
    await using api = await context.api();
    const { checks } = await api.call<{ checks: Check[] }>({ method: 'GET', path: '/api/v1/system/doctor' });
    // Of a stopped server nothing about listeners can be said from inside.
    return { isRunning: api.server === 'running', checks };
  } catch (error) {
    if (error instanceof Unreachable)
      return { isRunning: false, checks: [{ name: 'server', state: 'warning', detail: error.message, next: 'holdfast up' }] };
    const { tell } = await import('../terminal/tell.ts');
    const { what, why, next } = tell(error);
    return { isRunning: false, checks: [{ name: 'open', state: 'failed', detail: `${what}: ${why}`, next }] };
  }
}

function describe(checks: readonly Check[], paint: Paint): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const word = { ok: paint.good('ok  '), warning: paint.warn('warn'), failed: paint.bad('FAIL') };
  return checks
    .map(
      ({ name, state, detail, next }) =>
        `${word[state]}  ${name.padEnd(width)}  ${printable(detail)}${next === '' ? '' : `\n      ${' '.repeat(width)}  next: ${next}`}\n`,
    )
    .join('');
}
