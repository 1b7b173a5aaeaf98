/** Planted into everything that an application must not tell; whoever finds one of them in an answer has found a leak. */
export const CANARIES = {
  path: '/srv/canary-path/app',
  secret: 'canary-secret-7f3a',
  host: 'canary-db.internal',
  version: 'canary-9.9.9',
} as const;
const { path: P, secret: S, host: H, version: V } = CANARIES;

export interface FailurePage {
  readonly framework: string;
  readonly type: 'text/html' | 'application/json' | 'text/plain';
  readonly body: string;
  /** It marks its frames as code, like a tutorial: with another status it is taken for one. */
  readonly isShownCode?: true;
}

const html = (framework: string, body: string): FailurePage => ({
  framework,
  type: 'text/html',
  body: `<!doctype html><html><head><title>Error</title></head><body>${body}</body></html>`,
});
const json = (framework: string, body: unknown): FailurePage => ({
  framework,
  type: 'application/json',
  body: JSON.stringify(body),
});
const text = (framework: string, body: string): FailurePage => ({ framework, type: 'text/plain', body });

/** What frameworks print by themselves when debugging was left on, in the form in which they print it. */
export const FAILURE_PAGES: readonly FailurePage[] = [
  html(
    'Express',
    `<pre>Error: ${S}<br> &nbsp; &nbsp;at /srv/canary-path/app/routes/cart.js:12:9<br> &nbsp; &nbsp;at Layer.handle [as handle_request] (${P}/node_modules/express/lib/router/layer.js:95:5)</pre>`,
  ),
  json('Express with a JSON handler', {
    error: {
      message: S,
      stack: `Error: ${S}\n    at load (${P}/src/db.js:10:11)\n    at async run (node:internal/process/task_queues:105:5)`,
    },
  }),
  text(
    'Fastify logger',
    `TypeError: Cannot read properties of undefined (reading '${S}')\n    at Object.<anonymous> (${P}/dist/server.js:31:22)\n    at preHandlerCallback (${P}/node_modules/fastify/lib/handleRequest.js:137:37)`,
  ),
  html(
    'Django debug',
    `<div id="summary"><h1>ProgrammingError at /cart</h1><pre class="exception_value">${S}</pre></div><div id="traceback"><textarea id="traceback_area">Traceback (most recent call last):\n  File &quot;${P}/views.py&quot;, line 41, in cart\n    cursor.execute(sql)\n\nException Type: ProgrammingError at /cart</textarea></div>`,
  ),
  html(
    'Flask, Werkzeug debugger',
    `<h1>ZeroDivisionError</h1><div class="traceback"><ul><li><div class="frame"><h4>File <cite class="filename">"${P}/shop.py"</cite>, line <em class="line">17</em>, in <code class="function">total</code></h4></div></li></ul></div><div class="plain"><textarea>Traceback (most recent call last):\n  File "${P}/shop.py", line 17, in total\n    return ${S} / 0</textarea></div>`,
  ),
  text(
    'FastAPI',
    `Traceback (most recent call last):\n  File "${P}/main.py", line 22, in read\n    raise ValueError("${S}")\nValueError: ${S}`,
  ),
  json('Spring Boot', {
    timestamp: '2026-01-01',
    status: 500,
    error: 'Internal Server Error',
    trace: `java.lang.IllegalStateException: ${S}\n\tat com.shop.Cart.total(Cart.java:41)\n\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)\n`,
    path: '/cart',
  }),
  html(
    'Tomcat',
    `<h1>HTTP Status 500 – Internal Server Error</h1><p><b>Exception</b></p><pre>java.lang.NullPointerException: ${S}\n\torg.apache.jsp.index_jsp._jspService(index_jsp.java:81)\n\tjavax.servlet.http.HttpServlet.service(HttpServlet.java:764)\n</pre><h3>Apache Tomcat/${V}</h3>`,
  ),
  html(
    'PHP',
    `<br />\n<b>Fatal error</b>:  Uncaught PDOException: SQLSTATE[HY000] [2002] ${S} in ${P}/db.php:9\nStack trace:\n#0 ${P}/db.php(9): PDO-&gt;__construct('mysql:host=${H}', 'root', '${S}')\n#1 {main}\n  thrown in <b>${P}/db.php</b> on line <b>9</b><br />`,
  ),
  html(
    'Laravel',
    `<div class="exception"><h1>Illuminate\\Database\\QueryException</h1><p>SQLSTATE[42S02]: Base table or view not found: 1146 Table '${S}.carts' doesn't exist (Connection: mysql, SQL: select * from \`carts\`)</p><ol><li>${P}/vendor/laravel/framework/src/Illuminate/Database/Connection.php:822</li></ol></div>`,
  ),
  json('Symfony', {
    class: 'RuntimeException',
    detail: S,
    trace: [
      {
        namespace: 'App',
        short_class: 'Cart',
        class: 'App\\Cart',
        type: '->',
        function: 'total',
        file: `${P}/src/Cart.php`,
        line: 17,
        args: [],
      },
    ],
  }),
  {
    isShownCode: true,
    ...html(
      'Rails',
      `<header><h1>NameError in CartController#show</h1></header><div id="container"><h2>undefined local variable '${S}'</h2><div id="Application-Trace"><pre><code>app/controllers/cart_controller.rb:12:in \`show'\napp/models/cart.rb:3:in \`total'</code></pre></div><p><code>Rails.root: ${P}</code></p></div>`,
    ),
  },
  text(
    'Rack',
    `NoMethodError: undefined method '${S}'\n\t${P}/app.rb:7:in 'block in <class:App>'\n\t${P}/vendor/sinatra/base.rb:1804:in 'call'`,
  ),
  html(
    'ASP.NET',
    `<h1>Server Error in '/' Application.</h1><h2><i>${S}</i></h2><b>Source File: </b> c:\\canary-path\\Cart.cs<b> &nbsp;&nbsp; Line: </b> 22<table><tr><td><code><pre>\n[NullReferenceException: ${S}]\n   Shop.Cart.Total(Int32 id) in c:\\canary-path\\Cart.cs:22\n   System.Web.UI.Page.LoadRecursive() +71\n   System.Web.UI.Page.ProcessRequestMain(Boolean a) +3178\n</pre></code></td></tr></table><b>Version Information:</b> ASP.NET Version:${V}`,
  ),
  text(
    'ASP.NET Core',
    `System.InvalidOperationException: ${S}\r\n   at Shop.Cart.Total(Int32 id) in /srv/canary-path/app/Cart.cs:line 22\r\n   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.Execute(Object o)`,
  ),
  text(
    'Go net/http',
    `http: panic serving: runtime error: ${S}\n\ngoroutine 19 [running]:\nmain.handler(0x1)\n\t${P}/main.go:14 +0x1d`,
  ),
  text(
    'Gin',
    `[Recovery] panic recovered:\n${S}\n${P}/main.go:31 (0x8b2f1c)\n\tmain.total: panic("${S}")\n/usr/local/go/src/runtime/panic.go:785 (0x43b2f1)`,
  ),
  text(
    'Rust',
    `thread 'tokio-runtime-worker' panicked at src/cart.rs:4:5:\n${S}\nstack backtrace:\n   0: rust_begin_unwind\n             at ./${P}/src/main.rs:4`,
  ),
  html(
    'Phoenix',
    `<h1>RuntimeError at GET /cart</h1><pre>** (RuntimeError) ${S}\n    (shop 0.1.0) lib/shop_web/controllers/cart_controller.ex:7: ShopWeb.CartController.show/2\n    (phoenix 1.7.14) lib/phoenix/router.ex:484: Phoenix.Router.__call__/5</pre>`,
  ),
  text('Perl', `DBD::mysql::st execute failed: ${S} at ${P}/cart.pl line 31.`),
  json('Hasura-like SQL error', { errors: [{ message: `relation "${S}" does not exist`, extensions: { code: '42P01' } }] }),
  text('Oracle JDBC', `java.sql.SQLSyntaxErrorException: ORA-00942: table or view ${S} does not exist`),
  text('MongoDB', `MongoServerError: E11000 duplicate key error collection: ${S}.users index: email_1 dup key: { email: "a" }`),
  text(
    'connection refused',
    `Error: connect ECONNREFUSED 10.0.0.7:5432\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) ${S}`,
  ),
  text('host not found', `Error: getaddrinfo ENOTFOUND ${H} ${S}`),
];

