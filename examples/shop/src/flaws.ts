import { ACCOUNTS, SUPPLIER_FILE } from './seed.ts';
import type { AccountName } from './seed.ts';

/** One request as it goes over the wire, and what the bare shop answers. */
export interface Exchange {
  readonly method: 'GET' | 'POST';
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Sign in first and send that session's cookies. */
  readonly signInAs?: AccountName;
  /** Send it this often; the last answer counts. */
  readonly times?: number;
  /** Judge the answer of this path instead, fetched afterwards. */
  readonly readBack?: string;
  readonly expect: Expectation;
}

/** `contains` and `lacks` look at the whole answer: lower-case header names with values, an empty line, the body. */
export interface Expectation {
  readonly status: number;
  readonly contains?: readonly string[];
  readonly lacks?: readonly string[];
}

export interface Flaw {
  readonly id: string;
  readonly class: string;
  readonly cwe: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** File under `src/` that carries the `FLAW <id>` comment. */
  readonly place: string;
  /** What a gateway can do: refuse the request, repair the answer, or follow an access policy that someone wrote. */
  readonly remedy: 'refuse' | 'repair' | 'policy';
  readonly summary: string;
  readonly attack: Exchange;
  readonly innocentTwin: Exchange;
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' } as const;

function get(target: string, expect: Expectation, more: Partial<Exchange> = {}): Exchange {
  return { method: 'GET', target, expect, ...more };
}

function post(target: string, form: Record<string, string>, more: Pick<Exchange, 'expect'> & Partial<Exchange>): Exchange {
  return {
    method: 'POST',
    target,
    body: new URLSearchParams(form).toString(),
    ...more,
    headers: { ...formType, ...more.headers },
  };
}

function upload(fileName: string, type: string, more: Pick<Exchange, 'expect'> & { readonly text: string }): Exchange {
  const boundary = 'shop-boundary-7d1';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: ${type}`;
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  const body = `${head}\r\n\r\n${more.text}\r\n--${boundary}--\r\n`;
  return { method: 'POST', target: '/upload', headers, body, readBack: `/uploads/${fileName}`, expect: more.expect };
}

function query(path: string, name: string, value: string): string {
  return `${path}?${new URLSearchParams({ [name]: value }).toString()}`;
}

const script = "<script>alert('shop')</script>";

const pageFlaws: readonly Flaw[] = [
  {
    id: 'reflected-xss',
    class: 'Reflected cross-site scripting',
    cwe: 'CWE-79',
    method: 'GET',
    path: '/search',
    place: 'pages/search.ts',
    remedy: 'refuse',
    summary: 'The search words come back as HTML, so a link can run a script in the visitor’s page.',
    attack: get(query('/search', 'q', script), { status: 200, contains: [script] }),
    innocentTwin: get(query('/search', 'q', 'tea <3 & "select" cups'), { status: 200, contains: ['Results for', '<3'] }),
  },
  {
    id: 'stored-xss',
    class: 'Stored cross-site scripting',
    cwe: 'CWE-79',
    method: 'POST',
    path: '/products/:id/comments',
    place: 'pages/product.ts',
    remedy: 'refuse',
    summary: 'A comment is shown to every later visitor as HTML.',
    attack: post(
      '/products/2/comments',
      { author: 'a visitor', comment: '<img src=x onerror="alert(document.cookie)">' },
      { readBack: '/products/2', expect: { status: 200, contains: ['onerror="alert(document.cookie)"'] } },
    ),
    innocentTwin: post(
      '/products/2/comments',
      { author: 'a visitor', comment: 'My image of tea: I <3 it, on error brew again (alert & awake)!' },
      { readBack: '/products/2', expect: { status: 200, contains: ['on error brew again'] } },
    ),
  },
  {
    id: 'csrf',
    class: 'Cross-site request forgery',
    cwe: 'CWE-352',
    method: 'POST',
    path: '/products/:id/comments',
    place: 'pages/product.ts',
    remedy: 'refuse',
    summary: 'The comment form has no token and the origin is not looked at, so another site can post for a signed-in visitor.',
    attack: post(
      '/products/3/comments',
      { comment: 'Posted from a hostile page' },
      {
        headers: { origin: 'https://attacker.example' },
        signInAs: 'customer',
        readBack: '/products/3',
        expect: { status: 200, contains: ['Posted from a hostile page'] },
      },
    ),
    innocentTwin: post(
      '/products/3/comments',
      { comment: 'Posted from the shop itself' },
      { signInAs: 'customer', readBack: '/products/3', expect: { status: 200, contains: ['Posted from the shop itself'] } },
    ),
  },
  {
    id: 'open-redirect',
    class: 'Open redirect',
    cwe: 'CWE-601',
    method: 'GET',
    path: '/go',
    place: 'pages/login.ts',
    remedy: 'refuse',
    summary: 'A link to the shop can send the visitor on to any site.',
    attack: get(query('/go', 'to', 'https://attacker.example/login'), {
      status: 303,
      contains: ['location: https://attacker.example/login'],
    }),
    innocentTwin: get(query('/go', 'to', '/products/1'), { status: 303, contains: ['location: /products/1'] }),
  },
];

const signInFlaws: readonly Flaw[] = [
  {
    id: 'login-sqli',
    class: 'SQL injection in the sign-in form',
    cwe: 'CWE-89',
    method: 'POST',
    path: '/login',
    place: 'pages/login.ts',
    remedy: 'refuse',
    summary: 'The form’s text is part of the statement: the first account, the administrator, opens without a password.',
    attack: post(
      '/login',
      { name: "' OR 1=1--", password: 'x' },
      { expect: { status: 303, contains: ['set-cookie: role=admin'] } },
    ),
    // The demo customer's password holds "or", "--" and "1=1", which is no attack.
    innocentTwin: post(
      '/login',
      { name: ACCOUNTS.customer.name, password: ACCOUNTS.customer.password },
      { expect: { status: 303, contains: ['set-cookie: role=customer'] } },
    ),
  },
  {
    id: 'login-unlimited',
    class: 'Unlimited password guessing',
    cwe: 'CWE-307',
    method: 'POST',
    path: '/login',
    place: 'pages/login.ts',
    remedy: 'refuse',
    summary: 'Wrong passwords are never slowed down or counted.',
    attack: post('/login', { name: 'neighbour', password: 'guess' }, { times: 40, expect: { status: 401 } }),
    innocentTwin: post(
      '/login',
      { name: 'neighbour', password: 'mistyped' },
      { times: 2, expect: { status: 401, contains: ['do not match'] } },
    ),
  },
  {
    id: 'cookie-flags',
    class: 'Session cookie without flags',
    cwe: 'CWE-1004',
    method: 'POST',
    path: '/login',
    place: 'session.ts',
    remedy: 'repair',
    summary: 'The session cookie has no HttpOnly, Secure or SameSite.',
    attack: post(
      '/login',
      { name: 'neighbour', password: ACCOUNTS.neighbour.password },
      { expect: { status: 303, contains: ['set-cookie: sid='], lacks: ['HttpOnly', 'Secure', 'SameSite'] } },
    ),
    innocentTwin: get('/orders', { status: 200, contains: ['Signed in as neighbour'] }, { signInAs: 'neighbour' }),
  },
  {
    id: 'admin-flag',
    class: 'Administrator by cookie',
    cwe: 'CWE-565',
    method: 'GET',
    path: '/admin/export',
    place: 'pages/admin.ts',
    remedy: 'policy',
    summary: 'Whoever sends the cookie role=admin gets every order with e-mail and postal address.',
    attack: get('/admin/export', { status: 200, contains: ['neighbour@shop.example'] }, { headers: { cookie: 'role=admin' } }),
    innocentTwin: get('/admin/export', { status: 200, contains: ['total_cents'] }, { signInAs: 'admin' }),
  },
  {
    id: 'order-idor',
    class: 'Reading other people’s orders (IDOR)',
    cwe: 'CWE-639',
    method: 'GET',
    path: '/api/orders/:id',
    place: 'api/orders.ts',
    remedy: 'policy',
    summary: 'Being signed in is enough to read any order by its number.',
    attack: get('/api/orders/3', { status: 200, contains: ['7 Mill Lane'] }, { signInAs: 'customer' }),
    innocentTwin: get('/api/orders/1', { status: 200, contains: ['1 Quay Road'] }, { signInAs: 'customer' }),
  },
  {
    id: 'card-exposure',
    class: 'Whole card number in an answer',
    cwe: 'CWE-359',
    method: 'GET',
    path: '/api/receipts/:id',
    place: 'api/orders.ts',
    remedy: 'repair',
    summary: 'The receipt shows all digits of the card. The twin has an invoice number of sixteen digits that is no card.',
    attack: get('/api/receipts/1', { status: 200, contains: ['4111111111111111'] }, { signInAs: 'customer' }),
    innocentTwin: get('/api/receipts/2', { status: 200, contains: ['4111111111111112'] }, { signInAs: 'customer' }),
  },
];

const injectionFlaws: readonly Flaw[] = [
  {
    id: 'api-sqli',
    class: 'SQL injection in the JSON API',
    cwe: 'CWE-89',
    method: 'GET',
    path: '/api/products',
    place: 'api/products.ts',
    remedy: 'refuse',
    summary: 'The category is part of the statement: unlisted products appear.',
    attack: get(query('/api/products', 'category', "green' OR 1=1--"), { status: 200, contains: ['Staff Sample Tin'] }),
    innocentTwin: get(query('/api/products', 'category', 'green or black'), {
      status: 200,
      contains: ['Select Union Blend'],
      lacks: ['Staff Sample Tin'],
    }),
  },
  {
    id: 'plain-passwords',
    class: 'Passwords stored as typed',
    cwe: 'CWE-256',
    method: 'GET',
    path: '/api/products',
    place: 'db.ts',
    remedy: 'refuse',
    summary: 'One injected UNION reads every password.',
    attack: get(query('/api/products', 'category', "x' UNION SELECT id, name, password, 0, email FROM account--"), {
      status: 200,
      contains: [ACCOUNTS.admin.password],
    }),
    innocentTwin: get(query('/api/products', 'category', 'select a union of names from herbal'), {
      status: 200,
      contains: ['"products":[]'],
    }),
  },
  {
    id: 'path-traversal',
    class: 'Path traversal',
    cwe: 'CWE-22',
    method: 'GET',
    path: '/download',
    place: 'pages/downloads.ts',
    remedy: 'refuse',
    summary: 'With ../ the download leaves the documents folder and reads any file the process may read.',
    attack: get(`/download?file=../private/${SUPPLIER_FILE.name}`, { status: 200, contains: ['CONFIDENTIAL'] }),
    innocentTwin: get('/download?file=price-list..v2.txt', { status: 200, contains: ['second edition'] }),
  },
  {
    id: 'command-injection',
    class: 'Command injection',
    cwe: 'CWE-78',
    method: 'GET',
    path: '/tools/ping',
    place: 'pages/tools.ts',
    remedy: 'refuse',
    summary: 'The host name is pasted into a shell command.',
    attack: get(query('/tools/ping', 'host', 'supplier.example; id'), {
      status: 200,
      contains: ['reachable: supplier.example', 'uid='],
    }),
    innocentTwin: get(query('/tools/ping', 'host', 'id.cat.supplier.example'), {
      status: 200,
      contains: ['reachable: id.cat.supplier.example'],
      lacks: ['uid='],
    }),
  },
  {
    id: 'unrestricted-upload',
    class: 'Unrestricted upload',
    cwe: 'CWE-434',
    method: 'POST',
    path: '/upload',
    place: 'pages/upload.ts',
    remedy: 'refuse',
    summary:
      'Any content is kept and served inline with the type that its sender claimed, so a "photo" may be a page with script.',
    attack: upload('photo.html', 'text/html', {
      text: script,
      expect: { status: 200, contains: ['content-type: text/html', script] },
    }),
    innocentTwin: upload('notes.txt', 'text/plain', {
      text: 'Tasting notes: script of the day, alert and bright.',
      expect: { status: 200, contains: ['Tasting notes'] },
    }),
  },
];

const disclosureFlaws: readonly Flaw[] = [
  {
    id: 'error-page',
    class: 'Stack trace on the error page',
    cwe: 'CWE-209',
    method: 'GET',
    path: '/broken',
    place: 'pages/failure.ts',
    remedy: 'repair',
    summary: 'An unexpected error shows its stack, file paths and SQL text.',
    attack: get('/broken', { status: 500, contains: ['no such table: stock', 'failure.ts'] }),
    innocentTwin: get(query('/search', 'q', 'error at brewing.ts:12'), { status: 200, contains: ['error at brewing.ts:12'] }),
  },
  {
    id: 'error-json',
    class: 'Stack trace in the JSON API',
    cwe: 'CWE-209',
    method: 'GET',
    path: '/api/broken',
    place: 'pages/failure.ts',
    remedy: 'repair',
    summary: 'The same for programs, with the working directory.',
    attack: get('/api/broken', { status: 500, contains: ['no such table: stock', '"cwd"', 'failure.ts'] }),
    innocentTwin: get('/api/products', { status: 200, contains: ['Morning Sencha'] }),
  },
  {
    id: 'banner',
    class: 'Software named in headers',
    cwe: 'CWE-200',
    method: 'GET',
    path: '/',
    place: 'server.ts',
    remedy: 'repair',
    summary: 'Server and X-Powered-By tell which software and version answers.',
    attack: get('/', { status: 200, contains: ['server: tin-and-leaf/0.9', 'x-powered-by: node'] }),
    innocentTwin: get('/', { status: 200, contains: ['Loose-leaf tea'] }),
  },
  {
    id: 'missing-headers',
    class: 'No protective headers',
    cwe: 'CWE-693',
    method: 'GET',
    path: '/',
    place: 'server.ts',
    remedy: 'repair',
    summary: 'No content security policy, no frame protection, no nosniff.',
    attack: get('/', { status: 200, lacks: ['content-security-policy:', 'x-frame-options:', 'x-content-type-options:'] }),
    innocentTwin: get('/', { status: 200, contains: ['/static/shop.css'] }),
  },
];

/** Every planted flaw. System tests attack exactly this table. */
export const FLAWS: readonly Flaw[] = [...pageFlaws, ...signInFlaws, ...injectionFlaws, ...disclosureFlaws];
