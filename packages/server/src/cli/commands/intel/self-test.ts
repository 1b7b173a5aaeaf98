import type { IntelSelfTest } from '@holdfast/contract';
import type { Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { PATH } from './words.ts';

export const selfTest: Verb = {
  name: 'selftest',
  summary: 'plant an indicator, and see whether a gateway refuses it; exit 1 when none does',
  about:
    'What is planted is a host below .invalid that nobody can name by chance. It takes the way of every other indicator: into the table, to the gateways, and back as a detection.',
  examples: ['holdfast intel selftest', 'holdfast intel selftest --json'],
  async run(context) {
    await using api = await context.api();
    const view = await api.call<IntelSelfTest>({ method: 'POST', path: `${PATH}/self-test` });
    const isBlocked = view.outcome === 'blocked';
    const said = isBlocked
      ? `a gateway refuses it ${view.tookMs} ms later`
      : `no gateway met it within ${Math.round(view.tookMs / 1000)} s\nnext: holdfast detect health`;
    return { data: view, text: `planted ${view.host}: ${said}\n`, exit: isBlocked ? EXIT.ok : EXIT.findings };
  },
};
