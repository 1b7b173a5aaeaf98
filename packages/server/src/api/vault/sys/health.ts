import type { SealStatus } from '@holdfast/contract';
import { z } from 'zod';
import type { SealPort } from '../../../platform/keyring/seal/seal-port.ts';
import { isRefusal } from '../../../platform/refusal.ts';
import type { VaultParts } from '../ports.ts';
import { EMPTY, type JsonObject, type VaultAnswer } from '../wire/answer.ts';
import { bodyOf, invalid, type OpenCall } from '../wire/call.ts';
import { needs, open, type VaultRoute } from '../wire/routes.ts';

const ACTIVE = 200;
const SEALED = 503;
const unsealSchema = z.object({ key: z.string().max(4096).nullish(), reset: z.boolean().nullish() });

type Unsealable = Pick<SealPort, 'status' | 'unseal' | 'reset'> & Partial<Pick<SealPort, 'seal'>>;
type Parts = Pick<VaultParts, 'clock' | 'version'> & { readonly seal?: Unsealable | undefined };

/** What a process may be asked by anybody: whether it is there, and whether it is sealed. */
export function healthRoutes({ seal, clock, version }: Parts): readonly VaultRoute[] {
  const sealBody = (): JsonObject => sealStatusBody(seal?.status() ?? null, version);
  return [
    { path: 'sys/health', operations: { read: open(async (call) => health({ seal, clock, version }, call)) } },
    { path: 'sys/seal-status', operations: { read: open(async () => bare(sealBody())) } },
    { path: 'sys/init', operations: { read: open(async () => bare({ initialized: true })), write: open(alreadyInitialised) } },
    {
      path: 'sys/leader',
      operations: {
        read: open(async () => bare({ ha_enabled: false, is_self: true, leader_address: '', performance_standby: false })),
      },
    },
    { path: 'sys/unseal', operations: { write: open(async (call) => unseal(seal, call, version)) } },
    {
      path: 'sys/seal',
      operations: {
        write: needs('key:write', async ({ principal }) => {
          if (seal?.seal === undefined) throw invalid('the keyring of this process cannot be sealed');
          await seal.seal('asked for by a Vault client', principal.actor);
          return EMPTY;
        }),
      },
    },
  ];
}

const bare = (body: JsonObject, status = ACTIVE): VaultAnswer => ({ kind: 'bare', body, status });

/** Load balancers say with which codes they want to be told. */
function codeOf({ query }: OpenCall, name: string, usual: number): number {
  const asked = query.get(name);
  return asked !== null && /^[2-5]\d\d$/u.test(asked) ? Number(asked) : usual;
}

async function health({ seal, clock, version }: Parts, call: OpenCall): Promise<VaultAnswer> {
  const isSealed = seal?.status().isSealed === true;
  const status = isSealed ? codeOf(call, 'sealedcode', SEALED) : codeOf(call, 'activecode', ACTIVE);
  const body = {
    initialized: true,
    sealed: isSealed,
    standby: false,
    performance_standby: false,
    replication_performance_mode: 'disabled',
    replication_dr_mode: 'disabled',
    server_time_utc: Math.floor(clock.now() / 1000),
    version,
  };
  return bare(body, status);
}

async function alreadyInitialised(): Promise<VaultAnswer> {
  throw invalid('Vault is already initialized');
}

function sealStatusBody(status: SealStatus | null, version: string): JsonObject {
  const shares = status?.shares ?? null;
  return {
    type: 'shamir',
    initialized: true,
    sealed: status?.isSealed ?? false,
    t: shares?.need ?? 1,
    n: shares?.of ?? 1,
    progress: shares?.given ?? 0,
    nonce: shares?.set ?? '',
    version,
    migration: false,
    recovery_seal: false,
    storage_type: 'holdfast',
  };
}

async function unseal(seal: Unsealable | undefined, call: OpenCall, version: string): Promise<VaultAnswer> {
  const { key, reset } = bodyOf(call, unsealSchema);
  if (seal === undefined) return bare(sealStatusBody(null, version));
  if (reset === true) return bare(sealStatusBody(seal.reset(), version));
  if (!key) throw invalid("'key' must be specified in request body as JSON, or 'reset' set to true");
  const { isSealed, wants } = seal.status();
  if (!isSealed) return bare(sealStatusBody(seal.status(), version));
  const input =
    wants === 'shares' ? ({ kind: 'share', share: key } as const) : ({ kind: 'passphrase', passphrase: key } as const);
  try {
    return bare(sealStatusBody(await seal.unseal(input, { isHostOperator: false }), version));
  } catch (error) {
    if (isRefusal(error, 'unseal-refused')) throw invalid('invalid key');
    throw error;
  }
}
