import { toProduct } from '../db.ts';
import { html, raw } from '../html.ts';
import { queryText, sendPage } from '../reply.ts';
import type { Visit } from '../visit.ts';
import { productCard } from './home.ts';

export async function showSearch(visit: Visit): Promise<void> {
  const words = queryText(visit, 'q');
  const rows = visit.parts.db
    .prepare(
      "SELECT * FROM product WHERE listed = 1 AND instr(lower(name || ' ' || category || ' ' || blurb), lower(?)) > 0 ORDER BY id",
    )
    .all(words);
  await sendPage(visit, {
    title: 'Search',
    // FLAW reflected-xss: the search words go back into the page as HTML.
    body: html`<h1>Results for “${raw(words)}”</h1>
      <p class="meta" role="status">${rows.length} found</p>
      <ul class="cards">
        ${rows.map((row) => productCard(toProduct(row)))}
      </ul>`,
  });
}
