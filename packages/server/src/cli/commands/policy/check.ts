import type { PolicyAnswer, PolicyCheck, PolicyFault, PolicyVersionView } from '@holdfast/contract';
import type { ApiClient } from '../../connection/client.ts';
import type { Context, Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import type { Outcome } from '../../outcome.ts';
import { printable } from '../../terminal/table.ts';
import { FILE, pathOf, QUESTION, questionOf, readText, SET } from './words.ts';

export const check: Verb = {
  name: 'check',
  summary: 'faults of policies, or what they say of one request',
  about:
    'Without a person, an account, a group or --visitor it reads the policies and names their faults. With one of them it decides and names the policies that decided. Exit code 1 for faults, and for what is denied. Changes nothing.',
  words: [SET],
  options: [
    FILE,
    { flags: '--person <name>', help: 'decide for a person, by name or id' },
    { flags: '--account <name>', help: 'decide for a service account' },
    { flags: '--group <name...>', help: 'decide for somebody who is in these groups' },
    { flags: '--role <role>', help: 'decide for somebody with this role' },
    { flags: '--visitor', help: 'decide for somebody who has not signed in' },
    ...QUESTION,
  ],
  examples: [
    'holdfast policy check shop --file shop.cedar',
    'holdfast policy check shop --person ada --method POST --path /orders',
    'holdfast policy check shop --file shop.cedar --visitor --path /admin',
    'holdfast policy check holdfast --role analyst --permission ban:write',
  ],
  run,
};

async function run(context: Context, input: Input): Promise<Outcome> {
  const asker = askerOf(input);
  const text = await readText(context, input);
  if (asker === null && Object.keys(questionOf(input)).length > 0) {
    throw new UsageFault('Say who asks: --person, --account, --group, --role or --visitor.', 'holdfast policy check --help');
  }
  await using api = await context.api();
  if (asker === null) return checkText(await givenOrCurrent(api, input, text), api, input);
  const body = { ...questionOf(input), ...asker, ...(text === null ? {} : { text }) };
  const data = await api.call<PolicyAnswer>({ method: 'POST', path: `${pathOf(input)}/decide`, body });
  return { data, text: describe(data), exit: data.allowed ? 0 : 1 };
}

function askerOf(input: Input): Record<string, unknown> | null {
  const [person, account, role] = ['person', 'account', 'role'].map((name) => input.text(name));
  const groups = input.list('group');
  const given = {
    ...(person === null ? {} : { person }),
    ...(account === null ? {} : { account }),
    ...(role === null ? {} : { role }),
    ...(groups.length === 0 ? {} : { groups }),
  };
  const isVisitor = input.isSet('visitor');
  const kinds = [person, account, isVisitor ? true : null, role === null && groups.length === 0 ? null : true];
  if (kinds.filter((kind) => kind !== null).length > 1)
    throw new UsageFault(
      'One asks at a time: a person, an account, a group or role, or a visitor.',
      'holdfast policy check --help',
    );
  return isVisitor || Object.keys(given).length > 0 ? given : null;
}

async function givenOrCurrent(api: ApiClient, input: Input, text: string | null): Promise<string> {
  if (text !== null) return text;
  return (await api.call<PolicyVersionView>({ method: 'GET', path: `${pathOf(input)}/versions/current` })).text;
}

async function checkText(text: string, api: ApiClient, input: Input): Promise<Outcome> {
  const data = await api.call<PolicyCheck>({ method: 'POST', path: `${pathOf(input)}/check`, body: { text } });
  if (data.faults.length > 0) return { data, text: data.faults.map(line).join(''), exit: 1 };
  const warnings = data.warnings.map((warning) => `warning: ${line(warning)}`).join('');
  return { data, text: `${warnings}${data.policies.length} policies, no fault\n` };
}

const line = ({ policy, line: row, column, detail }: PolicyFault): string =>
  printable(`${row}:${column}${policy === null ? '' : ` ${policy}`}: ${detail}`).concat('\n');

const WHY: Readonly<Record<PolicyAnswer['why'], string>> = {
  permitted: 'permitted',
  unpermitted: 'no policy permits it',
  forbidden: 'a policy forbids it',
  failed: 'a policy could not be evaluated, which denies',
  'no-policies': 'there are no policies: the sign-in alone decides',
};

function describe({ allowed, why, policies, errors, asker, route }: PolicyAnswer): string {
  const who = asker.name ?? (asker.kind === 'visitor' ? 'a visitor' : 'somebody like that');
  const named = errors.length > 0 ? errors : policies;
  const by = named.length === 0 ? '' : ` (${named.join(', ')})`;
  const where = route === null ? '' : `\nroute ${printable(route)}`;
  return `${printable(who)}: ${allowed ? 'allowed' : 'denied'}, ${WHY[why]}${by}${where}\n`;
}
