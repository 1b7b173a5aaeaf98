import { sendJson } from '../reply.ts';
import { SUPPLIER } from '../seed.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

/** How many orders wait, for the supplier, who is a program with a key. */
export function showSupplier(visit: Visit): void {
  const { db, supplier } = visit.parts;
  const key = visit.request.headers['x-api-key'];
  const isSupplier = supplier.isSupplier(typeof key === 'string' ? key : '');
  const account = supplier.account();
  if (isSupplier === null || account === null)
    throw new ShopError('credentials-missing', 'The shop was started without its credentials.');
  if (!isSupplier) throw new ShopError('sign-in-required', 'This is for the supplier.');
  const orders = db.prepare('SELECT count(*) AS count FROM orders').get()?.['count'];
  sendJson(visit, { supplier: SUPPLIER.name, account, orders: Number(orders) });
}
