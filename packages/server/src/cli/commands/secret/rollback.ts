import type { SecretDetail } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { parseNumber, pathOf, REASON, REF, refOf, refText } from './ref.ts';

export const rollback: Verb = {
  name: 'rollback',
  summary: 'write the content of an earlier version as a new one',
  words: [REF],
  options: [{ flags: '--to <version>', help: 'the version to go back to' }, REASON],
  examples: ['holdfast secret rollback shop/production/DATABASE_URL --to 3 --reason "the new one is refused"'],
  async run(context, input) {
    const ref = refOf(input);
    const to = input.text('to');
    if (to === null) throw new UsageFault('Say which version: --to 3.', `holdfast secret history ${refText(ref)}`);
    const reason = input.text('reason');
    const body = { version: parseNumber(to, '--to'), ...(reason === null ? {} : { note: reason }) };
    return change<SecretDetail>(context, { method: 'POST', path: `${pathOf(ref)}/rollback`, body }, (view) => ({
      data: view,
      text: `${refText(ref)} version ${view.latestVersion} holds what version ${body.version} held\n`,
    }));
  },
};
