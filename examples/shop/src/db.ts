import { constants, DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue } from 'node:sqlite';
import { limits } from './limits.ts';
import { ACCOUNTS, ORDERS, PRODUCTS } from './seed.ts';

export type Row = Record<string, SQLOutputValue>;

const schema = `
  CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price_cents INTEGER, listed INTEGER, blurb TEXT);
  CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT UNIQUE, password TEXT, role TEXT, email TEXT);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, account_id INTEGER, items TEXT, total_cents INTEGER, address TEXT, payment TEXT);
  CREATE TABLE comment (id INTEGER PRIMARY KEY AUTOINCREMENT, product_id INTEGER, author TEXT, body TEXT);
`;

function seed(db: DatabaseSync): void {
  const product = db.prepare('INSERT INTO product VALUES (?, ?, ?, ?, ?, ?)');
  for (const row of PRODUCTS) product.run(row.id, row.name, row.category, row.priceCents, row.listed, row.blurb);
  // FLAW plain-passwords: they are stored as typed, so one injected query reads them all.
  const account = db.prepare('INSERT INTO account VALUES (?, ?, ?, ?, ?)');
  for (const row of Object.values(ACCOUNTS)) account.run(row.id, row.name, row.password, row.role, row.email);
  const order = db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)');
  for (const row of ORDERS) order.run(row.id, row.accountId, row.items, row.totalCents, row.address, row.payment);
  db.prepare('INSERT INTO comment (product_id, author, body) VALUES (1, ?, ?)').run(
    'a visitor',
    'Lovely & light, would buy again.',
  );
}

/** In memory on purpose: a restart heals whatever an attack stored. */
export function openShopDatabase(): DatabaseSync {
  const db = new DatabaseSync(':memory:', { limits: { sqlLength: limits.sqlCharsMax, compoundSelect: 8 } });
  db.exec(schema);
  seed(db);
  // The driver is synchronous, so an injected recursive query would stop the shop for ever.
  db.setAuthorizer((action) => (action === constants.SQLITE_RECURSIVE ? constants.SQLITE_DENY : constants.SQLITE_OK));
  return db;
}

export function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? value.toString() : '';
}

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly category: string;
  readonly priceCents: number;
  readonly blurb: string;
}

export function toProduct(row: Row): Product {
  return {
    id: Number(row['id']),
    name: textOf(row['name']),
    category: textOf(row['category']),
    priceCents: Number(row['price_cents']),
    blurb: textOf(row['blurb']),
  };
}
