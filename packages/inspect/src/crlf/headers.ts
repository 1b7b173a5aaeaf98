/** Headers that give a response or a request a new meaning when somebody adds them (RFC 9110, Fetch, RFC 6265). */
export const POWERFUL_HEADERS: ReadonlySet<string> = new Set(
  (
    'set-cookie set-cookie2 location content-length content-type transfer-encoding content-encoding content-disposition refresh ' +
    'access-control-allow-origin access-control-allow-credentials access-control-allow-headers access-control-allow-methods ' +
    'content-security-policy x-xss-protection x-frame-options x-content-type-options strict-transport-security clear-site-data ' +
    'www-authenticate proxy-authenticate proxy-authorization x-accel-redirect x-sendfile x-forwarded-for x-forwarded-host x-forwarded-proto ' +
    'x-original-url x-rewrite-url x-http-method-override x-real-ip x-remote-user remote-addr remote-user last-modified cache-control set-login ' +
    'if-modified-since accept-encoding keep-alive proxy-connection user-agent x-host'
  ).split(' '),
);

/** Headers whose names people seldom put before a colon. */
export const PLAIN_HEADERS: ReadonlySet<string> = new Set(
  'host connection cookie referer origin etag vary upgrade trailer pragma authorization'.split(' '),
);

/** Headers whose names are words of every day: `Date: Friday`. */
export const WORDLY_HEADERS: ReadonlySet<string> = new Set(
  'server date expires age via link allow accept range warning status'.split(' '),
);

/** Headers of mails that decide who receives one and what it is (RFC 5322 §3.6, RFC 2045). */
export const MAIL_HEADERS: ReadonlySet<string> = new Set([
  'to',
  'cc',
  'bcc',
  'from',
  'reply-to',
  'sender',
  'return-path',
  'subject',
  'mime-version',
  'content-transfer-encoding',
  'x-mailer',
]);
