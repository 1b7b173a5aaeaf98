import { hasAny, TRAIT } from '../traits.ts';
import type { DetectInput, Detector, Evidence } from '../types.ts';
import { ADDRESS_LENGTH_MAX, hostsBehindAt, readAddress, readAuthority, type Address } from './address.ts';
import { findConfusion, hidesAddress, isDomain, startsWithSlashAlike } from './confusion.ts';
import { leadsBrowser, purposeOf, type Purpose } from './field-names.ts';
import { readHost, type HostReading } from './hosts.ts';

/** An address has a colon or starts with slashes; look-alikes of both are beyond ASCII. */
const ADDRESS = TRAIT.colon | TRAIT.slash | TRAIT.backslash | TRAIT.nonAscii;
/** Clients of these protocols send bytes of the attacker's choice, or read archives and directories; no form asks for them. */
const ODD_SCHEMES = new Set('gopher gophers dict tftp ldap ldaps ldapi netdoc jar telnet finger unix'.split(' '));
/** What a configuration names as its own database; such a value is no address to fetch. */
const SERVICE_SCHEMES =
  /^(?:postgres(?:ql)?|mysql|mariadb|mongodb|redis|rediss|amqps?|kafka|nats|mqtts?|jdbc|sqlite|git|vscode|otpauth|capacitor|ionic|tauri|app|electron|[a-z]{1,16}-extension)\b/;
/** Headers that name the page the browser is on, which may be on the developer's machine. */
const BROWSER_HEADERS = new Set(['referer', 'origin', 'x-forwarded-host', 'x-forwarded-server', 'x-original-host']);
/** Found anywhere, these say what a request is for. */
const METADATA_MARKS = [
  '//169.254.169.254',
  '@169.254.169.254',
  '//metadata.google.internal',
  '//100.100.100.200',
  '//169.254.170.2',
];
const EMBEDDED_SCHEMES = /\/(?:https?|ftp|gopher|dict|ws):\/{0,2}(?=[^/])/i;

/** Reads a value as the address a server is asked to go to, and asks where that leads (CWE-918). */
export function detectSsrf(input: DetectInput): readonly Evidence[] {
  const { location, name } = input;
  if (location === 'header' && BROWSER_HEADERS.has(name)) return [];
  const value = input.value.length > ADDRESS_LENGTH_MAX ? input.value.slice(0, ADDRESS_LENGTH_MAX) : input.value;
  const text = location === 'path' ? embeddedInPath(value) : value;
  if (text === undefined) return [];
  // A blank behind two slashes makes a comment of a program, whose lines go on.
  const isProse = hasSecondWord(text) || isNode(text) || /^\s{0,8}\/\/\s{1,8}[^\s/\\]/.test(text);
  const mark = markOf(text, isProse);
  if (isProse) return mark === undefined ? [] : [mark];
  const found = judge(text, { name: input.part === 'value' ? name : '', traits: input.traits });
  if (found === undefined) return mark === undefined ? [] : [mark];
  return [{ ...found, span: [0, value.length] }];
}

/** In a path only an address inside it is one; its own slashes are not those of an address. */
function embeddedInPath(path: string): string | undefined {
  const match = EMBEDDED_SCHEMES.exec(path);
  return match === null ? undefined : path.slice(match.index + 1).replace(/^([a-z]+:)\/?(?=[^/])/i, '$1//');
}

