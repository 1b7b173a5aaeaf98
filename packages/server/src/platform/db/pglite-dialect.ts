import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import { Refusal } from '../refusal.ts';
import type { PgliteSession } from './pglite-client.ts';

/** Callers that wait for the one session; beyond it the answer is `database-unavailable` at once. */
const WAITING_MAX = 2048;
/** A caller that asks for the outer database inside a transaction would wait for itself: it is told so after this time. */
const ACQUIRE_TIMEOUT_MS = 30_000;

class PgliteConnection implements DatabaseConnection {
  readonly session: PgliteSession;

  constructor(session: PgliteSession) {
    this.session = session;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, affected } = await this.session.run(query.sql, query.parameters);
    // Rows have the shape the query was typed with; Kysely makes the same promise for every driver.
    return { rows: [...rows] as Row[], numAffectedRows: BigInt(affected) };
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query);
  }
}

/** One session for all: first come, first served, a transaction holds it until it ends. */
export class PgliteDriver implements Driver {
  readonly #openSession: () => Promise<PgliteSession>;
  readonly #waiting: ((error: Refusal | null) => void)[] = [];
  #session: PgliteSession;
  #isTaken = false;
  #isClosed = false;

  constructor(session: PgliteSession, openSession: () => Promise<PgliteSession>) {
    this.#session = session;
    this.#openSession = openSession;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<PgliteConnection> {
    if (this.#isClosed) throw new Refusal('database-unavailable', { detail: 'The database is closed.' });
    if (this.#isTaken) await this.#turn();
    this.#isTaken = true;
    try {
      if (this.#session.isLost) this.#session = await this.#openSession();
    } catch (error) {
      this.#next();
      throw new Refusal('database-unavailable', { cause: error });
    }
    return new PgliteConnection(this.#session);
  }

  async beginTransaction(connection: PgliteConnection, settings: TransactionSettings): Promise<void> {
    const level = settings.isolationLevel === undefined ? '' : ` isolation level ${settings.isolationLevel}`;
    await connection.session.run(`begin${level}`, []);
  }

  async commitTransaction(connection: PgliteConnection): Promise<void> {
    await connection.session.run('commit', []);
  }

  async rollbackTransaction(connection: PgliteConnection): Promise<void> {
    // A session that was lost has nothing left to roll back.
    if (!connection.session.isLost) await connection.session.run('rollback', []);
  }

  releaseConnection(): Promise<void> {
    this.#next();
    return Promise.resolve();
  }

  async destroy(): Promise<void> {
    if (this.#isClosed) return;
    // The last one in line: whoever came before still gets its turn.
    if (this.#isTaken) await this.#turn();
    this.#isClosed = true;
    for (const wake of this.#waiting.splice(0)) wake(new Refusal('database-unavailable'));
    await this.#session.close();
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw new Refusal('database-unavailable', { detail: 'Too many callers wait for the database.' });
    }
    return new Promise((resolve, reject) => {
      const wake = (error: Refusal | null): void => {
        clearTimeout(timer);
        if (error === null) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        wake(new Refusal('database-unavailable', { detail: 'The database was held by another transaction for too long.' }));
      }, ACQUIRE_TIMEOUT_MS);
      this.#waiting.push(wake);
    });
  }

  /** Hands the session straight to the next in line, so that nobody who comes later can overtake. */
  #next(): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#isTaken = false;
    else wake(null);
  }
}

export class PgliteDialect implements Dialect {
  readonly #driver: PgliteDriver;

  constructor(driver: PgliteDriver) {
    this.#driver = driver;
  }

  createDriver(): Driver {
    return this.#driver;
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }

  // Kysely's own signature: the introspector reads catalogue tables of any schema.
  createIntrospector(db: Kysely<never>): PostgresIntrospector {
    return new PostgresIntrospector(db);
  }
}
