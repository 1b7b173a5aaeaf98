import type { HealthView } from '@holdfast/contract';
import { isRefusal } from '../../platform/refusal.ts';
import type { LeafBody } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Unreachable } from '../fault.ts';

const DOWN: HealthView = { live: false, started: false, ready: false, reasons: ['no server answers for this data directory'] };
const SEALED: HealthView = { live: true, started: false, ready: false, reasons: ['sealed'] };

export const health: LeafBody = {
  about: 'Asks the running server over its socket; needs neither port nor token.',
  examples: ['holdfast health', 'holdfast health --quiet --data-dir /var/lib/holdfast'],
  async run(context) {
    const view = await ask();
    const text = view.ready ? 'ready\n' : `not ready: ${view.reasons.join(', ')}\n`;
    return { data: view, text, exit: view.ready ? EXIT.ok : EXIT.findings };

    async function ask(): Promise<HealthView> {
      try {
        await using api = await context.api({ onlineOnly: true });
        return await api.call<HealthView>({ method: 'GET', path: '/api/v1/system/health' });
      } catch (error) {
        // A container check knows two answers only.
        if (error instanceof Unreachable) return DOWN;
        if (isRefusal(error, 'keyring-sealed')) return SEALED;
        throw error;
      }
    }
  },
};
