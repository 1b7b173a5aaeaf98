import { formatPrice, html, raw } from '../html.ts';
import type { Markup } from '../html.ts';
import { toProduct } from '../db.ts';
import type { Product } from '../db.ts';
import { sendPage } from '../reply.ts';
import type { Visit } from '../visit.ts';
import { homeScript } from './home-script.ts';

const homeStyle = `
.filters { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
.filters button[aria-pressed="true"] { background: #1f4d3a; color: #fff; }
#ticker { min-height: 1.6em; font-variant-numeric: tabular-nums; }
`;

export function productCard(product: Product): Markup {
  return html`<li class="card" data-category="${product.category}">
    <h2><a href="/products/${product.id}">${product.name}</a></h2>
    <p>${product.blurb}</p>
    <p class="meta"><span class="tag">${product.category}</span> <strong>${formatPrice(product.priceCents)}</strong></p>
  </li>`;
}

export async function showHome(visit: Visit): Promise<void> {
  const products = visit.parts.db.prepare('SELECT * FROM product WHERE listed = 1 ORDER BY id').all().map(toProduct);
  const categories = [...new Set(products.map((product) => product.category))];
  await sendPage(visit, {
    title: 'Loose-leaf tea',
    head: html`<style>
      ${raw(homeStyle)}
    </style>`,
    body: html` <h1>Loose-leaf tea</h1>
      <p class="lead">Six tins, weighed by hand.</p>
      <p id="ticker" class="notice">Live prices need JavaScript.</p>
      <div class="filters" id="filters" role="group" aria-label="Filter by kind" hidden>
        <button type="button" data-category="" aria-pressed="true">All</button>
        ${categories.map((category) => html`<button type="button" data-category="${category}" aria-pressed="false">${category}</button>`)}
      </div>
      <p id="count" class="meta" role="status"></p>
      <ul class="cards" id="products">
        ${products.map(productCard)}
      </ul>
      <p class="meta">Shop notices: <span id="notice">none yet</span></p>
      <script>
        ${raw(homeScript)};
      </script>`,
  });
}
