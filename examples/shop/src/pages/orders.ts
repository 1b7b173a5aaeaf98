import { textOf } from '../db.ts';
import { formatPrice, html } from '../html.ts';
import { redirect, sendPage } from '../reply.ts';
import type { Visit } from '../visit.ts';

export async function showOrders(visit: Visit): Promise<void> {
  const { session } = visit;
  if (session === undefined) return redirect(visit, '/login');
  const rows = visit.parts.db.prepare('SELECT * FROM orders WHERE account_id = ? ORDER BY id').all(session.accountId);
  const exportLink = session.role === 'admin' ? html`<p><a href="/admin/export">Export all orders (CSV)</a></p>` : html``;
  await sendPage(visit, {
    title: 'Your orders',
    body: html`<h1>Your orders</h1>
      <p class="meta">Signed in as ${session.name}.</p>
      ${exportLink}
      <ul class="cards">
        ${rows.map((row) => {
          const id = Number(row['id']);
          return html`<li class="card">
            <h2>Order ${id}</h2>
            <p>${textOf(row['items'])}</p>
            <p class="meta">${formatPrice(Number(row['total_cents']))}</p>
            <p><a href="/api/orders/${id}">Details of order ${id}</a></p>
          </li>`;
        })}
      </ul>`,
  });
}
