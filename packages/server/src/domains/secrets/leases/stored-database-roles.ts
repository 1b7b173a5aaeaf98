import {
  databaseRoleInputSchema,
  leaseEvents,
  type DatabaseConnection,
  type DatabaseConnectionInput,
  type DatabaseCredentials,
  type DatabaseRole,
  type DatabaseRoleInput,
  type SecretRef,
} from '@holdfast/contract';
import { randomInt } from 'node:crypto';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Transaction } from '../../../platform/db/database.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { faultPoint } from '../../../platform/fault-point.ts';
import type { Gate } from '../access/gate.ts';
import type { OpenSecret } from '../rotation/rotator.ts';
import { adminAddress } from '../rotation/rotators/postgres-admin.ts';
import type { SecretCaller } from '../secrets.ts';
import { newPassword } from '../targets/login.ts';
import { scramVerifier } from '../targets/postgres/scram.ts';
import { withPostgres, type PostgresSession } from '../targets/postgres/session.ts';
import { inTurn, assertMakesUsers, tryStatements } from '../targets/postgres/users.ts';
import { TargetFault } from '../targets/target-fault.ts';
import type { DatabaseRoles } from './database-roles.ts';
import {
  countRolesOf,
  deleteConnection,
  deleteRole,
  findConnection,
  findRole,
  readConnections,
  readRoles,
  saveConnection,
  saveRole,
  toConnection,
  toRole,
} from './role-store.ts';
import { nameOf, type StoredLeases } from './stored-leases.ts';
import type { LeaseTables, RoleRow } from './tables.ts';
import { fillTemplate, isTemplate } from './template.ts';

const TABLE = 'abcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_CHARACTERS = 16;
const ROLE_CHARACTERS_MAX = 24;

export interface DatabaseRolesParts {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly gate: Gate;
  readonly openSecret: OpenSecret;
  readonly leases: StoredLeases;
  readonly newId: () => string;
}

/** Policies decide about a role as about this secret. */
export const refOfRole = ({
  application,
  environment,
  name,
}: Pick<RoleRow, 'application' | 'environment' | 'name'>): SecretRef => ({
  application,
  environment,
  name: `database/${name}`,
});

/** `hf_reporting_x3k9…`: says in the server's own lists what it is, and is never one that was before. */
function userName(role: string): string {
  const random = Array.from({ length: RANDOM_CHARACTERS }, () => TABLE[randomInt(TABLE.length)]).join('');
  return `hf_${role.replaceAll('-', '_').slice(0, ROLE_CHARACTERS_MAX)}_${random}`;
}

export class StoredDatabaseRoles implements DatabaseRoles {
  readonly #parts: DatabaseRolesParts;

  constructor(parts: DatabaseRolesParts) {
    this.#parts = parts;
  }

  async connections(): Promise<readonly DatabaseConnection[]> {
    return (await readConnections(this.#db())).map(toConnection);
  }

  async setConnection({ name, admin }: DatabaseConnectionInput, caller: SecretCaller): Promise<DatabaseConnection> {
    const { clock, gate } = this.#parts;
    await gate.assertMay(admin, 'secret:rotate', caller);
    await gate.assertMay(admin, 'secret:reveal', caller);
    await this.#at(admin, assertMakesUsers);
    const row = { name, admin, changed_at: clock.now(), changed_by: nameOf(caller) };
    await this.#changed({ kind: 'connection', name, isRemoved: false }, caller, async (tx) => {
      await saveConnection(tx.kysely.withTables<LeaseTables>(), row);
    });
    return toConnection(row);
  }

