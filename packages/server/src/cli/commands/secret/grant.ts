import { GRANTEES, type SecretGrantInput, type SecretGrantList, type SecretGrantView } from '@holdfast/contract';
import { change } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import type { Context, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { formatTable, formatTime } from '../../terminal/table.ts';
import { parseDays } from '../../words/duration.ts';
import { parseRef, refText } from './ref.ts';

const PATH = '/api/v1/secret-grants';
const HELP = 'holdfast secret grant --help';

export const grant: Verb = {
  name: 'grant',
  summary: 'let a service account, a group or a person read secrets',
  about:
    'Programs may read nothing until somebody says so. What is permitted this way can be forbidden by a policy of the set holdfast-secrets.',
  words: [{ name: '<ref>', help: 'application/environment/name; * stands for any environment, or any characters of the name' }],
  options: [
    { flags: '--to <name>', help: 'a service account, group:NAME or person:NAME' },
    { flags: '--purpose <words>', help: 'for this only; left out: whatever it is for' },
    { flags: '--expires <time>', help: 'whole days, such as 30d; left out: until it is revoked' },
  ],
  examples: [
    'holdfast secret grant shop/production/DATABASE_URL --to shop-web --purpose run',
    'holdfast secret grant "shop/staging/*" --to group:developers --expires 30d',
  ],
  async run(context, input) {
    const to = input.text('to');
    if (to === null) throw new UsageFault('Say whom: --to NAME.', HELP);
    const [purpose, expires] = [input.text('purpose'), input.text('expires')];
    const body: SecretGrantInput = {
      ...parseRef(input.words[0] ?? ''),
      to: granteeOf(to),
      ...(purpose === null ? {} : { purpose }),
      ...(expires === null ? {} : { days: parseDays(expires, '--expires') }),
    };
    return change<SecretGrantView>(context, { method: 'POST', path: PATH, body }, (view) => ({
      data: view,
      text: `${nameOf(view)} may read ${refText(view)}${view.purpose === null ? '' : ` for ${view.purpose}`}\nundo: holdfast secret revoke-grant ${view.id}\n`,
    }));
  },
};

function granteeOf(text: string): SecretGrantInput['to'] {
  const at = text.indexOf(':');
  const kind = GRANTEES.find((each) => each === text.slice(0, at));
  if (at < 0) return { kind: 'account', name: text };
  if (kind === undefined) throw new UsageFault('--to wants NAME, account:NAME, group:NAME or person:NAME.', HELP);
  return { kind, name: text.slice(at + 1) };
}

const nameOf = ({ to }: SecretGrantView): string => (to.kind === 'account' ? to.name : `${to.kind}:${to.name}`);

export const grants: Verb = {
  name: 'grants',
  summary: 'show what was granted',
  examples: ['holdfast secret grants'],
  async run(context: Context): Promise<Outcome> {
    await using api = await context.api();
    const { items } = await api.call<SecretGrantList>({ method: 'GET', path: PATH });
    const columns = [
      { title: 'GRANT', value: ({ id }: SecretGrantView) => id },
      { title: 'SECRETS', value: (row: SecretGrantView) => refText(row) },
      { title: 'TO', value: nameOf },
      { title: 'PURPOSE', value: ({ purpose }: SecretGrantView) => purpose ?? 'any' },
      { title: 'UNTIL', value: ({ expiresAt }: SecretGrantView) => formatTime(expiresAt) },
    ];
    return { data: { grants: items }, text: () => formatTable(items, columns, 'no grants') };
  },
};

export const revokeGrant: Verb = {
  name: 'revoke-grant',
  summary: 'take a grant back',
  words: [{ name: '<grant>', help: 'as the list shows it' }],
  examples: ['holdfast secret revoke-grant 01J8Z3K4M5N6P7Q8R9S0T1V2W3'],
  run(context, input) {
    const id = input.words[0] ?? '';
    return change(context, { method: 'DELETE', path: `${PATH}/${segment(id)}` }, () => ({
      data: { revoked: id },
      text: `revoked ${id}\n`,
    }));
  },
};
