import type { Application } from '@holdfast/contract';
import { isIP } from 'node:net';
import { hardenCookie } from './cookies.ts';
import { compileCsp, REPORT_GROUP, REPORT_PATH } from './csp/policy.ts';
import type { CspPolicy } from './csp/policy.ts';
import type { HeaderPair } from './upstream-headers.ts';

/** Tells strangers what runs behind us, leads past us (alt-svc), or is harmful or dead in browsers. */
const REMOVED: ReadonlySet<string> = new Set([
  'server',
  'x-powered-by',
  'x-powered-cms',
  'x-powered-by-plesk',
  'x-cf-powered-by',
  'x-server-powered-by',
  'powered-by',
  'x-generator',
  'x-generated-by',
  'x-php-version',
  'x-framework',
  'x-cms',
  'x-umbraco-version',
  'x-owa-version',
  'x-cocoon-version',
  'x-redirect-by',
  'x-turbo-charged-by',
  'x-content-encoded-by',
  'x-application-context',
  'x-confluence-request-time',
  'liferay-portal',
  'x-aspnet-version',
  'x-aspnetmvc-version',
  'x-sourcefiles',
  'x-runtime',
  'x-version',
  'x-backend-server',
  'x-backend',
  'x-backside-transport',
  'x-beserver',
  'x-calculatedbetarget',
  'x-feserver',
  'x-diaginfo',
  'x-server',
  'x-server-name',
  'x-host',
  'x-hostname',
  'x-upstream',
  'x-served-by',
  'x-debug-token',
  'x-debug-token-link',
  'x-debug-exception',
  'x-debug-exception-file',
  'x-mod-pagespeed',
  'x-page-speed',
  'via',
  'alt-svc',
  'public-key-pins',
  'public-key-pins-report-only',
  'expect-ct',
  'x-xss-protection',
  'x-request-id',
]);
const REMOVED_PREFIXES = [
  'x-holdfast-',
  'x-drupal-',
  'x-litespeed-',
  'x-varnish',
  'x-jenkins',
  'x-hudson',
  'x-envoy-',
  'x-kubernetes-pf-',
] as const;

/** Values of the upstream that are at least as strict as anything we would set; they stay. */
const REFERRER_STRICT: ReadonlySet<string> = new Set([
  'no-referrer',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
]);
const COOP_KNOWN: ReadonlySet<string> = new Set(['same-origin', 'same-origin-allow-popups', 'noopener-allow-popups']);
/** CORP is a statement about one resource: an upstream that marks an image as public means that image. */
const CORP_KNOWN: ReadonlySet<string> = new Set(['same-origin', 'same-site', 'cross-origin']);
// A dictionary of features with allow-lists (Permissions Policy §5.1); a value that does not look like one is not merged.
const PERMISSIONS_SHAPE =
  /^[a-z][a-z0-9-]{0,60}=(?:\*|\([^()]{0,300}\))(?: ?, ?[a-z][a-z0-9-]{0,60}=(?:\*|\([^()]{0,300}\))){0,60}$/u;

// RFC 6761, RFC 6762, RFC 8375 and names that only exist inside a network: HSTS there would outlive the test.
const LOCAL_SUFFIXES = [
  'localhost',
  'test',
  'local',
  'internal',
  'invalid',
  'example',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'onion',
] as const;

/** Whether HSTS makes sense for a host: a name under a public suffix, never an address or a name of the local network. */
export function isPublicHostName(host: string): boolean {
  if (!host.includes('.') || host.startsWith('[') || isIP(host) !== 0) return false;
  return !LOCAL_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}

export interface ResponseFacts {
  /** The client's side is TLS. */
  readonly secure: boolean;
  readonly host: string;
}

export interface HardenedHeaders {
  readonly headers: HeaderPair[];
  /** The upstream's own policies, for the CSP step. */
  readonly csp: readonly string[];
  readonly cspReportOnly: readonly string[];
  readonly frameOptions: string | null;
  readonly cookiesDropped: number;
}

export interface HeaderPolicy {
  readonly csp: CspPolicy;
  harden(upstream: readonly HeaderPair[], facts: ResponseFacts): HardenedHeaders;
}

type Taken = Map<string, string>;
const TAKEN: ReadonlySet<string> = new Set([
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
  'permissions-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'cross-origin-embedder-policy',
  'reporting-endpoints',
  'cache-control',
]);

const isRemoved = (name: string): boolean => REMOVED.has(name) || REMOVED_PREFIXES.some((prefix) => name.startsWith(prefix));

/** Hosts for which the fields that an application leaves to us are remembered; more than that is a wildcard being probed. */
const HOSTS_MAX = 256;

function hsts(taken: Taken, seconds: number, facts: ResponseFacts): string | undefined {
  if (!facts.secure || seconds === 0 || !isPublicHostName(facts.host)) return undefined;
  const own = taken.get('strict-transport-security') ?? '';
  const age = /^max-age="?(?<age>\d{1,10})"?(?:; ?(?:includeSubDomains|preload)){0,2}$/iu.exec(own)?.groups?.['age'];
  // The upstream may promise more than we do (subdomains, preload), never less.
  return age !== undefined && Number(age) >= seconds ? own : `max-age=${seconds}`;
}

function referrer(taken: Taken, ours: string): string {
  const tokens = (taken.get('referrer-policy') ?? '').split(',').map((token) => token.trim().toLowerCase());
  return tokens.every((token) => REFERRER_STRICT.has(token)) ? tokens.join(', ') : ours;
}

