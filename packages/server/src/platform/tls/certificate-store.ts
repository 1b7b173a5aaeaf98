import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { expiryState } from './expiry.ts';
import type { ExpiryState } from './expiry.ts';
import { readPair } from './pair.ts';
import type { CertificatePair, PairFault, PairPem } from './pair.ts';
import { normaliseServerName, wildcardFor } from './server-name.ts';
import { hardenedContextOptions } from './tls-options.ts';

/** Where a pair came from, strongest first: what the operator placed beats what was ordered beats what was made here. */
export const CERTIFICATE_SOURCES = ['own-files', 'acme', 'local-ca'] as const;
export type CertificateSource = (typeof CERTIFICATE_SOURCES)[number];
export const SLOTS_MAX = 1000;

export interface SlotReplacement {
  /** Who owns the entry, e.g. `own:shop` or `acme:shop.example.test`; a later pair for the slot takes its place. */
  readonly slot: string;
  readonly source: CertificateSource;
  readonly pem: PairPem;
}

export type ReplaceOutcome =
  | { readonly kind: 'replaced'; readonly pair: CertificatePair }
  | { readonly kind: 'unchanged'; readonly pair: CertificatePair }
  /** The pair before it, if there was one, still serves. */
  | { readonly kind: 'refused'; readonly fault: PairFault | 'slots-full' };

export interface CertificateDescription {
  readonly slot: string;
  readonly source: CertificateSource;
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly fingerprint: string;
  readonly expiry: ExpiryState;
  /** Why the newest offer for this slot was turned away; null once a good one came. */
  readonly lastFault: PairFault | null;
}

export interface CertificateStore {
  replace(offer: SlotReplacement): ReplaceOutcome;
  remove(slot: string): boolean;
  /** The context for an SNI name; without a name, or for one nobody holds, the default or (when strict) undefined. */
  secureContextFor(serverName: string | undefined): SecureContext | undefined;
  /** Every pair, default first: the order in which a snapshot lists certificates. */
  pairs(): readonly CertificatePair[];
  describe(): readonly CertificateDescription[];
  /** Called after every change; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

interface Entry {
  readonly slot: string;
  readonly source: CertificateSource;
  readonly pair: CertificatePair;
  readonly context: SecureContext;
}

export interface CertificateStoreOptions {
  readonly now: () => number;
  /** With `strictNames` an unknown SNI name gets no certificate at all (RFC 6066 §3, unrecognized_name). */
  readonly strictNames?: boolean;
}

/** Holds the current certificate of each host name. A swap changes only later handshakes: open connections keep theirs. */
export function createCertificateStore(options: CertificateStoreOptions): CertificateStore {
  const entries = new Map<string, Entry>();
  const faults = new Map<string, PairFault>();
  const listeners = new Set<() => void>();
  let index = indexNames([]);

  const changed = (): void => {
    index = indexNames([...entries.values()]);
    for (const listener of listeners) listener();
  };

  const replace = ({ slot, source, pem }: SlotReplacement): ReplaceOutcome => {
    if (!entries.has(slot) && entries.size >= SLOTS_MAX) return { kind: 'refused', fault: 'slots-full' };
    const made = makeEntry({ slot, source, pem }, options.now());
    if (made.kind === 'refused') {
      // The fault is kept only beside a living entry, so refused strangers cannot grow the map.
      if (entries.has(slot)) faults.set(slot, made.fault);
      return made;
    }
    faults.delete(slot);
    const { pair } = made.entry;
    const before = entries.get(slot);
    if (before?.pair.certPem === pair.certPem && before.pair.keyPem === pair.keyPem) return { kind: 'unchanged', pair };
    entries.set(slot, made.entry);
    changed();
    return { kind: 'replaced', pair };
  };

  return {
    replace,
    remove(slot) {
      const removed = entries.delete(slot);
      faults.delete(slot);
      if (removed) changed();
      return removed;
    },
    secureContextFor(serverName) {
      if (serverName === undefined || serverName === '') return index.ranked[0]?.context;
      const name = normaliseServerName(serverName);
      const wildcard = name === undefined ? undefined : wildcardFor(name);
      const held = index.byName.get(name ?? '') ?? index.byName.get(wildcard ?? '');
      return held?.context ?? (options.strictNames === true ? undefined : index.ranked[0]?.context);
    },
    pairs: () => index.ranked.map((entry) => entry.pair),
    describe: () => index.ranked.map((entry) => describeEntry(entry, faults.get(entry.slot) ?? null, options.now())),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

type MadeEntry = { readonly kind: 'made'; readonly entry: Entry } | { readonly kind: 'refused'; readonly fault: PairFault };

function makeEntry({ slot, source, pem }: SlotReplacement, nowMs: number): MadeEntry {
  const reading = readPair(pem, nowMs);
  if (reading.kind === 'refused') return reading;
  try {
    const context = createSecureContext({ ...hardenedContextOptions(), cert: pem.certPem, key: pem.keyPem });
    return { kind: 'made', entry: { slot, source, pair: reading.pair, context } };
  } catch {
    // It parsed and matched, so what OpenSSL still dislikes is its strength (security level: small curve, SHA-1 signature).
    return { kind: 'refused', fault: 'key-weak' };
  }
}

interface NameIndex {
  readonly ranked: readonly Entry[];
  readonly byName: ReadonlyMap<string, Entry>;
}

function indexNames(entries: readonly Entry[]): NameIndex {
  const rank = (entry: Entry): number => CERTIFICATE_SOURCES.indexOf(entry.source);
  // Same source: the one that lives longest answers for a name both hold.
  const ranked = entries.toSorted((a, b) => rank(a) - rank(b) || b.pair.notAfterMs - a.pair.notAfterMs);
  const byName = new Map<string, Entry>();
  for (const entry of ranked) {
    for (const name of entry.pair.names) if (!byName.has(name)) byName.set(name, entry);
  }
  return { ranked, byName };
}

function describeEntry(entry: Entry, lastFault: PairFault | null, nowMs: number): CertificateDescription {
  const { subject, issuer, names, notBeforeMs, notAfterMs, fingerprint } = entry.pair;
  const expiry = expiryState(notAfterMs, nowMs);
  return {
    slot: entry.slot,
    source: entry.source,
    subject,
    issuer,
    names,
    notBeforeMs,
    notAfterMs,
    fingerprint,
    expiry,
    lastFault,
  };
}
