import type { Audit } from '../domains/audit/index.ts';
import { IDENTITY_KEY_AHEAD_MS, type SigningKeys } from '../domains/identity/index.ts';
import type { Protection } from '../domains/protection/index.ts';
import { createOwnKeys, type OwnKey, type OwnKeys } from '../domains/secrets/index.ts';
import type { Foundation } from '../platform/foundation.ts';
import { createClaims } from '../platform/jobs/claim.ts';
import { Refusal } from '../platform/refusal.ts';
import type { KeyCare } from '../platform/keyring/care/key-care.ts';
import type { Held } from './system.ts';

interface OwnKeyOwners {
  readonly audit: Pick<Audit, 'rotateKey' | 'keyMadeAt'>;
  readonly signingKeys: Pick<SigningKeys, 'newestFrom' | 'rotate'>;
  readonly care: Pick<KeyCare, 'rotate' | 'follow'>;
  readonly held: Pick<Held, 'certificates'>;
  readonly snapshots: Pick<Protection['snapshots'], 'refresh'>;
}

/** What Holdfast uses itself is rotated by the clock too; each owner says how. */
export function openOwnKeys(foundation: Foundation, owners: OwnKeyOwners): OwnKeys {
  const { config, db, bus, clock, log, keyring } = foundation;
  const { identity, ledger, data, certificate } = config.keyring.rotate;
  const keys = [
    identityKey(owners, daysOf(identity)),
    ledgerKey(owners, { node: config.node, everyDays: daysOf(ledger) }),
    ...(['data', 'subjects'] as const).map((name) => ringKey(foundation, owners, { name, everyDays: daysOf(data) })),
    certificateKey(owners, { node: config.node, everyDays: daysOf(certificate) }),
  ];
  const off = keys.filter(({ everyDays }) => everyDays === null).map(({ name }) => name);
  if (off.length > 0) log.warn({ keys: off }, 'keys of Holdfast are rotated only when somebody says so: keyring.rotate is off');
  return createOwnKeys({ keys, claims: createClaims({ db, clock }), bus, clock, log, isSealed: () => keyring.isSealed });
}

const daysOf = (setting: number | 'off'): number | null => (setting === 'off' ? null : setting);

function identityKey({ signingKeys, snapshots }: OwnKeyOwners, everyDays: number | null): OwnKey {
  return {
    name: 'identity',
    node: null,
    everyDays,
    aheadMs: IDENTITY_KEY_AHEAD_MS,
    since: () => signingKeys.newestFrom(),
    async rotate({ actor, now }) {
      await signingKeys.rotate({ soon: now, actor });
      await snapshots.refresh('identity.keys', actor);
    },
  };
}

function ledgerKey({ audit }: OwnKeyOwners, of: Pick<OwnKey, 'node' | 'everyDays'>): OwnKey {
  return {
    name: 'ledger',
    ...of,
    aheadMs: 0,
    since: () => Promise.resolve(audit.keyMadeAt() ?? 'unknown'),
    rotate: async ({ actor }) => void (await audit.rotateKey(actor)),
  };
}

/** Of the local authority, which stays: clients that trust it notice nothing. Where nothing is served there is none. */
function certificateKey({ held }: OwnKeyOwners, of: Pick<OwnKey, 'node' | 'everyDays'>): OwnKey {
  return {
    name: 'certificate',
    ...of,
    aheadMs: 0,
    since: () => Promise.resolve(held.certificates?.localLeafSince() ?? null),
    async rotate() {
      if (held.certificates === null) throw new Refusal('not-found');
      await held.certificates.replaceLocalLeaf();
    },
  };
}

/** What lies under the one before is sealed anew by what looks after the keyring. */
function ringKey(
  { keyring }: Foundation,
  { care }: OwnKeyOwners,
  { name, everyDays }: { readonly name: 'data' | 'subjects'; readonly everyDays: number | null },
): OwnKey {
  return {
    name,
    node: null,
    everyDays,
    aheadMs: 0,
    async since() {
      await care.follow();
      const made = keyring.ring.ring.keys.filter(({ purpose }) => purpose === name).map(({ activeFrom }) => activeFrom);
      return made.length === 0 ? null : Math.max(...made);
    },
    rotate: async ({ actor, cause }) => void (await care.rotate(name, actor, cause)),
  };
}
