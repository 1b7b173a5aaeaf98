import { html } from './html.ts';
import type { Markup } from './html.ts';
import type { Session } from './session.ts';

export interface PageContent {
  readonly title: string;
  readonly body: Markup;
  readonly head?: Markup;
  readonly status?: number;
}

function accountLinks(session: Session | undefined): Markup {
  if (session === undefined) return html`<a href="/login">Sign in</a>`;
  return html`<a href="/orders">Orders</a>
    <form class="inline" method="post" action="/logout">
      <button class="quiet" type="submit">Sign out ${session.name}</button>
    </form>`;
}

export function layout(page: PageContent, session: Session | undefined): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title} · Tin &amp; Leaf</title>
        <link rel="stylesheet" href="/static/shop.css" />
        <link rel="icon" href="/static/leaf.svg" type="image/svg+xml" />
        ${page.head ?? html``}
      </head>
      <body>
        <a class="skip" href="#content">Skip to content</a>
        <header class="bar">
          <a class="brand" href="/">Tin &amp; Leaf</a>
          <form class="find" role="search" action="/search">
            <label class="hidden" for="find">Search teas</label>
            <input id="find" name="q" type="search" placeholder="Search teas" maxlength="200" />
            <button type="submit">Search</button>
          </form>
          <nav aria-label="Main">
            <a href="/downloads">Guides</a> <a href="/upload">Photos</a> <a href="/tools">Tools</a>
            ${accountLinks(session)}
          </nav>
        </header>
        <main id="content" tabindex="-1">${page.body}</main>
        <footer>
          <p>Demo application, vulnerable on purpose. <a href="/about-this-shop">About this shop and its planted flaws</a></p>
        </footer>
        <script type="module" src="/.holdfast/validate.js"></script>
      </body>
    </html> `;
}
