import { textOf } from '../db.ts';
import type { Row } from '../db.ts';
import { idParam, requireSession, sendJson } from '../reply.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

function findOrder(visit: Visit): Row {
  const row = visit.parts.db.prepare('SELECT * FROM orders WHERE id = ?').get(idParam(visit));
  if (row === undefined) throw new ShopError('not-found', 'There is no such order.');
  return row;
}

export function showOrder(visit: Visit): void {
  requireSession(visit);
  // FLAW order-idor: being signed in is enough; nobody asks whose order it is.
  const order = findOrder(visit);
  const { id, items, address } = order;
  sendJson(visit, { id, accountId: order['account_id'], items, address, totalCents: order['total_cents'] });
}

export function showReceipt(visit: Visit): void {
  const session = requireSession(visit);
  const order = findOrder(visit);
  if (order['account_id'] !== session.accountId) throw new ShopError('not-found', 'There is no such order.');
  // FLAW card-exposure: the whole card number is kept and sent (PCI DSS 3.4 asks for a masked one).
  sendJson(visit, { orderId: order['id'], paidBy: textOf(order['payment']) });
}
