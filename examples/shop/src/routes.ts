import { showOrder, showReceipt } from './api/orders.ts';
import { listProducts } from './api/products.ts';
import { showSupplier } from './api/supplier.ts';
import { createNoticeStream } from './live/events.ts';
import { showAbout } from './pages/about.ts';
import { exportOrders } from './pages/admin.ts';
import { sendDownload, showDownloads } from './pages/downloads.ts';
import { breakPage } from './pages/failure.ts';
import { showHome } from './pages/home.ts';
import { goElsewhere, showLogin, signIn, signOut } from './pages/login.ts';
import { showOrders } from './pages/orders.ts';
import { addComment, showProduct } from './pages/product.ts';
import { showSearch } from './pages/search.ts';
import { sendAsset, sendIcon } from './pages/static.ts';
import { showPing, showTools } from './pages/tools.ts';
import { addUpload, sendUpload, showUploads } from './pages/upload.ts';
import { ShopError } from './shop-error.ts';
import type { Visit } from './visit.ts';

type Handler = (visit: Visit) => void | Promise<void>;

interface Route {
  readonly method: string;
  readonly segments: readonly string[];
  readonly handle: Handler;
}

function route(methodAndPath: string, handle: Handler): Route {
  const [method = '', path = ''] = methodAndPath.split(' ');
  return { method, segments: path.split('/'), handle };
}

export function createRoutes(): readonly Route[] {
  return [
    route('GET /', showHome),
    route('GET /search', showSearch),
    route('GET /products/:id', showProduct),
    route('POST /products/:id/comments', addComment),
    route('GET /login', showLogin),
    route('POST /login', signIn),
    route('POST /logout', signOut),
    route('GET /go', goElsewhere),
    route('GET /orders', showOrders),
    route('GET /downloads', showDownloads),
    route('GET /download', sendDownload),
    route('GET /tools', showTools),
    route('GET /tools/ping', showPing),
    route('GET /upload', showUploads),
    route('POST /upload', addUpload),
    route('GET /uploads/:name', sendUpload),
    route('GET /admin/export', exportOrders),
    route('GET /about-this-shop', showAbout),
    route('GET /broken', breakPage),
    route('GET /api/products', listProducts),
    route('GET /api/orders/:id', showOrder),
    route('GET /api/receipts/:id', showReceipt),
    route('GET /api/supplier', showSupplier),
    route('GET /api/broken', breakPage),
    route('GET /events', createNoticeStream()),
    route('GET /static/:name', sendAsset),
    route('GET /favicon.ico', sendIcon),
  ];
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Map<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, expected] of pattern.entries()) {
    const actual = path[index] ?? '';
    if (expected.startsWith(':')) params.set(expected.slice(1), actual);
    else if (expected !== actual) return undefined;
  }
  return params;
}

export interface RouteMatch {
  readonly handle: Handler;
  readonly params: ReadonlyMap<string, string>;
}

export function findRoute(routes: readonly Route[], method: string, pathname: string): RouteMatch {
  const path = pathname.split('/');
  // HEAD is answered like GET; node leaves the body out (RFC 9110 §9.3.2).
  const wanted = method === 'HEAD' ? 'GET' : method;
  let isKnownPath = false;
  for (const { method, segments, handle } of routes) {
    const params = matchSegments(segments, path);
    if (params === undefined) continue;
    if (method === wanted) return { handle, params };
    isKnownPath = true;
  }
  if (isKnownPath) throw new ShopError('method-not-allowed', 'This page does not take that method.');
  throw new ShopError('not-found', 'There is no such page.');
}
