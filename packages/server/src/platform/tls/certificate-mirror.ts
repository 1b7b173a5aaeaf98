import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { AlpnSource } from './alpn-gate.ts';
import type { PairPem } from './pair.ts';
import { normaliseServerName, wildcardFor } from './server-name.ts';
import { hardenedContextOptions } from './tls-options.ts';
import type { CertificateSupply } from './tls-options.ts';

/** A certificate as a snapshot lists it: proven by whoever made the snapshot, with the names it shall answer for. */
export interface NamedPair extends PairPem {
  readonly names: readonly string[];
}

export interface MirrorUpdate {
  /** The first answers clients without SNI, and names that nobody holds. */
  readonly certificates: readonly NamedPair[];
  readonly alpnCertificates: readonly NamedPair[];
}

/** The certificates of a listener that gets them from elsewhere: what `followStore` and `installAlpnGate` need. */
export interface CertificateMirror extends CertificateSupply, AlpnSource {
  /** Swaps everything at once. Pairs that OpenSSL refuses are left out and counted; if none is usable, all stays as it was. */
  apply(update: MirrorUpdate): { readonly refused: number };
}

interface Loaded {
  readonly pair: NamedPair;
  readonly context: SecureContext;
}

interface View {
  readonly ordered: readonly Loaded[];
  readonly byName: ReadonlyMap<string, SecureContext>;
}

const EMPTY: View = { ordered: [], byName: new Map() };

/**
 * Mirrors the certificates of snapshots. Snapshots change with every ban, certificates once in weeks: contexts of unchanged
 * pairs are reused, and followers hear only of real changes.
 */
export function createCertificateMirror(options: { readonly strictNames?: boolean } = {}): CertificateMirror {
  const listeners = new Set<() => void>();
  let serving = EMPTY;
  let pending = EMPTY;
  return {
    apply({ certificates, alpnCertificates }) {
      const next = load(certificates, serving);
      pending = load(alpnCertificates, pending);
      const refused = certificates.length - next.ordered.length + (alpnCertificates.length - pending.ordered.length);
      const changed =
        next.ordered.length !== serving.ordered.length || next.ordered.some((each, i) => each !== serving.ordered[i]);
      if (changed && next.ordered.length > 0) {
        serving = next;
        for (const listener of listeners) listener();
      }
      return { refused };
    },
    secureContextFor(serverName) {
      const fallback = serving.ordered[0]?.context;
      if (serverName === undefined || serverName === '') return fallback;
      return find(serving, serverName) ?? (options.strictNames === true ? undefined : fallback);
    },
    pairs: () => serving.ordered.map(({ pair }) => pair),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hasPending: () => pending.ordered.length > 0,
    alpnContextFor: (serverName) => find(pending, serverName),
  };
}

function find({ byName }: View, serverName: string): SecureContext | undefined {
  const name = normaliseServerName(serverName);
  if (name === undefined) return undefined;
  return byName.get(name) ?? byName.get(wildcardFor(name) ?? '');
}

function load(pairs: readonly NamedPair[], before: View): View {
  const known = new Map(before.ordered.map((loaded) => [loaded.pair.certPem, loaded]));
  const ordered = pairs.flatMap((pair) => {
    const same = known.get(pair.certPem);
    return same?.pair.keyPem === pair.keyPem && sameNames(same.pair, pair) ? [same] : open(pair);
  });
  const byName = new Map<string, SecureContext>();
  for (const { pair, context } of ordered) {
    // First come, first served: the order of a snapshot is its order of preference.
    for (const name of pair.names) if (!byName.has(name)) byName.set(name, context);
  }
  return { ordered, byName };
}

const sameNames = (a: NamedPair, b: NamedPair): boolean =>
  a.names.length === b.names.length && a.names.every((name, index) => name === b.names[index]);

function open(pair: NamedPair): Loaded[] {
  try {
    const context = createSecureContext({ ...hardenedContextOptions(), cert: pair.certPem, key: pair.keyPem });
    return [{ pair, context }];
  } catch {
    return [];
  }
}