/** Fields that say what runs behind, with a version or a place in each. */
export const TELLING_HEADERS: Readonly<Record<string, string>> = {
  server: `Apache/${V}`,
  'x-powered-by': `PHP/${V}`,
  'x-aspnet-version': V,
  'x-aspnetmvc-version': V,
  'x-generator': `Drupal ${V}`,
  'x-drupal-cache': V,
  'x-php-version': V,
  'x-runtime': V,
  'x-version': V,
  'x-server-powered-by': V,
  'x-powered-by-plesk': V,
  'x-cf-powered-by': V,
  'powered-by': V,
  'x-redirect-by': `WordPress ${V}`,
  'x-umbraco-version': V,
  'x-owa-version': V,
  'x-feserver': H,
  'x-beserver': H,
  'x-backend-server': H,
  'x-backend': H,
  'x-served-by': H,
  'x-server': H,
  'x-host': H,
  'x-hostname': H,
  'x-upstream': H,
  'x-debug-token': S,
  'x-debug-exception': S,
  'x-debug-exception-file': P,
  'x-sourcefiles': P,
  'x-application-context': `shop:prod:8080 ${H}`,
  'x-jenkins': V,
  'x-confluence-request-time': V,
  'liferay-portal': V,
  'x-litespeed-cache': V,
  'x-varnish': V,
  'x-envoy-upstream-service-time': V,
  'x-kubernetes-pf-flowschema-uid': S,
  via: `1.1 ${H}`,
};

/** Honest answers that look a little like the ones above. Each must arrive byte for byte. */
export const HONEST: readonly (FailurePage & { readonly status: number })[] = [
  {
    ...html(
      'an article about stack traces',
      '<h1>How to read a trace</h1><p>Read it from the bottom: <code>at load (/home/you/app.js:10:11)</code> is where you were.</p><pre><code>Traceback (most recent call last):\n  File "/home/you/main.py", line 10, in view</code></pre>',
    ),
    status: 200,
  },
  {
    ...html(
      'a 404 page of the application',
      '<h1>Not here</h1><p>We looked for /cart/77 and found nothing. <a href="/">Home</a></p>',
    ),
    status: 404,
  },
  {
    ...json('an API error with a plain message', { error: 'out-of-stock', message: 'Only 3 left', at: '2026-01-01T10:15:30Z' }),
    status: 409,
  },
  { ...json('validation errors', { errors: [{ pointer: '/items/0', detail: 'must be a number' }] }), status: 422 },
  { ...html('a forum post', '<p>I get "syntax error at or near" when I run it on line 5 of app.js, what now?</p>'), status: 200 },
  { ...text('a release note', 'v2.1: fixed "duplicate key" on import. Connection refused is now retried.'), status: 200 },
  { ...html('a login that failed', '<h1>Sign in</h1><p role="alert">That name and password do not match.</p>'), status: 401 },
];
