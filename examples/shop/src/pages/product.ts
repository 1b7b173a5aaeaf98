import { formField, readForm } from '../body.ts';
import { textOf, toProduct } from '../db.ts';
import { formatPrice, html, raw } from '../html.ts';
import { limits } from '../limits.ts';
import { idParam, redirect, sendPage } from '../reply.ts';
import { ShopError } from '../shop-error.ts';
import type { Visit } from '../visit.ts';

const productStyle = '.comments article { border-top: 1px solid #d8d2c4; padding: .5rem 0; overflow-wrap: anywhere; }';

function findProduct(visit: Visit) {
  const row = visit.parts.db.prepare('SELECT * FROM product WHERE listed = 1 AND id = ?').get(idParam(visit));
  if (row === undefined) throw new ShopError('not-found', 'There is no such product.');
  return toProduct(row);
}

export async function showProduct(visit: Visit): Promise<void> {
  const product = findProduct(visit);
  const comments = visit.parts.db
    .prepare('SELECT author, body FROM comment WHERE product_id = ? ORDER BY id DESC')
    .all(product.id);
  await sendPage(visit, {
    title: product.name,
    head: html`<style>
      ${raw(productStyle)}
    </style>`,
    body: html`<h1>${product.name}</h1>
      <p class="lead">${product.blurb}</p>
      <p class="meta"><span class="tag">${product.category}</span> <strong>${formatPrice(product.priceCents)}</strong></p>
      <section class="comments" aria-labelledby="comments">
        <h2 id="comments">Comments</h2>
        ${comments.map(
          // FLAW stored-xss: a visitor's comment is shown to everybody as HTML.
          (comment) =>
            html`<article>
              <p>${raw(textOf(comment['body']))}</p>
              <p class="meta">${textOf(comment['author'])}</p>
            </article>`,
        )}
      </section>
      <form class="stack" method="post" action="/products/${product.id}/comments">
        <h2>Write a comment</h2>
        <label for="author">Shown as</label>
        <input id="author" name="author" maxlength="${limits.authorCharsMax}" autocomplete="nickname" />
        <label for="comment">Comment</label>
        <textarea id="comment" name="comment" rows="4" maxlength="${limits.commentCharsMax}" required></textarea>
        <button type="submit">Post comment</button>
      </form>`,
  });
}

export async function addComment(visit: Visit): Promise<void> {
  const { db } = visit.parts;
  const product = findProduct(visit);
  // FLAW csrf: no token and no look at Origin, so any site can post in a visitor's name.
  const form = await readForm(visit.request);
  const body = formField(form, 'comment', limits.commentCharsMax);
  if (body.trim() === '') throw new ShopError('request-malformed', 'Write something first.');
  const author = formField(form, 'author', limits.authorCharsMax) || (visit.session?.name ?? 'a visitor');
  db.prepare('INSERT INTO comment (product_id, author, body) VALUES (?, ?, ?)').run(product.id, author, body);
  db.prepare(
    'DELETE FROM comment WHERE product_id = ? AND id NOT IN (SELECT id FROM comment WHERE product_id = ? ORDER BY id DESC LIMIT ?)',
  ).run(product.id, product.id, limits.commentsPerProductMax);
  redirect(visit, `/products/${product.id}`);
}
