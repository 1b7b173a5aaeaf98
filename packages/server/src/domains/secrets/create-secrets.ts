import { randomBytes } from 'node:crypto';
import type { SecretRef, SecretWhoCan, SecretWhoCanQuery } from '@holdfast/contract';
import type { Bus } from '../../platform/bus/bus.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/database.ts';
import type { Keyring } from '../../platform/keyring/keyring.ts';
import { createTableArea } from '../../platform/keyring/areas/table-area.ts';
import type { SealedArea } from '../../platform/keyring/sealed-area.ts';
import { createUlid } from '../../platform/ulid.ts';
import { whoCanUse, type Access } from '../access/index.ts';
import type { Applications } from '../applications/index.ts';
import { createGate, type Gate } from './access/gate.ts';
import { createGrants, type Grants } from './access/grants.ts';
import { createReads } from './reads/reads.ts';
import type { SecretCaller, Secrets, StagedVersions } from './secrets.ts';
import { countOverdue, readEntries } from './store/entry-store.ts';
import { createStagedVersions } from './store/staged-versions.ts';
import { refOf } from './store/step.ts';
import type { SecretTables } from './store/tables.ts';
import { createValueSeal, DATA_KEYS } from './store/value-seal.ts';
import { StoredSecrets, type RotationSource } from './stored-secrets.ts';

export interface SecretsParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly applications: Pick<Applications, 'get'>;
  readonly access: Access;
}

export interface SecretsDomain {
  readonly secrets: Secrets;
  readonly staged: StagedVersions;
  /** For what else is done to secrets: their rotation, and users that are lent. */
  readonly gate: Gate;
  readonly grants: Pick<Grants, 'give' | 'list' | 'revoke'>;
  /** Who may do something with one secret, as far as policies say. */
  whoCan(secret: SecretRef, query: SecretWhoCanQuery): Promise<SecretWhoCan>;
  /** For a change of the keyring's keys. */
  readonly sealedKeys: SealedArea;
  /** Rotation says what it does for a secret; lists show it. */
  showRotations(source: RotationSource): void;
  /** Older than they may be, by their addresses; and how many there are. */
  overdue(limit: number): Promise<{ readonly count: number; readonly refs: readonly SecretRef[] }>;
}

const BY_ROTATION: SecretCaller = {
  principal: { actor: { kind: 'system', ref: 'rotation' }, permissions: 'all' },
  purpose: 'rotation',
  via: 'rotation',
};

export function createSecrets({ db, bus, clock, keyring, applications, access: all }: SecretsParts): SecretsDomain {
  const { directory } = all;
  const newId = createUlid({ clock, random: (bytes) => randomBytes(bytes) });
  const grants = createGrants({ db, bus, clock, directory, newId, changed: () => access.forget() });
  const access = all.forSecrets(async () => grants.inForce());
  const gate = createGate({ bus, clock, access });
  const seal = createValueSeal(keyring);
  const reads = createReads({ db, bus, clock, seal });
  const rotations: { source: RotationSource } = { source: async (refs) => refs.map(() => null) };
  const tables = () => db.kysely.withTables<SecretTables>();
  return {
    gate,
    secrets: new StoredSecrets({ db, bus, clock, applications, newId, seal, reads, gate, rotations }),
    staged: createStagedVersions({
      bus,
      clock,
      seal,
      open: async (ref, version) => reads.open({ ref, version, withStaged: true }, BY_ROTATION),
    }),
    grants,
    async whoCan(secret, { permission, purpose }) {
      const named = (await grants.list()).flatMap((grant) => (grant.purpose === null ? [] : [grant.purpose]));
      const purposes = purpose === undefined ? [null, ...new Set(named)] : [purpose];
      return whoCanUse({ access, directory, clock }, { secret, permission, via: 'api', purposes });
    },
    sealedKeys: createTableArea(db, keyring, DATA_KEYS),
    showRotations(source) {
      rotations.source = source;
    },
    async overdue(limit) {
      const now = clock.now();
      const rows = await readEntries(tables(), { overdue: true, after: null, limit, now });
      return { count: await countOverdue(tables(), now), refs: rows.map(refOf) };
    },
  };
}