/** `//div[@class="x"]`: a path in a document (XPath 1.0 §2.5). */
function isNode(text: string): boolean {
  return /^\s{0,4}\/\/[\w:*-]{1,64}\[@?[a-z]/i.test(text);
}

/** A letter after a blank starts a second word: an address has none. */
function hasSecondWord(text: string): boolean {
  return / [\p{L}\d]/u.test(text.trim());
}

function markOf(text: string, isProse: boolean): Evidence | undefined {
  for (const mark of METADATA_MARKS) {
    const at = text.indexOf(mark);
    if (at >= 0)
      return {
        rule: 'ssrf.metadata',
        confidence: isProse ? 0.5 : 0.94,
        span: [at, at + mark.length],
        why: 'the address is that of a metadata service',
      };
  }
  return undefined;
}

interface Context {
  name: string;
  traits: number;
}

type Verdict = Omit<Evidence, 'span'>;

function judge(text: string, { name, traits }: Context): Verdict | undefined {
  const purpose = purposeOf(name);
  if (hidesAddress(text)) return { rule: 'ssrf.confusion', confidence: 0.91, why: 'a path that browsers read as an address' };
  const address = readAddress(text);
  if (address === undefined) {
    if (hasAny(traits, TRAIT.nonAscii) && startsWithSlashAlike(text))
      return { rule: 'ssrf.confusion', confidence: 0.91, why: 'a look-alike of a slash stands before the host' };
    return purpose === 'browsed' ? undefined : judgeBare(text, purpose);
  }
  const odd = [address.scheme, ...address.wrappers].find((scheme) => ODD_SCHEMES.has(scheme));
  if (odd !== undefined) return { rule: 'ssrf.scheme', confidence: 0.93, why: `the scheme ${odd} is not one of the web` };
  const host = readHost(address.host);
  const inner = host === undefined ? undefined : rateHost(host, { purpose, address });
  return strongest([inner, behindAt(address, host), confused(address, { text, name })]);
}

function strongest(verdicts: readonly (Verdict | undefined)[]): Verdict | undefined {
  let best: Verdict | undefined;
  for (const verdict of verdicts) if (verdict !== undefined && verdict.confidence > (best?.confidence ?? 0)) best = verdict;
  return best;
}

function confused(address: Address, { text, name }: { text: string; name: string }): Verdict | undefined {
  const doubt = findConfusion(address, text);
  if (doubt !== undefined) return { rule: 'ssrf.confusion', ...doubt };
  // A way back inside the application starts with one slash; two lead to another host (CWE-601).
  const leavesSite = leadsBrowser(name) && address.scheme === '' && address.slashes === '//' && isDomain(address.host);
  return leavesSite ? { rule: 'ssrf.confusion', confidence: 0.91, why: 'two slashes lead to another host' } : undefined;
}

interface Place {
  purpose: Purpose;
  address: Address;
}

function rateHost(host: HostReading, { purpose, address }: Place): Verdict | undefined {
  const { reach, isDisguised } = host;
  const where = `${host.name} (${reach})`.slice(0, 80);
  if (reach === 'metadata') return { rule: 'ssrf.metadata', confidence: 0.97, why: `the address leads to ${where}` };
  if (reach === 'listener') return { rule: 'ssrf.listener', confidence: 0.94, why: `${where} waits for requests of a tester` };
  if (isDisguised)
    return { rule: 'ssrf.disguised', confidence: reach === 'public' ? 0.94 : 0.97, why: `the host stands for ${where}` };
  // People of one house or office link to its machines, and a single label may as well be a word.
  if (reach === 'public' || reach === 'office-name') return undefined;
  const confidence = rateInternal(reach, { purpose, address });
  return { rule: 'ssrf.internal', confidence, why: `the address leads to ${where}` };
}

type Inner = 'loopback' | 'private' | 'internal-name';

function rateInternal(reach: Inner, { purpose, address }: Place): number {
  if (purpose === 'browsed' || SERVICE_SCHEMES.test(address.scheme)) return 0.4;
  if (reach === 'internal-name') return purpose === 'fetched' || /\.(?:svc|cluster\.local)\.?$/i.test(address.host) ? 0.91 : 0.6;
  return address.scheme === '' ? 0.9 : 0.92;
}

/** `http://public#@inner/`: one reader stops at the sign, another takes what follows `@` for the host. */
function behindAt(address: Address, host: HostReading | undefined): Verdict | undefined {
  for (const candidate of hostsBehindAt(address)) {
    const other = readHost(candidate.toLowerCase());
    if (other === undefined || other.name === host?.name || /=/.test(address.rest.slice(0, address.rest.indexOf('@')))) continue;
    if (other.reach === 'loopback' || other.reach === 'private' || other.reach === 'metadata')
      return { rule: 'ssrf.confusion', confidence: 0.95, why: `one reader goes to ${other.name.slice(0, 64)}` };
  }
  return undefined;
}

/** Without a scheme a host needs a port or a path beside it, and most of them a field that the server goes to. */
function judgeBare(text: string, purpose: Purpose): Verdict | undefined {
  const address = readAuthority(text.trim(), { scheme: '', slashes: '', wrappers: [] });
  // A short number is a count or a date before anything else.
  if (/^\d{0,8}$/.test(address.host)) return undefined;
  // `10.0.0.0/8` is a network in the notation of RFC 4632, not a path on a host.
  const host = /^\/\d{1,3}$/.test(address.rest) ? undefined : readHost(address.host);
  const verdict = host === undefined ? undefined : rateHost(host, { purpose: 'fetched', address });
  if (host === undefined || verdict === undefined) return undefined;
  const isNumber = /^[\d.]+$/.test(address.host);
  if (purpose !== 'fetched') return host.reach === 'loopback' && !isNumber && address.rest.startsWith('/') ? verdict : undefined;
  if (address.rest !== '' || address.port !== '' || verdict.rule === 'ssrf.metadata') return verdict;
  // A version or an amount is a number with dots as well.
  return host.isDisguised && isNumber ? undefined : { ...verdict, confidence: 0.6 };
}

export const ssrf: Detector = { group: 'ssrf', needs: ADDRESS, detect: detectSsrf };
