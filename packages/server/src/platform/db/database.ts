import { CompiledQuery, Kysely } from 'kysely';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { openEmbedded } from './embedded.ts';

/** No statement of ours needs longer; an index that does is built by a migration in steps. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** The tables of nobody: a domain names its own with `kysely.withTables<Mine>()`. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- no tables is what it says
export type NoTables = Record<never, never>;

export interface Queryable {
  readonly kysely: Kysely<NoTables>;
  /** Parameters are `$1`, `$2`, …; without any, several statements may stand in one text. */
  query<Row extends object>(text: string, params?: readonly unknown[]): Promise<readonly Row[]>;
}

export interface Transaction extends Queryable {
  /** Runs last inside the transaction; a failure rolls everything back. */
  beforeCommit(hook: () => Promise<void>): void;
  /** Runs once the change is durable; a failure is logged and changes nothing. */
  afterCommit(hook: () => void | Promise<void>): void;
  /** Runs when the change did not happen, for whatever reason. */
  afterRollback(hook: (error: unknown) => void | Promise<void>): void;
}

export interface Database extends Queryable, AsyncDisposable {
  readonly kind: 'embedded' | 'postgres';
  /** The stored data could not be opened, was put aside and begun anew: projections must be rebuilt. */
  readonly rebuilt: boolean;
  /** All or nothing. Inside, use `tx` only: the embedded database has one session, which the transaction holds. */
  transaction<Result>(run: (tx: Transaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export type DatabaseOptions =
  | { readonly kind: 'embedded'; readonly dataDir: string; readonly statementTimeoutMs?: number }
  | { readonly kind: 'postgres'; readonly url: string; readonly statementTimeoutMs?: number };

/**
 * Opens the database. The embedded one lives in `<dataDir>/pgdata` and in its own thread.
 *
 * @example await using db = await openDatabase({ kind: 'embedded', dataDir: '/var/lib/holdfast' }, log);
 */
export async function openDatabase(options: DatabaseOptions, log: Log): Promise<Database> {
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  if (options.kind === 'postgres') {
    // Loaded only where it is used: most installations are embedded.
    const { createPostgresDialect } = await import('./postgres.ts');
    const dialect = createPostgresDialect({ url: options.url, log, statementTimeoutMs });
    const db = createDatabase({ kind: 'postgres', kysely: new Kysely<NoTables>({ dialect }), rebuilt: false, log });
    await assertAnswers(db);
    return db;
  }
  const { dialect, rebuilt } = await openEmbedded({ dataDir: options.dataDir, log, statementTimeoutMs });
  return createDatabase({ kind: 'embedded', kysely: new Kysely<NoTables>({ dialect }), rebuilt, log });
}

/** A wrong address or password is told at start, and without the URL: it holds the password. */
async function assertAnswers(db: Database): Promise<void> {
  try {
    await db.query('select 1');
  } catch (error) {
    await db.close();
    throw new Refusal('database-unavailable', { detail: 'PostgreSQL does not answer or refuses the login.', cause: error });
  }
}

interface DatabaseParts {
  readonly kind: Database['kind'];
  readonly kysely: Kysely<NoTables>;
  readonly rebuilt: boolean;
  readonly log: Log;
}

function createDatabase({ kind, kysely, rebuilt, log }: DatabaseParts): Database {
  const close = (): Promise<void> => kysely.destroy();
  return {
    kind,
    rebuilt,
    kysely,
    query: (text, params) => runQuery(kysely, text, params),
    transaction: (run) => runTransaction({ kysely, log, run }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function runQuery<Row extends object>(
  kysely: Kysely<NoTables>,
  text: string,
  params: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const { rows } = await kysely.executeQuery<Row>(CompiledQuery.raw(text, [...params]));
  return rows;
}

interface TransactionParts<Result> {
  readonly kysely: Kysely<NoTables>;
  readonly log: Log;
  readonly run: (tx: Transaction) => Promise<Result>;
}

async function runTransaction<Result>({ kysely, log, run }: TransactionParts<Result>): Promise<Result> {
  const before: (() => Promise<void>)[] = [];
  const committed: (() => void | Promise<void>)[] = [];
  const rolledBack: ((error: unknown) => void | Promise<void>)[] = [];
  const after = async (hooks: (() => void | Promise<void>)[]): Promise<void> => {
    for (const hook of hooks) {
      try {
        await hook();
      } catch (error) {
        log.error({ err: error }, 'a step after a transaction failed');
      }
    }
  };
  let result: Result;
  try {
    result = await kysely.transaction().execute(async (trx) => {
      const value = await run({
        kysely: trx,
        query: (text, params) => runQuery(trx, text, params),
        beforeCommit: (hook) => void before.push(hook),
        afterCommit: (hook) => void committed.push(hook),
        afterRollback: (hook) => void rolledBack.push(hook),
      });
      // A failed statement whose error was swallowed leaves the transaction aborted, and `commit` would then roll back
      // without a word (SQLSTATE 25P02): ask before anything is recorded as done.
      if (before.length > 0) await runQuery(trx, 'select 1', []);
      for (const hook of before) await hook();
      return value;
    });
  } catch (error) {
    await after(rolledBack.map((hook) => () => hook(error)));
    throw error;
  }
  await after(committed);
  return result;
}
