const PATH_AND_QUERY =
  'path and query as sent, the same decoded once, the query alone as sent and decoded: any of them may match';

/** Where each field of a request comes from: what `docs/reference/sigma-fields.md` shows, held against the code by a test. */
export const WEB_FIELD_SOURCES: Readonly<Record<string, string>> = {
  'cs-method': 'method',
  'cs-uri-query': PATH_AND_QUERY,
  'cs-uri': PATH_AND_QUERY,
  'c-uri': `${PATH_AND_QUERY}; and the whole address, always with https`,
  'c-uri-query': PATH_AND_QUERY,
  'cs-uri-stem': 'path as it is, and decoded once',
  'c-uri-stem': 'path as it is, and decoded once',
  'c-uri-extension': 'ending of the last part of the path, lower case',
  'sc-status': 'status of the answer',
  'c-useragent': 'User-Agent, empty where none was sent',
  'cs-user-agent': 'User-Agent, empty where none was sent',
  'cs-host': 'host without its port, lower case',
  'r-dns': 'host without its port, lower case',
  'cs-referer': 'Referer',
  'cs-referrer': 'Referer',
  'cs-content-type': 'Content-Type of the request',
  'cs-username': 'account by its id or key, `-` where nobody is known',
  'c-ip': 'address of the visitor',
  src_ip: 'address of the visitor',
  'sc-bytes': 'bytes of the answer',
  'cs-bytes': 'bytes of the request',
  'time-taken': 'milliseconds',
  'cs-version': '`HTTP/1.0`, `HTTP/1.1` or `HTTP/2`',
  's-computername': 'node',
  's-sitename': 'application',
  application: 'application',
  date: '`2026-01-31`, UTC',
  time: '`23:59:59`, UTC',
  type: '`request.completed`',
  outcome: 'what Holdfast did: allowed, recorded, blocked, refused, failed',
  problem: 'code of the answer where Holdfast gave it',
  reason: 'rule or step that decided',
};

/** What rules of the public tree ask for and a record does not have. */
export const WEB_FIELDS_MISSING: Readonly<Record<string, string>> = {
  'cs-cookie': 'cookies are never recorded',
  's-ip': 'the address of the server is not recorded',
  dst_ip: 'the address of the server is not recorded',
  's-port': 'the port of the server is not recorded',
};

export const OWN_FIELD_SOURCES: Readonly<Record<string, string>> = {
  type: 'type of the event, as in the list of events',
  outcome: 'ok, allowed, recorded, blocked, refused, failed',
  severity: 'info to critical',
  node: 'node that it happened at',
  'actor.kind': 'system, operator, token, visitor',
  'actor.ref': 'who of that kind',
  application: 'application, null where it is about none',
  target: 'what it was done to',
  reason: 'why',
};
