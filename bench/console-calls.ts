const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface Call {
  readonly page: string;
  readonly path: string;
}

const events = (name: string, query: string): Call => ({ page: `events: ${name}`, path: `/api/v1/events?${query}` });

/** What each page of the console asks for, with the filters that it offers, alone and together. */
export function callsOf(now: number, count: number): readonly Call[] {
  const day = `since=${now - 20 * DAY_MS}&until=${now - 19 * DAY_MS}`;
  const request = Math.floor(count / 2)
    .toString(16)
    .toUpperCase()
    .padStart(12, '0');
  return [
    { page: 'overview', path: '/api/v1/overview' },
    { page: 'traffic: hour', path: '/api/v1/traffic' },
    { page: 'traffic: day', path: `/api/v1/traffic?since=${now - 23 * HOUR_MS}` },
    { page: 'traffic: half a day', path: `/api/v1/traffic?since=${now - 11 * HOUR_MS}&step=1m` },
    { page: 'traffic: 30 days', path: `/api/v1/traffic?since=${now - 30 * DAY_MS}` },
    { page: 'traffic: 90 days, one application', path: `/api/v1/traffic?since=${now - 90 * DAY_MS}&application=shop` },
    ...['group', 'rule', 'route', 'status'].map((by) => ({
      page: `traffic: top ${by}`,
      path: `/api/v1/traffic/top?by=${by}&since=${now - 30 * DAY_MS}`,
    })),
    events('all', ''),
    events('second page', `cursor=r${count - 51}`),
    events('old page', `cursor=r${Math.floor(count / 3)}`),
    events('200 at once', 'limit=200'),
    events('common type', 'type=request.completed'),
    events('rare type', 'type=backup.created'),
    events('many types', 'type=identity.'),
    events('common severity', 'severity=low'),
    events('rare severity', 'severity=critical'),
    events('high or more', 'severity=high,critical'),
    events('outcome', 'outcome=blocked'),
    events('rare outcome', 'outcome=failed'),
    events('application', 'application=blog'),
    events('application that is gone', 'application=old'),
    events('unknown application', 'application=nobody'),
    events('rule group', 'group=jndi'),
    events('path begins', 'path=/admin'),
    events('path begins deeper', 'path=/api/orders'),
    events('path that is none', 'path=/api/users'),
    events('path segment', 'path=wp-login.php'),
    events('request', `requestId=${request}`),
    events('address', 'address=192.0.2.7'),
    events('a day', day),
    events('a day, rule group', `${day}&group=xss`),
    events('a day, rare type', `${day}&type=ban.added`),
    events('type and outcome', 'type=request.completed&outcome=failed'),
    events('application, severity, outcome', 'application=shop&severity=high&outcome=blocked'),
    events('application, group, path', 'application=api&group=sqli&path=/login'),
    events('never together', 'application=old&outcome=failed'),
    events('hardly ever together', 'group=xss&outcome=refused&application=blog&severity=medium'),
    events('common, never together', 'severity=medium&outcome=recorded'),
    { page: 'events: count', path: '/api/v1/events/count?outcome=blocked' },
    { page: 'events: count of few', path: '/api/v1/events/count?type=backup.created' },
    { page: 'explain', path: `/api/v1/explain/${request}` },
    { page: 'audit: tail', path: '/api/v1/audit/tail' },
    { page: 'people', path: '/api/v1/people' },
    { page: 'people: found', path: '/api/v1/people?q=person-1234' },
    { page: 'people: adoption', path: '/api/v1/people/adoption' },
    { page: 'people: sign-ins', path: `/api/v1/sign-ins?since=${now - 30 * DAY_MS}` },
    { page: 'sessions', path: '/api/v1/sessions' },
    { page: 'bans', path: '/api/v1/bans' },
    { page: 'bans: found', path: '/api/v1/bans?q=10.0.12' },
    { page: 'bans: not found', path: '/api/v1/bans?q=nowhere' },
    { page: 'allow-list', path: '/api/v1/allows' },
    { page: 'exceptions', path: '/api/v1/exceptions?application=shop' },
    { page: 'tokens', path: '/api/v1/tokens' },
    { page: 'tuning', path: '/api/v1/tuning/inbox' },
    { page: 'applications', path: '/api/v1/applications' },
    { page: 'schemas', path: '/api/v1/applications/shop/schema' },
  ];
}
