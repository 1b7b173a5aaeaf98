import type { StatementError } from './pglite-protocol.ts';

/** A statement that the embedded database refused; node-postgres throws errors with the same fields. */
export class DatabaseError extends Error {
  /** SQLSTATE, PostgreSQL appendix A. */
  readonly code: string | null;
  readonly constraint: string | null;
  readonly table: string | null;

  constructor(error: StatementError) {
    super(error.message);
    this.name = 'DatabaseError';
    this.code = error.code;
    this.constraint = error.constraint;
    this.table = error.table;
  }
}

/** The SQLSTATE of an error of either database; null when it is no database error. */
export function sqlState(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^[0-9A-Z]{5}$/u.test(error.code) ? error.code : null;
}

/** `23505`: a row with this key is there already. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  if (sqlState(error) !== '23505') return false;
  // Checked by sqlState: an error object.
  return constraint === undefined || (error as { constraint?: unknown }).constraint === constraint;
}

/** `22021`, `22P05`: a text holds U+0000, which PostgreSQL keeps in no text and no JSON. Whoever sent it can leave it out. */
export function isTextRefused(error: unknown): boolean {
  const state = sqlState(error);
  return state === '22021' || state === '22P05';
}

const AWAY = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EHOSTUNREACH']);
/** What node-postgres says without a code when a connection cannot be had or broke. */
const AWAY_WORDS = /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout)/u;

/** The database cannot be reached, is shutting down or is out of resources: SQLSTATE classes 08, 53 and 57P. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== null && /^(?:08|53|57P)/u.test(state)) return true;
  const code = 'code' in error ? error.code : null;
  return (typeof code === 'string' && AWAY.has(code)) || AWAY_WORDS.test(error.message);
}
