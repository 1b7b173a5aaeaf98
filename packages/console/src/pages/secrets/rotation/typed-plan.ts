import type { RotationPlan, RotationPlanInput, RotatorName, RotatorSettings, SecretRef } from '@holdfast/contract';

/** What stands in the form; each way of rotating reads the fields that it needs. */
export interface TypedPlan {
  readonly rotator: RotatorName;
  /** Where the secret is that may change others: `application/environment/name`. */
  readonly admin: string;
  readonly one: string;
  readonly other: string;
  readonly url: string;
  /** Characters of a new value, where the target does not say. */
  readonly length: string;
  readonly everyDays: string;
  readonly overlapMinutes: string;
}

type TextField = 'admin' | 'one' | 'other' | 'url' | 'length';
interface FieldWords {
  readonly name: TextField;
  readonly label: string;
  readonly hint: string;
  /** Below `/settings`. */
  readonly pointer: string;
}

const ADMIN = { name: 'admin', pointer: '/admin' } as const;
const LENGTH = { name: 'length', label: 'Characters', hint: 'Of the new value: 16 to 256.', pointer: '/length' } as const;
const MAY_ALTER = 'The secret with the address of the server and a role that may alter it, as shop/production/ADMIN_URL.';
const FIELDS: Readonly<Record<RotatorName, readonly FieldWords[]>> = {
  'postgres-pair': [
    { ...ADMIN, label: 'With the rights of', hint: MAY_ALTER },
    { name: 'one', label: 'One role', hint: 'While one is used, the other one gets its password.', pointer: '/roles/0' },
    { name: 'other', label: 'The other role', hint: 'With the same rights.', pointer: '/roles/1' },
  ],
  postgres: [
    { ...ADMIN, label: 'With the rights of', hint: MAY_ALTER },
    { name: 'one', label: 'Role', hint: 'Its logins are refused until programs ask again.', pointer: '/role' },
  ],
  redis: [
    { ...ADMIN, label: 'With the rights of', hint: MAY_ALTER },
    { name: 'one', label: 'User', hint: 'It has two passwords as long as both are good.', pointer: '/user' },
  ],
  webhook: [
    { name: 'url', label: 'Address', hint: 'Gets the new value in a signed request.', pointer: '/url' },
    { name: 'admin', label: 'Signed with', hint: 'The secret with the key, as shop/production/HOOK_KEY.', pointer: '/signing' },
    LENGTH,
  ],
  random: [LENGTH],
};
export const fieldsOf = (rotator: RotatorName): readonly FieldWords[] => FIELDS[rotator];

const EMPTY: TypedPlan = {
  rotator: 'postgres-pair',
  admin: '',
  one: '',
  other: '',
  url: '',
  length: '40',
  everyDays: '30',
  overlapMinutes: '60',
};
const wordsOf = ({ application, environment, name }: SecretRef): string => `${application}/${environment}/${name}`;

export function typedPlan(plan: RotationPlan | null): TypedPlan {
  if (plan === null) return EMPTY;
  const { settings, everyDays, overlapSeconds } = plan;
  const when = {
    everyDays: everyDays === null ? '' : String(everyDays),
    overlapMinutes: String(Math.round(overlapSeconds / 60)),
  };
  return { ...EMPTY, rotator: settings.rotator, ...textsOf(settings), ...when };
}

function textsOf(settings: RotatorSettings): Partial<TypedPlan> {
  switch (settings.rotator) {
    case 'postgres-pair':
      return { admin: wordsOf(settings.admin), one: settings.roles[0], other: settings.roles[1] };
    case 'postgres':
      return { admin: wordsOf(settings.admin), one: settings.role };
    case 'redis':
      return { admin: wordsOf(settings.admin), one: settings.user };
    case 'webhook':
      return { admin: wordsOf(settings.signing), url: settings.url, length: String(settings.length) };
    case 'random':
      return { length: String(settings.length) };
    default:
      return settings satisfies never;
  }
}

function refOf(word: string): SecretRef {
  const [application = '', environment = '', ...name] = word.trim().split('/');
  return { application, environment, name: name.join('/') };
}

function settingsOf({ rotator, admin, one, other, url, length }: TypedPlan): RotationPlanInput['settings'] {
  switch (rotator) {
    case 'postgres-pair':
      return { rotator, admin: refOf(admin), roles: [one.trim(), other.trim()] };
    case 'postgres':
      return { rotator, admin: refOf(admin), role: one.trim() };
    case 'redis':
      return { rotator, admin: refOf(admin), user: one.trim() };
    case 'webhook':
      return { rotator, signing: refOf(admin), url: url.trim(), length: Number(length) };
    case 'random':
      return { rotator, length: Number(length) };
    default:
      return rotator satisfies never;
  }
}

export function planBody({ application, environment, name }: SecretRef, typed: TypedPlan): RotationPlanInput {
  const everyDays = typed.everyDays === '' ? null : Number(typed.everyDays);
  return {
    application,
    environment,
    name,
    settings: settingsOf(typed),
    everyDays,
    overlapSeconds: Number(typed.overlapMinutes) * 60,
  };
}

/** The same as a command. */
export function planCommand(word: string, typed: TypedPlan): readonly string[] {
  const { rotator, everyDays, overlapMinutes } = typed;
  const every = everyDays === '' ? [] : ['--every', `${everyDays}d`];
  return [
    'secret',
    'rotation',
    'set',
    word,
    '--rotator',
    rotator,
    ...targetOf(typed),
    ...every,
    '--overlap',
    `${overlapMinutes}m`,
  ];
}

function targetOf({ rotator, admin, one, other, url, length }: TypedPlan): readonly string[] {
  switch (rotator) {
    case 'postgres-pair':
      return ['--admin', admin, '--role', one, other];
    case 'postgres':
      return ['--admin', admin, '--role', one];
    case 'redis':
      return ['--admin', admin, '--user', one];
    case 'webhook':
      return ['--url', url, '--signing', admin, '--length', length];
    case 'random':
      return ['--length', length];
    default:
      return rotator satisfies never;
  }
}
