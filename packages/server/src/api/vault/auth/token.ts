import { z } from 'zod';
import { hashToken, isCidr } from '../../../domains/identity/index.ts';
import { VAULT_TTL_DEFAULT_MS, type Parent } from '../../../domains/secrets/index.ts';
import { Refusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { data, EMPTY, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, invalid, type VaultCall } from '../wire/call.ts';
import { durationSchema } from '../wire/duration.ts';
import { needs, withToken, type VaultRoute } from '../wire/routes.ts';
import { assertMayHandOn, permissionsIn } from './handing-on.ts';
import { authBlock, factsOfAccount, factsOfVault, lookupData, type TokenFacts } from './token-facts.ts';

const tokenText = z.string().min(1).max(200);
const byToken = z.object({ token: tokenText });
const byAccessor = z.object({ accessor: z.string().min(1).max(64) });
export const cidrsSchema = z
  .union([z.string(), z.array(z.string())])
  .nullish()
  .transform((value) =>
    (Array.isArray(value) ? value : (value ?? '').split(',')).map((text) => text.trim()).filter((text) => text !== ''),
  )
  .refine((list) => list.length <= 32 && list.every(isCidr), 'addresses or prefixes such as 192.0.2.0/24, at most 32');
/** What stands on a token is said in every look-up of it: short texts only. */
export const metaSchema = z
  .record(z.string().min(1).max(64), z.coerce.string().max(256))
  .nullish()
  .transform((meta) => meta ?? {})
  .refine((meta) => Object.keys(meta).length <= 32, 'at most 32 entries');
const createSchema = z.object({
  id: z.string().nullish(),
  policies: z.array(z.string().max(128)).max(64).nullish(),
  meta: metaSchema,
  no_parent: z.boolean().nullish(),
  renewable: z.boolean().nullish(),
  ttl: durationSchema,
  lease: durationSchema,
  explicit_max_ttl: durationSchema,
  period: durationSchema,
  display_name: z.string().max(128).nullish(),
  num_uses: z.number().int().nonnegative().nullish(),
  type: z.enum(['', 'service', 'batch']).nullish(),
});

type Parts = Pick<VaultParts, 'tokens' | 'identity' | 'access' | 'clock'>;

/** Tokens by themselves, by their text and by their accessor. */
export const tokenRoutes = (parts: Parts): readonly VaultRoute[] => [
  ...ownRoutes(parts),
  ...makingRoutes(parts),
  ...routesOf(parts, '', async (call) => ofText(parts, bodyOf(call, byToken).token)),
  ...routesOf(parts, '-accessor', async (call) => ofAccessor(parts, bodyOf(call, byAccessor).accessor)),
];

const incrementOf = (call: VaultCall): number | null => bodyOf(call, z.object({ increment: durationSchema })).increment;

function ownRoutes(parts: Parts): readonly VaultRoute[] {
  const self = ({ token, tokenText: text }: VaultCall): Named => ({ facts: token, text: text ?? '' });
  return [
    { path: 'auth/token/lookup-self', operations: { read: withToken(async (call) => lookedUp(parts, self(call))) } },
    { path: 'auth/token/renew-self', operations: { write: withToken(async (call) => renewed(parts, self(call), call)) } },
    { path: 'auth/token/revoke-self', operations: { write: withToken(async (call) => revoked(parts, self(call), call)) } },
  ];
}

/** Of another token, named by its text or by its accessor. */
function routesOf(parts: Parts, suffix: string, find: (call: VaultCall) => Promise<Named>): readonly VaultRoute[] {
  const lookup = needs('token:read', async (call) => lookedUp(parts, await find(call)));
  const renew = needs('token:write', async (call) => renewed(parts, await find(call), call));
  const revoke = needs('token:write', async (call) => revoked(parts, await find(call), call));
  return [
    { path: `auth/token/lookup${suffix}`, operations: { write: lookup } },
    { path: `auth/token/renew${suffix}`, operations: { write: renew } },
    { path: `auth/token/revoke${suffix}`, operations: { write: revoke } },
  ];
}

function makingRoutes(parts: Parts): readonly VaultRoute[] {
  const create = needs('token:write', async (call) => createToken(parts, call, false));
  const orphan = needs('token:write', async (call) => createToken(parts, call, true));
  const list = needs('token:read', async () => data({ keys: await parts.tokens.accessors() }));
  return [
    { path: 'auth/token/create', operations: { write: create } },
    { path: 'auth/token/create-orphan', operations: { write: orphan } },
    { path: 'auth/token/accessors', operations: { list } },
  ];
}

/** `text` = the token as whoever asks has it; empty = by its accessor, and then it is not said either. */
interface Named {
  readonly facts: TokenFacts;
  readonly text: string;
}

async function ofText({ tokens, identity }: Parts, text: string): Promise<Named> {
  const found = await tokens.find({ text });
  if (found !== null) return { facts: factsOfVault(found), text };
  const verified = await identity.verifyToken(text, null);
  // Where a token is good from is no question of whether it exists.
  if (verified.kind === 'valid' || verified.cause === 'address') return { facts: factsOfAccount(verified.token), text };
  throw badToken('bad token');
}

async function ofAccessor({ tokens }: Parts, accessor: string): Promise<Named> {
  const found = await tokens.find({ accessor });
  if (found === null) throw badToken('invalid accessor');
  return { facts: factsOfVault(found), text: '' };
}

const badToken = (detail: string): Refusal => new Refusal('access-denied', { errors: [{ pointer: '', detail }] });

const lookedUp = ({ clock }: Parts, { facts, text }: Named): VaultAnswer =>
  data(lookupData(facts, { now: clock.now(), id: text }));

async function renewed({ tokens, clock }: Parts, { facts, text }: Named, call: VaultCall): Promise<VaultAnswer> {
  if (facts.kind === 'account') throw invalid('a token of a service account is not renewable: make a new one in time');
  const token = await tokens.renew(facts.accessor, incrementOf(call), call.principal.actor);
  return { kind: 'auth', auth: authBlock(text, factsOfVault(token), clock.now()) };
}

async function revoked({ tokens, identity }: Parts, { facts }: Named, { principal }: VaultCall): Promise<VaultAnswer> {
  const { kind, accessor } = facts;
  if (kind === 'account') await identity.revokeToken(accessor, principal.actor);
  else await tokens.revoke(accessor, principal.actor);
  return EMPTY;
}

/** A child of the caller's token: of the same account, with no right that the caller lacks, and never beyond its end. */
async function createToken({ tokens, access, clock }: Parts, call: VaultCall, asOrphan: boolean): Promise<VaultAnswer> {
  const wanted = bodyOf(call, createSchema);
  if (wanted.id) throw invalid('a token has no id of your choice here', 'id');
  if (wanted.type === 'batch') throw invalid('batch tokens are not supported: each token can be revoked', 'type');
  const { principal, token } = call;
  const permissions = wanted.policies ? permissionsIn(wanted.policies) : token.permissions;
  await assertMayHandOn(access, principal, permissions);
  const isOrphan = asOrphan || wanted.no_parent === true;
  const now = clock.now();
  const ttlMs = wanted.ttl ?? wanted.lease;
  const { text, token: made } = await tokens.create(
    {
      account: token.account,
      displayName: wanted.display_name ? `token-${wanted.display_name}` : 'token',
      permissions,
      meta: wanted.meta,
      cidrs: token.cidrs,
      parent: isOrphan ? null : parentOf(call),
      isRenewable: wanted.renewable ?? true,
      ttlMs: isOrphan ? ttlMs : Math.min(ttlMs ?? VAULT_TTL_DEFAULT_MS, token.expiresAt - now),
      maxTtlMs: wanted.explicit_max_ttl,
      periodMs: wanted.period,
      uses: wanted.num_uses || null,
      notAfter: isOrphan ? null : token.endsAt,
    },
    principal.actor,
  );
  return { kind: 'auth', auth: authBlock(text, factsOfVault(made), now) };
}

function parentOf({ token, tokenText: text }: VaultCall): Parent {
  if (token.kind === 'vault') return { kind: 'vault', accessor: token.accessor };
  return { kind: 'account', hash: hashToken(text ?? '').toString('hex') };
}
