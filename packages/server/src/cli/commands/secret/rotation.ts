import type { RotationPlan, RotatorName, SecretRef } from '@holdfast/contract';
import { change } from '../../change.ts';
import { segment } from '../../connection/client.ts';
import type { Input, Verb } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { formatTime } from '../../terminal/table.ts';
import { parseDays, parseDuration } from '../../words/duration.ts';
import { parseNumber, parseRef, REF, refOf, refText } from './ref.ts';

/** As the contract has them; its schemas would cost every command a tenth of a second. */
const ROTATORS: readonly RotatorName[] = ['postgres-pair', 'postgres', 'redis', 'webhook', 'random'];
const PLANS = '/api/v1/rotation-plans';

const set: Verb = {
  name: 'set',
  summary: 'say how, and how often, a secret is rotated',
  words: [REF],
  options: [
    { flags: '--rotator <name>', help: 'who is told of the new value', choices: ROTATORS },
    { flags: '--every <days>', help: 'such as 30d; left out: only when somebody says so' },
    { flags: '--overlap <time>', help: 'how long the old one stays good: 1h unless said' },
    { flags: '--admin <ref>', help: 'postgres, postgres-pair, redis: the secret that administers the server' },
    { flags: '--role <name...>', help: 'postgres: the role; postgres-pair: the two roles' },
    { flags: '--user <name>', help: 'redis: the user' },
    { flags: '--url <url>', help: 'webhook: where to send it, https' },
    { flags: '--signing <ref>', help: 'webhook: the secret that requests are signed with' },
    { flags: '--length <count>', help: 'random, webhook: characters of the new value' },
  ],
  examples: [
    'holdfast secret rotation set shop/production/DATABASE_URL --rotator postgres-pair --admin shop/production/POSTGRES_ADMIN --role shop_a shop_b --every 30d',
    'holdfast secret rotation set shop/production/SESSION_KEY --rotator random --every 90d --overlap 12h',
  ],
  run: (context, input) => {
    const every = input.text('every');
    const overlap = input.text('overlap');
    const body = {
      ...refOf(input),
      settings: settingsOf(input),
      ...(every === null ? {} : { everyDays: parseDays(every, '--every') }),
      ...(overlap === null ? {} : { overlapSeconds: parseDuration(overlap, '--overlap') }),
    };
    return change<RotationPlan>(context, { method: 'PUT', path: PLANS, body }, (plan) => ({
      data: plan,
      text: `${refText(plan)} is rotated by ${plan.settings.rotator}, ${plan.nextAt === null ? 'when somebody says so' : `next ${formatTime(plan.nextAt)}`}\nnext: holdfast secret rotate ${refText(plan)} --drill\n`,
    }));
  },
};

const remove: Verb = {
  name: 'remove',
  summary: 'from now on change a secret by hand only',
  words: [REF],
  examples: ['holdfast secret rotation remove shop/production/DATABASE_URL'],
  run: (context, input) => {
    const { application, environment, name } = refOf(input);
    const path = `${PLANS}/${segment(application)}/${segment(environment)}/${segment(name)}`;
    return change(context, { method: 'DELETE', path }, () => ({
      data: { removed: input.words[0] },
      text: `${input.words[0] ?? ''} is changed by hand only\n`,
    }));
  },
};

export const rotation: Verb = {
  name: 'rotation',
  summary: 'set up how secrets are rotated',
  verbs: [set, remove],
};

/** What each needs is said here, so that a missing word is told before anything is sent. */
function settingsOf(input: Input) {
  // `choices` of the option admits no other.
  const rotator = wanted(input, 'rotator') as RotatorName;
  const length = input.text('length');
  const sized = length === null ? {} : { length: parseNumber(length, '--length') };
  const roles = input.list('role');
  switch (rotator) {
    case 'postgres-pair':
      if (roles.length !== 2) throw new UsageFault('postgres-pair wants two roles: --role shop_a shop_b.');
      return { rotator, admin: refIn(input, 'admin'), roles };
    case 'postgres':
      if (roles.length !== 1) throw new UsageFault('postgres wants one role: --role shop.');
      return { rotator, admin: refIn(input, 'admin'), role: roles[0] };
    case 'redis':
      return { rotator, admin: refIn(input, 'admin'), user: wanted(input, 'user') };
    case 'webhook':
      return { rotator, url: wanted(input, 'url'), signing: refIn(input, 'signing'), ...sized };
    case 'random':
      break;
  }
  return { rotator, ...sized };
}

function wanted(input: Input, flag: string): string {
  const text = input.text(flag);
  if (text === null) throw new UsageFault(`Missing: --${flag}.`, 'holdfast secret rotation set --help');
  return text;
}

const refIn = (input: Input, flag: string): SecretRef => parseRef(wanted(input, flag));
