import { textOf } from '../db.ts';
import { sendBytes } from '../reply.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

const columns = ['id', 'email', 'items', 'total_cents', 'address'] as const;

function csvField(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

export function exportOrders(visit: Visit): void {
  // FLAW admin-flag: a cookie that the visitor writes decides who is an administrator.
  if (visit.cookies.get('role') !== 'admin') throw new ShopError('not-allowed', 'Administrators only.');
  const rows = visit.parts.db
    .prepare(
      'SELECT orders.id, email, items, total_cents, address FROM orders JOIN account ON account.id = account_id ORDER BY orders.id',
    )
    .all();
  // RFC 4180: fields in quotes, lines ended by CRLF.
  const lines = rows.map((row) => columns.map((column) => csvField(textOf(row[column]))).join(','));
  visit.response.setHeader('Content-Disposition', 'attachment; filename="orders.csv"');
  sendBytes(visit, 'text/csv; charset=utf-8', [columns.join(','), ...lines, ''].join('\r\n'));
}
