import type { RecordedFinding, RequestCompleted, RuleGroup } from '@holdfast/contract';
import type { LoopbackRequest } from '../../../platform/http/loopback-request.ts';
import { attackOf } from '../../protection/index.ts';
import type { RecordedRequest } from '../response-parts.ts';

const PROBES_MAX = 10;
const USER_AGENT = 'holdfast-self-test';
const POINTER_DEPTH_MAX = 16;
const BOUNDARY = 'holdfast-retest-boundary';
const FALLBACK = 'probe';
const IN_BODY: ReadonlySet<string> = new Set(['form', 'json', 'multipart']);
/** A name that stands in a header or a cookie as it is (RFC 9110 §5.6.2). */
const TOKEN = /^[a-z0-9-]{1,64}$/iu;
/** What the request is made of itself, and what would have it read in another way. */
const NEVER_SET: ReadonlySet<string> = new Set(['host', 'connection', 'cookie', 'expect', 'te', 'trailer', 'upgrade', 'accept']);
const NEVER_SET_PREFIXES: readonly string[] = ['content-', 'transfer-', 'proxy-', 'sec-', 'x-holdfast-'];

/** Where an attack was found: enough to send a harmless one of its class there. */
export interface Probe {
  readonly method: string;
  readonly path: string;
  readonly group: RuleGroup;
  readonly location: RecordedFinding['location'];
  readonly name: string;
}

type Sent = Pick<LoopbackRequest, 'target' | 'userAgent'> &
  Required<Pick<LoopbackRequest, 'method' | 'headers'>> &
  Pick<LoopbackRequest, 'body'>;

/** Each class of attack once for each place, in the order of the requests. */
export function probesOf(requests: readonly RecordedRequest[]): Probe[] {
  const probes = new Map<string, Probe>();
  for (const { payload } of requests) {
    // Written by the gateway and checked by its schema when it was recorded; what was erased since is not there.
    const { method, path, findings } = payload as Partial<RequestCompleted>;
    if (method === undefined || path === undefined || !Array.isArray(findings)) continue;
    for (const { group, location, name } of findings) {
      const asked = method === 'HEAD' ? 'GET' : method;
      const sent = IN_BODY.has(location) && asked === 'GET' ? 'POST' : asked;
      const probe = { method: sent, path, group, location, name };
      probes.set(JSON.stringify(probe), probe);
    }
  }
  return [...probes.values()].slice(0, PROBES_MAX);
}

/** The request that a probe is; null = no harmless attack of its class is known. */
export function requestOf(probe: Probe): Sent | null {
  const attack = attackOf(probe.group);
  if (attack === null) return null;
  const { method, path, location } = probe;
  // Of some classes the name is the attack: it stands in a form, or in the query.
  const name = attack.parameter ?? probe.name;
  const value = attack.value ?? 'tea';
  const isNamed = attack.parameter !== undefined;
  const common = { method, userAgent: attack.userAgent ?? USER_AGENT, target: path };
  if (IN_BODY.has(location)) return { ...common, ...bodyOf(isNamed && location === 'json' ? 'form' : location, name, value) };
  const headers = isNamed ? null : headerOf(location, name, value);
  if (headers !== null) return { ...common, headers };
  return { ...common, target: `${path}?${pairOf(isNamed || location === 'query' ? name : '', value)}`, headers: {} };
}

const pairOf = (name: string, value: string): string => new URLSearchParams([[name === '' ? FALLBACK : name, value]]).toString();

function bodyOf(location: Probe['location'], name: string, value: string): Pick<Sent, 'headers' | 'body'> {
  const of = (type: string, body: string) => ({ headers: { 'content-type': type }, body });
  if (location === 'json') return of('application/json', JSON.stringify(documentOf(name, value)));
  if (location === 'multipart') return of(`multipart/form-data; boundary=${BOUNDARY}`, partOf(name, value));
  return of('application/x-www-form-urlencoded', pairOf(name, value));
}

/** RFC 7578 §4.2: a name in quotes, with what would end it written as browsers write it. */
function partOf(name: string, value: string): string {
  const quoted = name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${quoted}"\r\n\r\n${value}\r\n--${BOUNDARY}--\r\n`;
}

/** A document in which a JSON pointer (RFC 6901) leads to that value. */
function documentOf(pointer: string, value: string): unknown {
  const keys = pointer.split('/').slice(1, POINTER_DEPTH_MAX + 1);
  const names = keys.length === 0 ? [FALLBACK] : keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  // No plain object takes a key of a visitor: `__proto__` would be no key of it.
  return names.reduceRight<unknown>((inner, key) => Object.fromEntries([[key, inner]]), value);
}

/** Null = it cannot stand there as it was. */
function headerOf(location: Probe['location'], name: string, value: string): Readonly<Record<string, string>> | null {
  if (location !== 'header' && location !== 'cookie') return null;
  const lower = name.toLowerCase();
  // Printable ASCII alone: what breaks out of a line cannot be sent in one.
  if (!TOKEN.test(name) || !/^[ -~]*$/u.test(value)) return null;
  if (location === 'cookie') return { cookie: `${name}=${encodeURIComponent(value)}` };
  if (NEVER_SET.has(lower) || NEVER_SET_PREFIXES.some((prefix) => lower.startsWith(prefix))) return null;
  return lower === 'user-agent' ? null : { [lower]: value };
}
