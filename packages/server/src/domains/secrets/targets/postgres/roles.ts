import { TargetFault } from '../target-fault.ts';
import { quoteName, quoteText } from './quote.ts';
import { scramVerifier } from './scram.ts';
import type { PostgresSession } from './session.ts';

/** Refuses roles that are not there, cannot log in, or are more than a program may be. */
export async function assertRoles(session: PostgresSession, names: readonly string[]): Promise<void> {
  const rows = await session.query<{ rolname: string; rolcanlogin: boolean; rolsuper: boolean }>(
    'select rolname, rolcanlogin, rolsuper from pg_roles where rolname = any($1)',
    [names],
  );
  const found = new Map(rows.map((row) => [row.rolname, row]));
  for (const name of names) {
    const role = found.get(name);
    if (role === undefined) throw new TargetFault('there is no such role');
    if (!role.rolcanlogin) throw new TargetFault('the role may not log in');
    if (role.rolsuper) throw new TargetFault('a role that may everything is not rotated');
  }
}

export async function setPassword(session: PostgresSession, role: string, password: string): Promise<void> {
  await session.query(`alter role ${quoteName(role)} password ${quoteText(scramVerifier(password))}`);
}

/** Nobody logs in with a password any more; sessions that are open stay. */
export async function clearPassword(session: PostgresSession, role: string): Promise<void> {
  await session.query(`alter role ${quoteName(role)} password null`);
}

export async function hasRole(session: PostgresSession, role: string): Promise<boolean> {
  return (await session.query('select 1 from pg_roles where rolname = $1', [role])).length > 0;
}
