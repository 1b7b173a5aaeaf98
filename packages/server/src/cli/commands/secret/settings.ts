import type { SecretDetail, SecretSettings } from '@holdfast/contract';
import { change } from '../../change.ts';
import type { Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { parseDays } from '../../words/duration.ts';
import { parseNumber, pathOf, REF, refOf, refText } from './ref.ts';

export const settings: Verb = {
  name: 'settings',
  summary: 'owner, description, greatest age, versions kept, decoy',
  words: [REF],
  options: [
    { flags: '--owner <name>', help: 'who answers for it; none: nobody' },
    { flags: '--description <text>', help: 'what it is' },
    { flags: '--max-age <time>', help: 'how old it may become, such as 90d; none: any age' },
    { flags: '--keep <versions>', help: 'how many versions are kept, at most 100' },
    {
      flags: '--canary <state>',
      help: 'a decoy that nobody has a reason to read: each read is an alarm',
      choices: ['on', 'off'],
    },
  ],
  examples: [
    'holdfast secret settings shop/production/DATABASE_URL --owner ada --max-age 90d',
    'holdfast secret settings shop/production/OLD_ROOT_PASSWORD --canary on',
  ],
  async run(context, input) {
    const ref = refOf(input);
    const body = settingsOf(input);
    if (Object.keys(body).length === 0)
      throw new UsageFault('Say what to change: --owner, --max-age or another.', 'holdfast secret settings --help');
    return change<SecretDetail>(context, { method: 'PATCH', path: pathOf(ref), body }, (view) => ({
      data: view,
      text: `changed ${refText(ref)}\n`,
    }));
  },
};

const noneOr = <Value>(text: string, read: (text: string) => Value): Value | null => (text === 'none' ? null : read(text));

function settingsOf(input: Input): SecretSettings {
  const [owner, description, age, keep, canary] = ['owner', 'description', 'maxAge', 'keep', 'canary'].map((name) =>
    input.text(name),
  );
  return {
    ...(typeof owner === 'string' ? { owner: noneOr(owner, String) } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof age === 'string' ? { maxAgeDays: noneOr(age, (text) => parseDays(text, '--max-age')) } : {}),
    ...(typeof keep === 'string' ? { versionsKept: parseNumber(keep, '--keep') } : {}),
    ...(typeof canary === 'string' ? { isCanary: canary === 'on' } : {}),
  };
}
