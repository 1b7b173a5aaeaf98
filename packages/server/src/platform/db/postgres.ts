import { PostgresDialect, type Dialect } from 'kysely';
import { Pool, types as pgTypes, type CustomTypesConfig } from 'pg';
import type { Log } from '../log.ts';

const CONNECTIONS_MAX = 10;
const CONNECT_TIMEOUT_MS = 5000;
const IDLE_TIMEOUT_MS = 30_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** PostgreSQL type 20 (bigint): a number where it is exact, as on the embedded database. */
const INT8 = 20;

function parseInt8(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** The declared type of oids is a closed list; the wire knows more, and unknown ones stay text. */
const parserOf = pgTypes.getTypeParser as (oid: number) => (text: string) => unknown;

/** Text parsers of node-postgres, with bigint as numbers. */
const types: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((text: string) => unknown) =>
    oid === INT8 && format !== 'binary' ? parseInt8 : parserOf(oid),
};

export interface PostgresParts {
  readonly url: string;
  readonly log: Log;
  readonly statementTimeoutMs: number;
}

/** A bounded pool on PostgreSQL 15 or later; TLS is asked for in the URL (`sslmode=verify-full`). */
export function createPostgresDialect({ url, log, statementTimeoutMs }: PostgresParts): Dialect {
  const pool = new Pool({
    connectionString: url,
    application_name: 'holdfast',
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    // The server's own timeout answers first; this one is for a server that no longer answers at all.
    query_timeout: statementTimeoutMs + 5000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    types,
  });
  const broke = (error: Error): void => log.warn({ err: error }, 'a database connection broke');
  // A connection that breaks is replaced by the pool; without listeners it would end the process, whether it was idle (the
  // pool's event) or in use (its own): whoever waits for an answer on it gets the error.
  pool.on('error', broke);
  pool.on('connect', (client) => client.on('error', broke));
  return new PostgresDialect({ pool });
}
