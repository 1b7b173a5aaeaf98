import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { DAY_MS } from './expiry.ts';
import { issueAuthority, issueLeaf } from './issue.ts';
import { readIfPresent, writeFileAtomic } from './key-store.ts';
import type { KeyStore } from './key-store.ts';
import { isPermitted, LOCAL_DOMAINS, permittedDomains } from './name-constraints.ts';
import { NAMES_MAX, readPair } from './pair.ts';
import type { PairPem } from './pair.ts';
import { normaliseAddress, normaliseServerName } from './server-name.ts';

export const CA_LIFETIME_DAYS = 3650;
/** Browsers refuse longer ones; a day below 397, because the validity counts its last second (RFC 5280 §4.1.2.5). */
export const LEAF_LIFETIME_DAYS = 396;
export const LEAF_RENEW_DAYS = 30;
// Clocks of phones and virtual machines lag: a certificate that starts an hour ago is valid there too.
const BACKDATE_MS = 3_600_000;
const CERT_MODE = 0o644;
const ALWAYS = ['localhost', '*.localhost', '127.0.0.1', '::1'] as const;

export interface LocalCaOptions {
  /** `<dataDir>/tls`: certificates are public and lie here in the open; keys go through `keys`. */
  readonly folder: string;
  readonly keys: KeyStore;
  readonly hostNames: readonly string[];
  readonly now: () => number;
  /** Makes a new authority even though a good one exists, e.g. to take in `uncoveredNames`. Trust must be installed again. */
  readonly replaceAuthority?: boolean;
  /** Makes a new leaf, with a new key, even though a good one exists. */
  readonly replaceLeaf?: boolean;
}

export interface LocalCa {
  readonly caPath: string;
  readonly caPem: string;
  readonly leaf: PairPem;
  readonly authority: 'kept' | 'created' | 'replaced';
  readonly leafState: 'kept' | 'issued';
  /** Host names the kept authority may not vouch for (its name constraints): they need ACME or the operator's own files. */
  readonly uncoveredNames: readonly string[];
}

/** Opens the local CA, making what is missing, broken, changed or near its end. A good authority is always kept. */
export async function openLocalCa(options: LocalCaOptions): Promise<LocalCa> {
  const nowMs = options.now();
  const wanted = wantedNames(options.hostNames);
  const held = options.replaceAuthority === true ? undefined : await readAuthority(options, nowMs);
  const hadAuthority = (await readIfPresent(caPathOf(options))) !== undefined;
  const authority = held ?? (await makeAuthority(options, { wanted, nowMs }));
  const domains = permittedDomains(new X509Certificate(authority.certPem).raw, [...LOCAL_DOMAINS, ...wanted.flatMap(suffixesOf)]);
  const covered = wanted.filter((name) => isPermitted(name, domains));
  const kept =
    held === undefined || options.replaceLeaf === true ? undefined : await readLeaf(options, { authority, covered, nowMs });
  const leaf = kept ?? (await makeLeaf(options, { authority, covered, nowMs }));
  return {
    caPath: caPathOf(options),
    caPem: authority.certPem,
    leaf,
    authority: held !== undefined ? 'kept' : hadAuthority ? 'replaced' : 'created',
    leafState: kept === undefined ? 'issued' : 'kept',
    uncoveredNames: wanted.filter((name) => !covered.includes(name)),
  };
}

const caPathOf = (options: LocalCaOptions): string => join(options.folder, 'ca.crt');
const leafPathOf = (options: LocalCaOptions): string => join(options.folder, 'leaf.crt');

function wantedNames(hostNames: readonly string[]): string[] {
  const names = new Set<string>(ALWAYS);
  for (const host of hostNames) {
    const name = normaliseAddress(host) ?? normaliseServerName(host, true);
    if (name !== undefined && names.size < NAMES_MAX) names.add(name);
  }
  return [...names];
}

async function readPairFiles(options: LocalCaOptions, name: 'ca' | 'leaf'): Promise<PairPem | undefined> {
  const cert = await readIfPresent(name === 'ca' ? caPathOf(options) : leafPathOf(options));
  const key = await options.keys.read(`${name}.key`);
  if (cert === undefined || key === undefined) return undefined;
  return { certPem: Buffer.from(cert).toString('latin1'), keyPem: Buffer.from(key).toString('latin1') };
}

