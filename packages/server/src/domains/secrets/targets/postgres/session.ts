import type { Client } from 'pg';
import { isDatabaseAway, sqlState } from '../../../../platform/db/database-error.ts';
import { TargetFault } from '../target-fault.ts';

const CONNECT_MS = 5000;
const STATEMENT_MS = 10_000;
/** Dropping a role waits for whoever holds it, and not for ever. */
const LOCK_MS = 5000;

const WORDS: ReadonlyMap<string, string> = new Map([
  ['28P01', 'the server refused the login'],
  ['28000', 'the server refused the login'],
  ['3D000', 'the server has no such database'],
  ['42501', 'the administering role may not do this'],
  ['42704', 'there is no such role'],
  ['42710', 'the role is there already'],
  ['2BP01', 'something still depends on the role'],
  ['55P03', 'the role is in use'],
  ['57014', 'the server took too long'],
]);

/** What went wrong, without a word of the server: its messages repeat statements. */
export function toFault(error: unknown): TargetFault {
  if (error instanceof TargetFault) return error;
  const state = sqlState(error);
  const isAway = isDatabaseAway(error) || state === '55P03' || state === '57014';
  if (state === null) return new TargetFault('the server does not answer', { isAway: true, cause: withoutText(error) });
  return new TargetFault(WORDS.get(state) ?? `the server refused: ${state}`, { isAway, cause: withoutText(error) });
}

/** The kind of an error for the log, and nothing that it says. */
function withoutText(error: unknown): Error {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  return new Error(`assertion: PostgreSQL said ${code.slice(0, 32)}`);
}

export interface PostgresSession {
  query<Row extends object>(text: string, params?: readonly unknown[]): Promise<readonly Row[]>;
}

/** One bounded session at a server that is not ours. Faults are {@link TargetFault}. */
export async function withPostgres<Result>(address: URL, run: (session: PostgresSession) => Promise<Result>): Promise<Result> {
  const client = await open(address);
  try {
    return await run({
      async query<Row extends object>(text: string, params: readonly unknown[] = []) {
        // Several statements in one text come without parameters and answer with several results: nobody reads those.
        const result = params.length === 0 ? await client.query<Row>(text) : await client.query<Row>(text, [...params]);
        return Array.isArray(result) ? [] : result.rows;
      },
    });
  } catch (error) {
    throw toFault(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Logs in as a program would, and fails where the server did not ask for the password: then any password would have done, and
 * nothing is proved.
 */
export async function proveLogin(address: URL): Promise<void> {
  let wasAsked = false;
  const client = await open(address, () => {
    wasAsked = true;
  });
  try {
    await client.query('select 1');
  } catch (error) {
    throw toFault(error);
  } finally {
    await client.end().catch(() => undefined);
  }
  if (!wasAsked) throw new TargetFault('the server did not ask for the password');
}

/** True = the login is refused, as it should be. */
export async function isLoginRefused(address: URL): Promise<boolean> {
  try {
    await proveLogin(address);
    return false;
  } catch (error) {
    if (error instanceof TargetFault && error.message === WORDS.get('28P01')) return true;
    throw error;
  }
}

async function open(address: URL, onAsked: () => void = () => undefined): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: address.href,
    application_name: 'holdfast',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + CONNECT_MS,
    lock_timeout: LOCK_MS,
  });
  // Documented for the constructor, where the address would win over it; its type knows the text alone.
  const asking = client as unknown as { password: () => string };
  asking.password = () => {
    onAsked();
    return decodeURIComponent(address.password);
  };
  // A connection that breaks fails the statement that waits for it; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw toFault(error);
  }
}
