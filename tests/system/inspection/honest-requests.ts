/** What people and programs send to web applications every day. Each must reach the application byte for byte. */
export interface HonestRequest {
  readonly name: string;
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = (name: string, target: string, value: unknown, method = 'POST'): HonestRequest => ({
  name,
  method,
  target,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const form = (name: string, target: string, fields: Record<string, string>): HonestRequest => ({
  name,
  method: 'POST',
  target,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});
const get = (name: string, path: string, query: Record<string, string> = {}): HonestRequest => {
  const text = new URLSearchParams(query).toString();
  return { name, method: 'GET', target: text === '' ? path : `${path}?${text}` };
};
const typed = (name: string, type: string, body: string, method = 'POST'): HonestRequest => ({
  name,
  method,
  target: '/import',
  headers: { 'content-type': type },
  body,
});
const multipart = (name: string, parts: readonly { head: string; text: string }[]): HonestRequest => {
  const boundary = 'part-4f1c9a';
  const body = parts
    .map(({ head, text }) => `--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${text}\r\n`)
    .join('');
  return {
    name,
    method: 'POST',
    target: '/upload',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: `${body}--${boundary}--\r\n`,
  };
};

const CMS_HTML = `<h2 class="title">Spring &amp; summer</h2>
<p style="text-align:center">Our <em>new</em> teas &mdash; <a href="https://shop.example/spring?ref=home&amp;page=2" target="_blank" rel="noopener">see them all</a>.</p>
<figure><img src="/media/2026/spring.jpg" srcset="/media/2026/spring@2x.jpg 2x" alt="A cup, half full" loading="lazy" width="640" height="480"><figcaption>Photo: the garden</figcaption></figure>
<table border="1"><tbody><tr><td>Sencha</td><td>8.90&nbsp;€</td></tr></tbody></table>
<ul data-list="teas"><li>Green</li><li>Black</li></ul><!-- draft 3 -->
<blockquote cite="https://example.org/tea">Tea is &lt;always&gt; an option.</blockquote>`;

const FORUM_POST = `Hi all, I have a question about this query. It is slow when the table grows:

\`\`\`sql
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.total > 100 OR c.vip = 1 ORDER BY o.id DESC;
\`\`\`

I tried an index on (customer_id, total) but EXPLAIN still shows a full scan. In PHP I call it like this:

\`\`\`php
<?php
$rows = $db->query($sql)->fetchAll();
foreach ($rows as $row) { echo htmlspecialchars($row['name']), "\\n"; }
\`\`\`

and in the page itself:

\`\`\`js
const list = document.getElementById('list');
fetch('/api/orders?sort=-id').then((r) => r.json()).then((rows) => { list.innerHTML = rows.map(draw).join(''); });
\`\`\`

which works.
What would you do? Thanks; I can also post the output of \`cat /proc/cpuinfo | grep model\` if that helps.`;

const SHELL_TUTORIAL = `To list the largest files run "du -ah . | sort -rh | head -n 20". If a folder name has blanks, quote it: cd "my folder" && ls -la.
Then remove old logs with find /var/log -name '*.gz' -mtime +30 -delete; be careful, there is no undo.`;

const GRAPHQL = `query Search($term: String!, $first: Int = 10) {
  products(filter: { name: { contains: $term } }, first: $first, orderBy: [{ field: PRICE, direction: DESC }]) {
    edges { node { id name price { amount currency } ... on Tea { origin(locale: "en-GB") } } cursor }
    pageInfo { hasNextPage endCursor }
  }
}`;

const names = [
  "O'Brien",
  "D'Arcy-Smith",
  "N'Golo Kanté",
  "Conan O'Brien & Sons",
  "Jean-Luc L'Estrange",
  'Müller, Jürgen (jun.)',
  "Fo'c'sle Ltd.",
  '王小明',
  "Ma'ayan Cohen",
];
const passwords = [
  'a\'b"c--;#1=1',
  'P@$$w0rd|ls;x',
  '<correct>horse&battery%staple',
  "');~`^{}[]\\",
  "1' OR maybe not 7",
  '$(7k!)`q`',
  '../..Tea//..42',
  '%27%20x%y',
  '{{mustache}}!9',
];
const searches = [
  'select union blend',
  'drop leaf table',
  'green or black tea',
  'where is my order?',
  '"earl grey" -bergamot',
  'tea & biscuits < 5 €',
  'cats and dogs; rain',
  'size>10 and price<20',
  'how to exec a will',
  'c++ or c#?',
  'AC/DC "Back in Black" 1980',
  'user:ada status:open',
  "it's 5 o'clock",
  'script font',
  '50% off',
  'alert level 3',
  '1=1 proof',
  'order by phone',
  'null',
  'true and false',
  'tom@example.org',
  'cat food',
  'id card',
  'ping pong set',
  'who is who',
  'sleep aid',
  'javascript: the good parts',
];

export const HONEST_REQUESTS: readonly HonestRequest[] = [
  ...names.map((value) => form(`name ${value}`, '/account', { name: value, city: 'Ulm', street: `Rue de l'Église 4; 2e étage` })),
  ...passwords.map((value) => form(`password ${value}`, '/login', { user: 'ada', password: value })),
  ...searches.map((value) => get(`search ${value}`, '/search', { q: value })),
  form('CMS save', '/cms/pages/12', { title: 'Spring & summer', html: CMS_HTML, status: 'draft' }),
  json('CMS save as JSON', '/api/pages/12', { title: 'Spring', html: CMS_HTML, tags: ['tea', 'green'] }, 'PUT'),
  form('forum post with code', '/forum/threads', { title: 'Slow query with OR', body: FORUM_POST }),
  json('forum post with code as JSON', '/api/threads', { title: 'Slow query with OR', body: FORUM_POST }),
  json('shell tutorial', '/api/articles', { title: 'Disk full?', body: SHELL_TUTORIAL }),
  multipart('forum post as multipart', [
    { head: 'name="title"', text: 'Slow query' },
    { head: 'name="body"', text: FORUM_POST },
  ]),
  json('GraphQL with variables', '/graphql', {
    operationName: 'Search',
    query: GRAPHQL,
    variables: { term: "o'clock", first: 20 },
  }),
  json('GraphQL mutation', '/graphql', {
    query: 'mutation { addComment(input: { postId: "7", text: "I <3 it; select more & drop less" }) { comment { id } } }',
  }),
  typed('GraphQL document', 'application/graphql', '{ me { id name orders(last: 3) { total } } }'),
  get('GraphQL over GET', '/graphql', { query: '{ product(id: 4) { name } }' }),
  json('PUT', '/api/orders/7', { status: 'shipped', note: "customer's wish: ring twice; no signature" }, 'PUT'),
  json(
    'PATCH',
    '/api/orders/7',
    [
      { op: 'replace', path: '/status', value: 'paid' },
      { op: 'add', path: '/tags/-', value: 'gift' },
    ],
    'PATCH',
  ),
  { name: 'DELETE', method: 'DELETE', target: '/api/orders/7?reason=no+longer+wanted' },
  {
    name: 'OPTIONS preflight',
    method: 'OPTIONS',
    target: '/api/orders',
    headers: { origin: 'https://partner.example', 'access-control-request-method': 'PUT' },
  },
  typed('CSV', 'text/csv', 'id;name;note\n1;"O\'Brien, Pat";"-"\n2;Zoë;"said ""yes""; twice"\n3;"=SUM(A1:A2)";x | y\n'),
  typed(
    'plain text',
    'text/plain',
    'Minutes of 3 May\n\nPresent: Ada, Grace\nFrom: Ulm\n1. Select a new kettle (union rules apply)\n2. Drop the old one; or not?\n',
  ),
  typed('YAML', 'application/yaml', 'name: tea\nsteps:\n  - run: npm ci && npm test\n  - uses: actions/checkout@v4\n'),
  typed(
    'Markdown',
    'text/markdown',
    '# Setup\n\n```bash\nsudo apt-get install nginx && systemctl start nginx\n```\n\nSee [docs](../guide/setup.md#ports) | [home](/)\n',
  ),
  typed(
    'SOAP',
    'text/xml',
    '<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><getPrice xmlns="urn:tea"><item>Sencha &amp; Co</item></getPrice></soap:Body></soap:Envelope>',
  ),
  typed(
    'RSS',
    'application/rss+xml',
    '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><description>&lt;p&gt;Hello&lt;/p&gt;</description></item></channel></rss>',
  ),
  typed('JSON lines', 'application/x-ndjson', '{"t":1,"m":"GET / 200"}\n{"t":2,"m":"select took 4 ms"}\n'),
  typed(
    'source map',
    'application/json',
    JSON.stringify({ version: 3, sources: ['../src/app.ts'], mappings: 'AAAA,SAAS,GAAG;EACV' }),
  ),
  json('a car race', '/api/races', { constructor: 'Ferrari', driver: 'Carlos Sainz Jr.', prototype: 'F1-75' }),
  json('a template in a mail editor', '/api/mails', {
    subject: 'Hello {{ first_name }}',
    body: '<p>Dear {{first_name}}, your code is {{ code | upper }}.</p>{% if vip %}<b>Thank you</b>{% endif %}',
  }),
  json('a regular expression', '/api/rules', { pattern: '^(?:a|b)+\\.(jpg|png)$', flags: 'i', replace: '$1/$2' }),
  json('a stack trace', '/api/errors', {
    message: 'TypeError: x is not a function',
    stack:
      'at run (/srv/app/dist/main.js:12:7)\n    at Object.<anonymous> (file:///srv/app/dist/index.js:3:1)\njava.lang.NullPointerException: Cannot invoke "String.length()"\n\tat com.example.Shop.total(Shop.java:42)',
  }),
  json('a webhook', '/hooks/ci', {
    ref: 'refs/heads/fix/or-11',
    repository: { url: 'https://git.example/tea/shop.git' },
    commits: [{ message: "Don't drop table on upgrade; select * only where needed", added: ['../a.sql'] }],
  }),
  json('a formula', '/api/cells', { cell: 'B7', formula: '=IF(A1>0,SUM(B1:B6)*0.19,"n/a")' }),
  json('a filter of a data grid', '/api/grid', {
    filter: [['price', '>', 10], 'and', [['name', 'contains', 'tea'], 'or', ['stock', '=', 0]]],
    sort: [{ selector: 'name', desc: false }],
  }),
  json('a search of Elasticsearch kind', '/api/search', {
    query: { bool: { must: [{ match: { title: 'tea' } }], filter: { range: { price: { gte: 5, lte: 20 } } } } },
  }),
  json('coordinates and money', '/api/quotes', {
    at: [48.4, -9.99],
    price: '$5',
    total: '5 + 3 = 8',
    range: '1..2',
    when: '2026-03-04T05:06:07+01:00',
  }),
  json('a picture as data URL', '/api/avatars', {
    image:
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  }),
  json('a token', '/api/sessions', {
    token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJlLWlzLW5vdC1yZWFs',
    nonce: 'n-0S6_WzA2Mj',
    state: 'af0ifjsldkj',
  }),
  get('OAuth callback', '/callback', { code: 'SplxlOBeZQQYbYS6WxSbIA', state: 'xyz/../?a=b&c', scope: 'openid email profile' }),
  get('OAuth authorisation of a native app', '/authorize', {
    response_type: 'code',
    client_id: 'cli',
    redirect_uri: 'http://127.0.0.1:51004/callback',
    scope: 'read write',
  }),
  get('return address', '/login', { next: '/orders?status=open&sort=-date#top', utm_source: 'news/letter' }),
  get('image proxy', '/img', { url: 'https://cdn.example.com/a/b/photo.jpg?w=200&h=100', fmt: 'webp' }),
  get('OData', '/odata/Products', {
    $filter: "Name eq 'Milk' and Price gt 5",
    $select: 'Id,Name',
    $orderby: 'Price desc',
    $top: '10',
  }),
  get('issue tracker', '/issues', { jql: 'project = TEA AND status != Done ORDER BY created DESC' }),
  get('PostgREST', '/tea', { price: 'gte.5', or: '(stock.eq.0,name.ilike.*green*)', select: 'id,name' }),
  get('array and nested parameters', '/list', { 'filter[price][gte]': '10', 'ids[]': '3', sort: '-created_at,name' }),
  get('time zone and locale', '/calendar', { tz: 'America/Argentina/Buenos_Aires', from: '2026-01-01T00:00:00Z', lang: 'de-CH' }),
  get('a version range', '/packages', { range: '>=1.2.3 <2.0.0 || ^3.0.0-beta.1', name: '@scope/pkg' }),
  get('a deep link', '/app/#/orders'.slice(0, 5), { path: 'C:\\Users\\Ada\\Documents\\tea.xlsx' }),
  get('a page of a wiki', '/wiki/Union_(set_theory)', { oldid: '991' }),
  get('encoded path', '/docs/caf%C3%A9%20menu%20(2026).pdf'),
  get('a file with dots', '/download', { file: 'price-list..v2.txt' }),
  get('maths', '/calc', { expr: '(2*x+1)/(x-3) >= 7 && x != 3' }),
  form('chat line', '/chat', { text: "let's have friends over & drink tea; who's in? cat; dog | bird" }),
  form('chat about attacks', '/chat', { text: 'They wrote something like 1=1 or <script> in the box, the WAF stopped it :-)' }),
  form('postal address', '/checkout', {
    line1: "12 King's Rd. #4",
    line2: "c/o O'Neil; rear entrance",
    city: "L'Aquila",
    iban: 'IT60 X054 2811 1010 0000 0123 456',
    notes: 'ring & wait -- then call +39 0862/123',
  }),
  form('a log line in a support form', '/support', {
    message:
      'I see: [error] 2026/05/01 10:00:00 open() "/var/www/html/favicon.ico" failed (2: No such file or directory), client: 203.0.113.7, request: "GET /favicon.ico HTTP/1.1"',
  }),
  form('a bug report with a path', '/support', {
    message: 'After the update C:\\Windows\\System32\\drivers\\etc\\hosts was changed, and on Linux /etc/hosts too. Why?',
  }),
  form('localhost in a question', '/support', {
    message: 'My app runs on http://localhost:3000 and http://127.0.0.1:8080/health is green, but the proxy says 502.',
  }),
  form('multi-line form', '/contact', { message: 'Name: Ada\r\nCity: Ulm\r\nSubject: tea\r\n\r\nHello,\r\nplease call me.' }),
  form('SAML response', '/saml/acs', {
    SAMLResponse: Buffer.from(
      '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://idp.example</saml:Issuer></samlp:Response>',
    ).toString('base64'),
    RelayState: '/app?x=1',
  }),
  { ...get('curl', '/api/health'), headers: { 'user-agent': 'curl/8.5.0', accept: '*/*' } },
  {
    ...get('a crawler', '/'),
    headers: {
      'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      from: 'googlebot(at)googlebot.com',
    },
  },
  {
    ...get('a phone', '/'),
    headers: {
      'user-agent':
        'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UQ1A.240105.004; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120.0 Mobile Safari/537.36 [FBAN/FB4A;FBAV/443.0;]',
      referer: "https://www.example.org/search?q=what's+a+union+select&hl=en#:~:text=tea",
    },
  },
  {
    ...get('many headers', '/api/me'),
    headers: {
      authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
      'x-csrf-token': 'k/9+a==',
      cookie: '_ga=GA1.2.1.2; prefs={"theme":"dark","cols":[1,2]}; sid=s%3Aabc.def%2Fghi; note=it\'s%20ok',
      'accept-language': 'de-CH,de;q=0.9,en;q=0.8',
    },
  },
];

/** What people who write software send to each other. Nothing in it is an attack; by default an application takes no such files. */
export const SOURCE_FILES: HonestRequest = multipart('upload of an SQL dump, a page and an icon', [
  {
    head: 'name="a"; filename="dump.sql"',
    text: "DROP TABLE IF EXISTS tea; CREATE TABLE tea (id int); INSERT INTO tea VALUES (1,'x');",
  },
  {
    head: 'name="b"; filename="notes.html"',
    text: '<!doctype html><title>Notes</title><script src="app.js"></script><p>Hello</p>',
  },
  {
    head: 'name="c"; filename="leaf (1).svg"',
    text: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>',
  },
  { head: 'name="d"; filename="build.sh"', text: '#!/bin/sh\nset -e\nrm -rf dist && npm run build; cat /etc/os-release\n' },
]);