async function writePairFiles(options: LocalCaOptions, name: 'ca' | 'leaf', pair: PairPem): Promise<void> {
  // The key first: a crash between the two leaves a pair that does not match, which the next start sees and replaces.
  await options.keys.write(`${name}.key`, Buffer.from(pair.keyPem, 'latin1'));
  await writeFileAtomic(name === 'ca' ? caPathOf(options) : leafPathOf(options), Buffer.from(pair.certPem, 'latin1'), CERT_MODE);
}

async function readAuthority(options: LocalCaOptions, nowMs: number): Promise<PairPem | undefined> {
  const pair = await readPairFiles(options, 'ca');
  if (pair === undefined) return undefined;
  // An authority has no host names, which is the last thing that is checked before the dates: this fault means "otherwise whole".
  const reading = readPair(pair, nowMs);
  if (reading.kind === 'refused' && reading.fault !== 'names-missing') return undefined;
  const cert = new X509Certificate(pair.certPem);
  // A leaf that outlives its authority is worthless, so the authority goes a leaf's lifetime before its end.
  const usable = cert.ca && cert.validToDate.getTime() - nowMs > LEAF_LIFETIME_DAYS * DAY_MS;
  return usable ? pair : undefined;
}

interface LeafNeeds {
  readonly authority: PairPem;
  readonly covered: readonly string[];
  readonly nowMs: number;
}

async function readLeaf(options: LocalCaOptions, { authority, covered, nowMs }: LeafNeeds): Promise<PairPem | undefined> {
  const pair = await readPairFiles(options, 'leaf');
  const reading = pair === undefined ? undefined : readPair(pair, nowMs);
  if (pair === undefined || reading === undefined || reading.kind === 'refused') return undefined;
  const { names, notAfterMs } = reading.pair;
  const sameNames = names.length === covered.length && covered.every((name) => names.includes(name));
  const signed = new X509Certificate(pair.certPem).verify(new X509Certificate(authority.certPem).publicKey);
  return sameNames && signed && notAfterMs - nowMs > LEAF_RENEW_DAYS * DAY_MS ? pair : undefined;
}

async function makeLeaf(options: LocalCaOptions, { authority, covered, nowMs }: LeafNeeds): Promise<PairPem> {
  const notBeforeMs = nowMs - BACKDATE_MS;
  const leaf = await issueLeaf({ authority, names: covered, notBeforeMs, notAfterMs: notBeforeMs + LEAF_LIFETIME_DAYS * DAY_MS });
  // Read back before it is stored: what we hand to the listener has passed the same gate as everyone else's certificate.
  const reading = readPair(leaf, nowMs);
  if (reading.kind === 'refused') throw new Error(`assertion: own leaf is unusable (${reading.fault})`);
  await writePairFiles(options, 'leaf', leaf);
  return leaf;
}

interface AuthorityNeeds {
  readonly wanted: readonly string[];
  readonly nowMs: number;
}

async function makeAuthority(options: LocalCaOptions, { wanted, nowMs }: AuthorityNeeds): Promise<PairPem> {
  const notBeforeMs = nowMs - BACKDATE_MS;
  const pair = await issueAuthority({
    // The date tells two installations apart in a list of trusted roots; a machine or user name would leak to every visitor.
    commonName: `Holdfast local CA ${new Date(nowMs).toISOString().slice(0, 10)}`,
    domains: [...LOCAL_DOMAINS, ...extraDomains(wanted)],
    notBeforeMs,
    notAfterMs: notBeforeMs + CA_LIFETIME_DAYS * DAY_MS,
  });
  await writePairFiles(options, 'ca', pair);
  return pair;
}

// Host names known at birth join the constraints one by one, never their whole registrable domain.
function extraDomains(wanted: readonly string[]): string[] {
  const bare = wanted.filter((name) => isIP(name) === 0).map((name) => name.replace(/^\*\./, ''));
  return [...new Set(bare)].filter((name) => !isPermitted(name, LOCAL_DOMAINS));
}

// `a.b.c` lies under a constraint for any of `a.b.c`, `b.c` and `c`.
function suffixesOf(name: string): string[] {
  const labels = name.replace(/^\*\./, '').split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}
