import { createHash, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { NO_CREDENTIALS, type Credentials } from './credentials.ts';
import { createSealedColumn } from './sealed-column.ts';
import { SUPPLIER } from './seed.ts';

/** What the supplier may ask for, and how it is known to be the supplier. */
export interface SupplierDesk {
  /** Null = there is no key, so nobody can have it. */
  isSupplier(key: string): boolean | null;
  /** Where the money goes; null = it was not stored, as the database has no password. */
  account(): string | null;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export function openSupplierDesk(db: DatabaseSync, credentials: Credentials = NO_CREDENTIALS): SupplierDesk {
  const { databasePassword, apiKey } = credentials;
  const column = databasePassword === null ? null : createSealedColumn(databasePassword);
  db.exec('CREATE TABLE supplier (name TEXT, account BLOB)');
  if (column !== null) db.prepare('INSERT INTO supplier VALUES (?, ?)').run(SUPPLIER.name, column.seal(SUPPLIER.account));
  return {
    isSupplier: (key) => (apiKey === null ? null : timingSafeEqual(digest(key), digest(apiKey))),
    account() {
      const sealed = db.prepare('SELECT account FROM supplier').get()?.['account'];
      return column === null || !(sealed instanceof Uint8Array) ? null : column.open(sealed);
    },
  };
}
