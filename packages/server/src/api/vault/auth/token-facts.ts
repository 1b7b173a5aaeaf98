import type { TokenView } from '@holdfast/contract';
import type { VaultToken } from '../../../domains/secrets/index.ts';
import type { AuthBlock, JsonObject } from '../wire/answer.ts';
import { seconds, timeOf } from '../wire/duration.ts';

/** What Vault clients ask of a token, of either kind: of a service account, or short-lived. */
export type TokenFacts = VaultToken & { readonly kind: 'account' | 'vault' };

export const factsOfVault = (token: VaultToken): TokenFacts => ({ kind: 'vault', ...token });

export const factsOfAccount = ({ id, name, account, permissions, cidrs, createdAt, expiresAt }: TokenView): TokenFacts => ({
  kind: 'account',
  accessor: id,
  account,
  displayName: name,
  permissions,
  meta: {},
  cidrs,
  role: null,
  isOrphan: true,
  isRenewable: false,
  ttlMs: expiresAt - createdAt,
  periodMs: null,
  endsAt: expiresAt,
  usesLeft: null,
  createdAt,
  renewedAt: null,
  expiresAt,
});

/** Permissions stand where Vault has policies. */
const policiesOf = ({ permissions }: Pick<TokenFacts, 'permissions'>): readonly string[] => ['default', ...permissions];

/** Of `lookup` and `lookup-self`. The token itself is not said again to whoever asks by its accessor. */
export function lookupData(facts: TokenFacts, { now, id }: { readonly now: number; readonly id: string }): JsonObject {
  const policies = policiesOf(facts);
  return {
    accessor: facts.accessor,
    creation_time: Math.floor(facts.createdAt / 1000),
    creation_ttl: seconds(facts.ttlMs),
    display_name: facts.displayName,
    entity_id: facts.account.id,
    expire_time: timeOf(facts.expiresAt),
    explicit_max_ttl: facts.periodMs === null ? seconds(facts.endsAt - facts.createdAt) : 0,
    id,
    issue_time: timeOf(facts.createdAt),
    last_renewal: facts.renewedAt === null ? null : timeOf(facts.renewedAt),
    meta: { ...facts.meta, service_account: facts.account.name },
    num_uses: facts.usesLeft ?? 0,
    orphan: facts.isOrphan,
    path: pathOf(facts),
    ...(facts.periodMs === null ? {} : { period: seconds(facts.periodMs) }),
    policies,
    renewable: facts.isRenewable,
    ...(facts.role === null ? {} : { role: facts.role }),
    ttl: seconds(facts.expiresAt - now),
    type: 'service',
    ...(facts.cidrs.length === 0 ? {} : { bound_cidrs: facts.cidrs }),
  };
}

function pathOf({ kind, role }: TokenFacts): string {
  if (role !== null) return 'auth/approle/login';
  return kind === 'account' ? 'auth/holdfast' : 'auth/token/create';
}

export function authBlock(text: string, facts: TokenFacts, now: number): AuthBlock {
  const policies = policiesOf(facts);
  return {
    client_token: text,
    accessor: facts.accessor,
    policies,
    token_policies: policies,
    metadata: Object.keys(facts.meta).length === 0 ? null : facts.meta,
    lease_duration: seconds(facts.expiresAt - now),
    renewable: facts.isRenewable,
    entity_id: facts.account.id,
    token_type: 'service',
    orphan: facts.isOrphan,
    num_uses: facts.usesLeft ?? 0,
  };
}
