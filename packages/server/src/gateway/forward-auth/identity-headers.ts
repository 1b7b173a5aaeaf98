import type { Application, GatewaySession } from '@holdfast/contract';
import type { Exchange } from '../exchange.ts';
import type { HeaderPair } from '../response/upstream-headers.ts';
import { ASSERTION_HEADER } from '../sessions/identity-assertion.ts';

const ALIASES: Readonly<Record<Application['login']['assertionAliases'][number], string>> = {
  pomerium: 'x-pomerium-jwt-assertion',
  cloudflare: 'cf-access-jwt-assertion',
};

/** The signed identity under every name that the application asked for; nothing when nobody signed in. */
export function assertionHeaders({ application, assertion }: Pick<Exchange, 'application' | 'assertion'>): HeaderPair[] {
  if (assertion === null) return [];
  const aliases = application?.login.assertionAliases ?? [];
  return [[ASSERTION_HEADER, assertion], ...aliases.map((alias): HeaderPair => [ALIASES[alias], assertion])];
}

/** What a proxy may hand on of who asks. The plain ones are for people who read logs: what decides is the signed one. */
export function identityHeaders(exchange: Exchange): HeaderPair[] {
  const { session, account } = exchange;
  const plain = account === null ? personHeaders(session) : namedHeaders(account.id, account.name);
  if (plain.length === 0) return [];
  return [...assertionHeaders(exchange), ...plain.flatMap(([header, value]) => written(header, value))];
}

const namedHeaders = (id: string, name: string): HeaderPair[] => [
  ['x-holdfast-user', id],
  ['x-holdfast-name', name],
];

function personHeaders(session: GatewaySession | null): HeaderPair[] {
  if (session === null) return [];
  const { person, name, email, groups } = session;
  return [
    ...namedHeaders(person, name),
    ['x-holdfast-email', email ?? ''],
    // A comma inside a name would make two groups of one.
    ['x-holdfast-groups', groups.filter((group) => !group.includes(',')).join(',')],
  ];
}

/** RFC 9110 §5.5: no control characters; the rest as the bytes of UTF-8, which Node writes as Latin-1. */
function written(header: string, value: string): HeaderPair[] {
  return value === '' || /\p{Cc}/u.test(value) ? [] : [[header, Buffer.from(value, 'utf8').toString('latin1')]];
}
