import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault } from '../target-fault.ts';
import { quoteName, quoteText } from './quote.ts';
import { hasRole } from './roles.ts';
import type { PostgresSession } from './session.ts';

const TERMINATE_MS = 2000;
const LOOKS = 5;
const LOOK_MS = 100;
/** Any number does; the same at all nodes. */
const TURN = 4_715_031_158;

/** Refuses a role that could not make users. */
export async function assertMakesUsers(session: PostgresSession): Promise<void> {
  const [row] = await session.query<{ may: boolean }>(
    'select (rolsuper or rolcreaterole) as may from pg_roles where rolname = current_user',
  );
  if (row?.may !== true) throw new TargetFault('the administering role may not create roles');
}

/** Runs it and takes it back: faults of the template show when it is written, not when somebody needs a user. */
export async function tryStatements(session: PostgresSession, statements: string): Promise<void> {
  await session.query('begin');
  try {
    await session.query(statements);
  } finally {
    await session.query('rollback');
  }
}

/**
 * Statements as one transaction, behind those of other sessions of ours: two that change rights on the same table at once make
 * PostgreSQL fail one of them (`tuple concurrently updated`).
 */
export async function inTurn(session: PostgresSession, statements: string): Promise<void> {
  await session.query(`select pg_advisory_xact_lock(${TURN}); ${statements}`);
}

export async function setExpiration(session: PostgresSession, name: string, expiration: string): Promise<void> {
  await session.query(`alter role ${quoteName(name)} valid until ${quoteText(expiration)}`);
}

/**
 * Nobody logs in any more, then its sessions end, then what it owns goes to the administering role, and then it is gone. Gone
 * already is gone. Rights in other databases of the server keep the role, switched off, and are a fault.
 */
export async function dropUser(session: PostgresSession, name: string, revocation: string | null): Promise<void> {
  if (!(await hasRole(session, name))) return;
  const role = quoteName(name);
  await session.query(`alter role ${role} nologin password null`);
  const [admin] = await session.query<{ rolsuper: boolean }>('select rolsuper from pg_roles where rolname = current_user');
  // Who may make roles is not thereby a member of them, and only members may end their sessions or take what they own.
  if (admin?.rolsuper !== true) await session.query(`grant ${role} to current_user`);
  await endSessions(session, name);
  if (revocation !== null) await inTurn(session, revocation);
  await inTurn(session, `reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`);
}

async function endSessions(session: PostgresSession, name: string): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    const open = await session.query(
      `select pg_terminate_backend(pid, ${TERMINATE_MS}) from pg_stat_activity where usename = $1`,
      [name],
    );
    if (open.length === 0) return;
    if (look > 0) await sleep(LOOK_MS);
  }
  throw new TargetFault('sessions of the user do not end', { isAway: true });
}
