import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeyring, type Keyring } from '../../../../platform/keyring/keyring.ts';
import { silentLog } from '../../../../platform/log.ts';
import type { TestPlatform } from '../../../../platform/test-platform.ts';
import { createAccess } from '../../../access/index.ts';
import {
  createIdentity,
  createPeople,
  createSessions,
  type Identity,
  type NewSession,
  type People,
  type Role,
  type Sessions,
} from '../../../identity/index.ts';
import type { Protection } from '../../../protection/index.ts';
import { createRotations, createSecrets, type Rotations, type SecretsDomain } from '../../../secrets/index.ts';
import { openProtectedStand } from '../../protected-stand.ts';
import type { ResponseParts } from '../../response-parts.ts';
import type { ResponseRooms } from '../../response-rooms.ts';
import type { ActionKinds } from '../action-kind.ts';
import type { Actions } from '../actions.ts';
import { createActions } from '../create-actions.ts';
import { createActionKinds } from './all.ts';

export const HOST = { kind: 'operator' as const, ref: 'host:0' };

export interface KindsStand extends AsyncDisposable {
  readonly platform: TestPlatform;
  readonly protection: Protection;
  readonly identity: Identity;
  readonly people: People;
  readonly sessions: Sessions;
  readonly secrets: Pick<SecretsDomain, 'secrets'> & { readonly rotations: Rotations };
  readonly kinds: ActionKinds;
  readonly actions: Actions;
  /** Titles of what channels were told, each key once. */
  readonly told: Map<string, string>;
  readonly exports: string[];
  /** Somebody who has signed in before. */
  person(role?: Role | null): Promise<string>;
  signIn(person: string, kind?: 'admin' | 'application', address?: string): Promise<NewSession>;
}

const LIMITS = { idleMs: 3_600_000, absoluteMs: 36_000_000, sessionsMax: 10 };

function openPeople({ db, bus, clock }: TestPlatform, keyring: Keyring): Pick<KindsStand, 'people' | 'sessions'> {
  const sessions: Sessions = createSessions({
    db,
    bus,
    clock,
    keyring,
    findPerson: async (id) => people.find(id),
    limitsOf: async () => LIMITS,
  });
  const people: People = createPeople({
    db,
    bus,
    clock,
    keyring,
    notify: () => undefined,
    endSessions: async (tx, { person }) => void (await sessions.endAllIn(tx, person, { reason: 'person-disabled', actor: HOST })),
  });
  return { people, sessions };
}

type Visits = Pick<KindsStand, 'person' | 'signIn'>;

function visiting({ db }: TestPlatform, { people, sessions }: Pick<KindsStand, 'people' | 'sessions'>): Visits {
  let count = 0;
  return {
    async person(role = null) {
      count += 1;
      const input = { name: `somebody${count}`, display: '', email: null, role, groups: [], mfaRequired: false };
      const { id } = await people.create(input, HOST);
      await db.query(`update identity_person set status = 'active', last_signed_in_at = 1 where id = $1`, [id]);
      return id;
    },
    async signIn(person, kind = 'application', address = '203.0.113.77') {
      const application = kind === 'admin' ? null : 'shop';
      const proved = { acr: 'aal2' as const, amr: ['pwd', 'otp'], device: null };
      return sessions.open({ person, kind, application, ...proved, address, userAgent: 'test' });
    },
  };
}

/** Every kind of action on the real domains; what goes outside is kept in memory. */
export async function openKindsStand(): Promise<KindsStand> {
  const stand = await openProtectedStand();
  const { platform, applications } = stand;
  const { dataDir } = platform;
  await mkdir(join(dataDir, 'keys'), { recursive: true });
  const keyring = await openKeyring({ dataDir });
  const identity = createIdentity(platform);
  const rooms = openPeople(platform, keyring);
  const directory = { people: rooms.people, accounts: identity.accounts };
  const access = createAccess({ ...platform, log: silentLog, applications, directory });
  const domain = createSecrets({ ...platform, keyring, applications, access });
  const { staged, gate } = domain;
  const rotation = createRotations({ ...platform, log: silentLog, node: 'test', staged, gate, waitMs: 0 });
  const told = new Map<string, string>();
  const exports: string[] = [];
  const tellText = async (text: { key: string; title: string }): Promise<number> =>
    Promise.resolve(told.set(text.key, text.title).size);
  const domains = {
    protection: stand.protection(),
    identity,
    ...rooms,
    secrets: { secrets: domain.secrets, rotations: rotation.rotations },
  };
  const parts = {
    ...platform,
    ...domains,
    log: silentLog,
    keyring,
    node: 'test',
    applications,
    trustedHops: 1,
    detection: { rooms: { channels: { tellText } } },
    exportLedger: async (name: string) => Promise.resolve(exports.push(name)),
    link: (incident: string) => `https://holdfast.test/incidents/${incident}`,
    // What kinds ask of their parts is here; nothing of the rest is asked for.
  } as unknown as ResponseParts;
  const built: ResponseRooms = {};
  const kinds = createActionKinds(parts, built);
  const actions = createActions({ ...parts, kinds: () => kinds, behindToken: async () => Promise.resolve(null) });
  built.actions = actions;
  return {
    platform,
    ...domains,
    kinds,
    actions,
    told,
    exports,
    ...visiting(platform, rooms),
    async [Symbol.asyncDispose]() {
      await rotation[Symbol.asyncDispose]();
      await stand[Symbol.asyncDispose]();
    },
  };
}