  async removeConnection(name: string, caller: SecretCaller): Promise<void> {
    const connection = await this.#connection(name);
    await this.#parts.gate.assertMay(connection.admin, 'secret:rotate', caller);
    await this.#changed({ kind: 'connection', name, isRemoved: true }, caller, async (tx) => {
      const tables = tx.kysely.withTables<LeaseTables>();
      if ((await countRolesOf(tables, name)) > 0)
        throw new Refusal('conflict', { errors: [{ pointer: '', detail: 'roles are made of it: remove those first' }] });
      if (!(await deleteConnection(tables, name))) throw new Refusal('not-found');
    });
  }

  async roles(): Promise<readonly DatabaseRole[]> {
    return (await readRoles(this.#db())).map(toRole);
  }

  async setRole(given: DatabaseRoleInput, caller: SecretCaller): Promise<DatabaseRole> {
    const { clock, gate } = this.#parts;
    const input = databaseRoleInputSchema.parse(given);
    await gate.assertMay(refOfRole(input), 'secret:rotate', caller);
    const before = await findRole(this.#db(), input.name);
    if (before !== null) await gate.assertMay(refOfRole(before), 'secret:rotate', caller);
    const { admin } = await this.#connection(input.connection);
    await gate.assertMay(admin, 'secret:reveal', caller);
    assertFits(input);
    await this.#tryOut(admin, input);
    const { ttlSeconds, ttlSecondsMax, ...rest } = input;
    const now = clock.now();
    const row = { ...rest, ttl_seconds: ttlSeconds, ttl_seconds_max: ttlSecondsMax, changed_at: now, changed_by: nameOf(caller) };
    await this.#changed({ kind: 'role', name: input.name, isRemoved: false }, caller, async (tx) => {
      await saveRole(tx.kysely.withTables<LeaseTables>(), row);
    });
    return toRole(row);
  }

  async removeRole(name: string, caller: SecretCaller): Promise<void> {
    const role = await this.#role(name);
    await this.#parts.gate.assertMay(refOfRole(role), 'secret:rotate', caller);
    await this.#changed({ kind: 'role', name, isRemoved: true }, caller, async (tx) => {
      if (!(await deleteRole(tx.kysely.withTables<LeaseTables>(), name))) throw new Refusal('not-found');
    });
  }

  async issue(name: string, caller: SecretCaller): Promise<DatabaseCredentials> {
    const { clock, gate, leases, newId } = this.#parts;
    const role = await this.#role(name);
    const ref = refOfRole(role);
    await gate.assertMay(ref, 'secret:reveal', caller);
    const { admin } = await this.#connection(role.connection);
    const now = clock.now();
    const ttlSeconds = Math.min(role.ttl_seconds, role.ttl_seconds_max);
    const lease = {
      id: `database/creds/${name}/${newId()}`,
      kind: 'database',
      role: name,
      subject: userName(name),
      source: { admin, revocation: role.revocation, ttlSeconds, ref },
      expires_at: now + ttlSeconds * 1000,
      expires_at_most: now + role.ttl_seconds_max * 1000,
    } as const;
    const password = newPassword();
    await leases.begin(lease, caller);
    faultPoint('lease:begun');
    try {
      const values = { name: lease.subject, password: scramVerifier(password), expiration: isoOf(lease.expires_at) };
      await this.#at(admin, async (session) => inTurn(session, fillTemplate(role.creation, values)));
      faultPoint('lease:made');
      return { lease: await leases.activate(lease.id, caller), username: lease.subject, password };
    } catch (error) {
      // Should that fail as well, the sweep finds it: it was written down before it was made.
      await leases.release(lease.id).catch(() => undefined);
      throw error;
    }
  }

  /** Made and taken back at the server, so that a fault shows now. */
  async #tryOut(admin: SecretRef, { name, creation }: DatabaseRoleInput): Promise<void> {
    const values = {
      name: userName(name),
      password: scramVerifier(newPassword()),
      expiration: isoOf(this.#parts.clock.now()),
    };
    try {
      await this.#at(admin, async (session) => tryStatements(session, fillTemplate(creation, values)));
    } catch (error) {
      if (!(error instanceof Refusal) || !(error.cause instanceof TargetFault) || error.cause.isAway) throw error;
      throw new Refusal('input-invalid', { errors: [{ pointer: '/creation', detail: error.cause.message }], cause: error.cause });
    }
  }

  async #at<Result>(admin: SecretRef, run: (session: PostgresSession) => Promise<Result>): Promise<Result> {
    try {
      return await withPostgres(adminAddress(await this.#parts.openSecret(admin)), run);
    } catch (error) {
      if (!(error instanceof TargetFault)) throw error;
      throw new Refusal('target-failed', { cause: error, errors: [{ pointer: '', detail: error.message }] });
    }
  }

  async #connection(name: string) {
    const connection = await findConnection(this.#db(), name);
    if (connection === null)
      throw new Refusal('not-found', { errors: [{ pointer: '/connection', detail: 'there is no such connection' }] });
    return connection;
  }

  async #role(name: string): Promise<RoleRow> {
    const role = await findRole(this.#db(), name);
    if (role === null) throw new Refusal('not-found');
    return role;
  }

  async #changed(
    payload: { readonly kind: 'connection' | 'role'; readonly name: string; readonly isRemoved: boolean },
    caller: SecretCaller,
    act: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    const { db, bus } = this.#parts;
    const { actor } = caller.principal;
    await db.transaction(async (tx) => {
      await act(tx);
      await bus.publish(tx, [bus.newEvent(leaseEvents.sourceChanged, { actor, target: payload.name, payload })]);
    });
  }

  #db() {
    return this.#parts.db.kysely.withTables<LeaseTables>();
  }
}

export const isoOf = (ms: number): string => new Date(ms).toISOString();

function assertFits({ creation, revocation, ttlSeconds, ttlSecondsMax }: Omit<DatabaseRole, 'changedAt' | 'changedBy'>): void {
  const errors = [
    ...(isTemplate(creation)
      ? []
      : [{ pointer: '/creation', detail: 'only {{name}}, {{password}} and {{expiration}} are known' }]),
    ...(revocation === null || isTemplate(revocation) ? [] : [{ pointer: '/revocation', detail: 'only {{name}} is known' }]),
    ...(ttlSeconds <= ttlSecondsMax ? [] : [{ pointer: '/ttlSeconds', detail: 'longer than the longest' }]),
  ];
  if (errors.length > 0) throw new Refusal('input-invalid', { errors });
}
