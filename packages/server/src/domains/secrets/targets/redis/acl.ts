import { createHash } from 'node:crypto';
import { TargetFault } from '../target-fault.ts';
import type { RedisSession } from './session.ts';

/** As Redis keeps it and takes it (`ACL SETUSER name #hash`): the password itself is in no log of the server. */
export const hashOf = (password: string): string => createHash('sha256').update(password).digest('hex');

export interface AclUser {
  readonly flags: readonly string[];
  readonly hashes: readonly string[];
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

/** RESP 2 answers with names and values in turn. */
export async function readUser(session: RedisSession, name: string): Promise<AclUser> {
  const answer = await session.send('ACL', 'GETUSER', name);
  if (!Array.isArray(answer)) throw new TargetFault('there is no such user');
  const at = (field: string): unknown => answer[answer.indexOf(field) + 1];
  return { flags: texts(at('flags')), hashes: texts(at('passwords')) };
}

/** Refuses users that are off, or that any password opens: nothing could be verified there. */
export async function assertUser(session: RedisSession, name: string): Promise<void> {
  const { flags } = await readUser(session, name);
  if (!flags.includes('on')) throw new TargetFault('the user is switched off');
  if (flags.includes('nopass')) throw new TargetFault('the server does not ask for the password of this user');
}

export async function addPassword(session: RedisSession, name: string, hash: string): Promise<void> {
  await session.send('ACL', 'SETUSER', name, `#${hash}`);
  await keep(session);
}

/** Those that are there: Redis refuses to remove one that is not. */
export async function removePasswords(session: RedisSession, name: string, isGone: (hash: string) => boolean): Promise<void> {
  const gone = (await readUser(session, name)).hashes.filter(isGone);
  if (gone.length === 0) return;
  await session.send('ACL', 'SETUSER', name, ...gone.map((hash) => `!${hash}`));
  await keep(session);
}

/** So that a restart of Redis keeps it: in the file of users, else in the configuration; a server with neither forgets it. */
async function keep(session: RedisSession): Promise<void> {
  try {
    await session.send('ACL', 'SAVE');
  } catch {
    await session.send('CONFIG', 'REWRITE').catch(() => undefined);
  }
}