function permissions(taken: Taken, ours: string): string {
  const own = taken.get('permissions-policy') ?? '';
  // In a structured dictionary the last mention of a key counts (RFC 9651 §3.2), so what the application says wins.
  return own.length <= 2048 && PERMISSIONS_SHAPE.test(own) ? [ours, own].filter((part) => part !== '').join(', ') : ours;
}

/** RFC 9111 §7.3: a shared cache must not hand one visitor's cookie to the next. */
export function privateCaching(cacheControl: string | undefined): string {
  if (cacheControl === undefined || cacheControl.trim() === '') return 'private';
  const directives = cacheControl.split(',').map((directive) => directive.trim());
  const names = directives.map((directive) => directive.split('=', 1)[0]?.toLowerCase() ?? '');
  if (names.includes('no-store') || names.includes('private')) return cacheControl;
  const kept = directives.filter((_, index) => names[index] !== 'public' && names[index] !== 's-maxage');
  return ['private', ...kept].join(', ');
}

function isolation(taken: Taken, settings: Application['headers'], out: HeaderPair[]): void {
  const add = (name: string, setting: string, known: ReadonlySet<string>): void => {
    const own = taken.get(name);
    const value = setting === 'upstream' || (own !== undefined && known.has(own.split(';', 1)[0]?.trim() ?? '')) ? own : setting;
    if (value !== undefined) out.push([name, value]);
  };
  add('cross-origin-opener-policy', settings.crossOriginOpenerPolicy, COOP_KNOWN);
  add('cross-origin-resource-policy', settings.crossOriginResourcePolicy, CORP_KNOWN);
  add('cross-origin-embedder-policy', settings.crossOriginEmbedderPolicy, new Set());
}

interface Sorted {
  /** Passed on as they are. */
  readonly headers: HeaderPair[];
  readonly taken: Taken;
  readonly policies: string[];
  readonly reportOnly: string[];
  readonly cookies: string[];
}

function sort(upstream: readonly HeaderPair[]): Sorted {
  const sorted: Sorted = { headers: [], taken: new Map(), policies: [], reportOnly: [], cookies: [] };
  const { headers, taken } = sorted;
  for (const pair of upstream) {
    const [name, value] = pair;
    if (name === 'content-security-policy') sorted.policies.push(value);
    else if (name === 'content-security-policy-report-only') sorted.reportOnly.push(value);
    else if (name === 'set-cookie') sorted.cookies.push(value);
    else if (TAKEN.has(name)) taken.set(name, taken.has(name) ? `${taken.get(name)}, ${value}` : value);
    else if (!isRemoved(name)) headers.push(pair);
  }
  return sorted;
}

function compile(application: Application): HeaderPolicy {
  const { headers: settings, cookies } = application;
  const csp = compileCsp(application);
  const endpoint = `${REPORT_GROUP}="${REPORT_PATH}"`;

  /** Our fields when the application says nothing on any of them, which is nearly always. */
  const unopposed = new Map<string, readonly HeaderPair[]>();
  const ours = (taken: Taken, isPrivate: boolean, facts: ResponseFacts): readonly HeaderPair[] => {
    if (taken.size > 0 || isPrivate) return oursBeside(taken, isPrivate, facts);
    const key = facts.secure ? facts.host : '';
    let held = unopposed.get(key);
    if (held === undefined) {
      held = oursBeside(taken, isPrivate, facts);
      if (unopposed.size >= HOSTS_MAX) unopposed.clear();
      unopposed.set(key, held);
    }
    return held;
  };
  const oursBeside = (taken: Taken, isPrivate: boolean, facts: ResponseFacts): HeaderPair[] => {
    const headers: HeaderPair[] = [];
    const add = (name: string, value: string | undefined): void => {
      if (value !== undefined && value !== '') headers.push([name, value]);
    };
    const caching = taken.get('cache-control');
    add('cache-control', isPrivate ? privateCaching(caching) : caching);
    add('strict-transport-security', hsts(taken, settings.hstsSeconds, facts));
    add('x-content-type-options', 'nosniff');
    add('referrer-policy', referrer(taken, settings.referrerPolicy));
    add('permissions-policy', permissions(taken, settings.permissionsPolicy));
    isolation(taken, settings, headers);
    const endpoints = [csp.usesReportGroup ? endpoint : undefined, taken.get('reporting-endpoints')];
    add('reporting-endpoints', endpoints.filter((part) => part !== undefined).join(', '));
    return headers;
  };

  const harden = (upstream: readonly HeaderPair[], facts: ResponseFacts): HardenedHeaders => {
    const { headers, taken, policies, reportOnly, cookies: set } = sort(upstream);
    let cookiesDropped = 0;
    for (const value of set) {
      const cookie = hardenCookie(value, { settings: cookies, secure: facts.secure });
      if (cookie.kind === 'kept') headers.push(['set-cookie', cookie.value]);
      else cookiesDropped += 1;
    }
    for (const pair of ours(taken, set.length > 0, facts)) headers.push(pair);
    const frameOptions = taken.get('x-frame-options') ?? null;
    return { headers, csp: policies, cspReportOnly: reportOnly, frameOptions, cookiesDropped };
  };
  return { csp, harden };
}

const compiled = new WeakMap<Application, HeaderPolicy>();

/** The policy of an application, compiled at its first response and kept as long as its snapshot. */
export function headerPolicyFor(application: Application): HeaderPolicy {
  let policy = compiled.get(application);
  if (policy === undefined) {
    policy = compile(application);
    compiled.set(application, policy);
  }
  return policy;
}
