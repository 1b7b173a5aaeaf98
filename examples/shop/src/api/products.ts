import { toProduct } from '../db.ts';
import { queryText, sendJson } from '../reply.ts';
import type { Visit } from '../visit.ts';

export function listProducts(visit: Visit): void {
  const category = queryText(visit, 'category');
  // FLAW api-sqli: the category becomes part of the statement.
  const filter = category === '' ? '' : ` AND category = '${category}'`;
  const statement = `SELECT id, name, category, price_cents, blurb FROM product WHERE listed = 1${filter}`;
  sendJson(visit, { products: visit.parts.db.prepare(statement).all().map(toProduct) });
}
