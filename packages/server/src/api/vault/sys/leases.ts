import { leaseIdSchema, leasePrefixSchema, type Lease } from '@holdfast/contract';
import { z } from 'zod';
import { Refusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { callerOf, param, bodyOf, invalid, type VaultCall } from '../wire/call.ts';
import { data, EMPTY, type VaultAnswer } from '../wire/answer.ts';
import { durationSchema, seconds, timeOf } from '../wire/duration.ts';
import { keysBelow } from '../engines/kv-path.ts';
import { decidedBelow, type Handler, type VaultRoute } from '../wire/routes.ts';

const LISTED_MAX = 10_000;
const PAGE_ITEMS = 200;
const bodySchema = z.object({ lease_id: z.string().nullish(), increment: durationSchema });

type Parts = Pick<VaultParts, 'leases' | 'clock'>;

/** What was lent for a while. Whoever has it may renew it and give it back; the domain decides about everybody else. */
export function leaseRoutes(parts: Parts): readonly VaultRoute[] {
  const { leases } = parts;
  const renew = decidedBelow('secret:reveal', async (call) => renewed(parts, call));
  const revoke = decidedBelow('secret:reveal', async (call) => {
    await leases.revoke(idOf(call), callerOf(call));
    return EMPTY;
  });
  const revokePrefix = decidedBelow('secret:rotate', async (call) => {
    const prefix = leasePrefixSchema.safeParse(param(call, 'prefix'));
    if (!prefix.success) throw invalid('no prefix of leases');
    await leases.revokePrefix(prefix.data, callerOf(call));
    return EMPTY;
  });
  const lookup = decidedBelow('secret:read', async (call) => {
    const lease = await leases.lookup(idOf(call), callerOf(call));
    if (lease === null) throw invalid('invalid lease');
    return data(lookupData(lease, parts.clock.now()));
  });
  const list = decidedBelow('secret:read', async (call) => listed(parts, call));
  const writing = (path: string, write: Handler): VaultRoute => ({ path, operations: { write } });
  return [
    writing('sys/leases/renew/*lease', renew),
    writing('sys/leases/revoke/*lease', revoke),
    writing('sys/leases/revoke-prefix/*prefix', revokePrefix),
    writing('sys/leases/revoke-force/*prefix', revokePrefix),
    { path: 'sys/leases/lookup', operations: { write: lookup, list } },
    { path: 'sys/leases/lookup/*prefix', operations: { list } },
    // As they were called before; older clients still do.
    writing('sys/renew/*lease', renew),
    writing('sys/revoke/*lease', revoke),
    writing('sys/revoke-prefix/*prefix', revokePrefix),
  ];
}

/** In the body, or as the rest of the path. */
function idOf(call: VaultCall): string {
  const text = bodyOf(call, bodySchema).lease_id ?? call.params.get('lease');
  const id = leaseIdSchema.safeParse(text);
  if (!id.success) throw invalid('missing or invalid lease_id', 'lease_id');
  return id.data;
}

async function renewed({ leases, clock }: Parts, call: VaultCall): Promise<VaultAnswer> {
  const { increment } = bodyOf(call, bodySchema);
  const lease = await leases.renew(idOf(call), increment === null ? null : seconds(increment), callerOf(call));
  return { kind: 'data', data: null, lease: leaseBlock(lease, clock.now()) };
}

/** As every answer says it that comes with a lease. */
export const leaseBlock = ({ id, expiresAt }: Lease, now: number) => ({ id, renewable: true, seconds: seconds(expiresAt - now) });

const lookupData = ({ id, issuedAt, expiresAt }: Lease, now: number) => ({
  id,
  issue_time: timeOf(issuedAt),
  expire_time: timeOf(expiresAt),
  last_renewal: null,
  renewable: true,
  ttl: seconds(expiresAt - now),
});

async function listed({ leases }: Parts, call: VaultCall): Promise<VaultAnswer> {
  const prefix = call.params.get('prefix') ?? '';
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const query = { prefix: prefix === '' ? undefined : `${prefix}/`, cursor, limit: PAGE_ITEMS };
    const page = await leases.list(query, callerOf(call));
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && ids.length < LISTED_MAX);
  const keys = keysBelow(ids, prefix);
  if (keys.length === 0) throw new Refusal('not-found');
  return data({ keys });
}
