import { attemptOrder, plainText } from './acme-attempt.ts';
import { createChallengeBook } from './acme-challenges.ts';
import type { ChallengeBook } from './acme-challenges.ts';
import type { AcmeDirectory } from './acme-directory.ts';
import type { ChallengeKind, OrderStage } from './acme-order.ts';
import { backoffMs } from './backoff.ts';
import type { CertificateStore } from './certificate-store.ts';
import { needsRenewal } from './expiry.ts';
import type { Validity } from './expiry.ts';
import { KEY_NAME_CHARS_MAX } from './key-store.ts';
import type { KeyStore } from './key-store.ts';
import { NAMES_MAX } from './pair.ts';
import type { PairFault, PairPem } from './pair.ts';
import { normaliseServerName } from './server-name.ts';

export const RENEWAL_CHECK_MS = 3_600_000;

export type AcmeOutcome =
  | { readonly kind: 'issued'; readonly names: readonly string[]; readonly notAfterMs: number }
  | { readonly kind: 'kept'; readonly names: readonly string[]; readonly notAfterMs: number }
  | { readonly kind: 'waiting'; readonly names: readonly string[]; readonly retryAtMs: number }
  | { readonly kind: 'refused'; readonly fault: 'name-invalid' | 'wildcard-unsupported' | 'order-in-flight' }
  | AcmeFailure;

export interface AcmeFailure {
  readonly kind: 'failed';
  readonly names: readonly string[];
  readonly stage: OrderStage | 'certificate';
  readonly fault: 'directory-refused' | 'directory-unreachable' | 'timed-out' | 'store-failed' | 'slots-full' | PairFault;
  /** The directory's own words, for the operator's log only: printable, one line, cut. */
  readonly detail: string;
  readonly retryAtMs: number;
}

export interface AcmeOptions {
  readonly directory: AcmeDirectory;
  /** Each inner list is one certificate; its first name also names it on disk. */
  readonly certificates: readonly (readonly string[])[];
  readonly keys: KeyStore;
  readonly store: Pick<CertificateStore, 'replace'>;
  readonly now: () => number;
  /** In [0, 1), for the spread of retries. */
  readonly random: () => number;
  readonly challenges?: readonly ChallengeKind[];
  readonly onOutcome?: (outcome: AcmeOutcome) => void;
  /** Awaited whenever an answer came or went; publish it to all listeners before resolving. */
  readonly onAnswersChanged?: () => Promise<void>;
  readonly orderTimeoutMs?: number;
}

export interface RenewalJob {
  readonly name: 'tls.renew';
  readonly everyMs: number;
  readonly run: () => Promise<readonly AcmeOutcome[]>;
}

export interface Acme extends Pick<
  ChallengeBook,
  'challengeFor' | 'alpnContextFor' | 'hasPending' | 'httpAnswers' | 'alpnAnswers'
> {
  /** Puts the certificates of earlier runs into the store; an expired or broken one is left for the renewal job. */
  restore(): Promise<void>;
  /** Orders now, whatever the age of the certificate, unless an order for one of the names is under way. */
  obtain(names: readonly string[]): Promise<AcmeOutcome>;
  readonly renewalJob: RenewalJob;
}

interface Held {
  validity?: Validity;
  failures: number;
  retryAtMs: number;
}

interface Registry {
  readonly options: AcmeOptions;
  readonly book: ChallengeBook;
  readonly heldBySlot: Map<string, Held>;
  readonly inFlight: Set<string>;
}

/** Certificates by ACME: ordered when missing, renewed with a third of their life left, never two orders for one name at once. */
export function createAcme(options: AcmeOptions): Acme {
  const book = createChallengeBook();
  const registry: Registry = { options, book, heldBySlot: new Map(), inFlight: new Set() };
  const run = async (): Promise<AcmeOutcome[]> => {
    const outcomes: AcmeOutcome[] = [];
    for (const names of options.certificates) outcomes.push(await renew(registry, names));
    return outcomes;
  };
  return {
    challengeFor: book.challengeFor,
    alpnContextFor: book.alpnContextFor,
    hasPending: book.hasPending,
    httpAnswers: book.httpAnswers,
    alpnAnswers: book.alpnAnswers,
    restore: () => restore(registry),
    obtain: (names) => obtain(registry, names),
    renewalJob: { name: 'tls.renew', everyMs: RENEWAL_CHECK_MS, run },
  };
}

async function restore(registry: Registry): Promise<void> {
  const { keys, store, certificates } = registry.options;
  for (const names of certificates) {
    const stored = await keys.read(bundleName(names));
    if (stored === undefined) continue;
    const outcome = store.replace({ slot: slotOf(names), source: 'acme', pem: unbundle(stored) });
    // A name that joined the list since makes the stored certificate insufficient: it serves, but a new one is due.
    const covers = outcome.kind !== 'refused' && names.every((name) => outcome.pair.names.includes(name.toLowerCase()));
    if (covers) heldFor(registry, names).validity = outcome.pair;
  }
}

async function renew(registry: Registry, names: readonly string[]): Promise<AcmeOutcome> {
  const { validity, retryAtMs } = heldFor(registry, names);
  const nowMs = registry.options.now();
  if (validity !== undefined && !needsRenewal(validity, nowMs)) return { kind: 'kept', names, notAfterMs: validity.notAfterMs };
  if (retryAtMs > nowMs) return { kind: 'waiting', names, retryAtMs };
  return obtain(registry, names);
}

async function obtain(registry: Registry, requested: readonly string[]): Promise<AcmeOutcome> {
  const { inFlight, options } = registry;
  const names = requested.flatMap((name) => normaliseServerName(name, true) ?? []);
  if (names.length === 0 || names.length > NAMES_MAX || names.length < requested.length)
    return { kind: 'refused', fault: 'name-invalid' };
  // RFC 8555 §8.3 and RFC 8737 §3: neither challenge can prove a wildcard; only DNS-01 could.
  if (names.some((name) => name.startsWith('*.'))) return { kind: 'refused', fault: 'wildcard-unsupported' };
  if (names.some((name) => inFlight.has(name))) return { kind: 'refused', fault: 'order-in-flight' };
  for (const name of names) inFlight.add(name);
  const release = (): void => {
    for (const name of names) inFlight.delete(name);
  };
  let lingering: Promise<unknown> | undefined;
  try {
    const outcome = await order(registry, { names, onLingering: (work) => void (lingering = work) });
    options.onOutcome?.(outcome);
    return outcome;
  } finally {
    // An order that ran out of time still speaks with the directory: its names stay taken until it has ended.
    if (lingering === undefined) release();
    else void lingering.then(release);
  }
}

interface OrderNeeds {
  readonly names: readonly string[];
  readonly onLingering: (work: Promise<unknown>) => void;
}

async function order(registry: Registry, { names, onLingering }: OrderNeeds): Promise<AcmeOutcome> {
  const { options, book } = registry;
  const held = heldFor(registry, names);
  const fail = (failure: Pick<AcmeFailure, 'stage' | 'fault' | 'detail'>): AcmeFailure => {
    held.failures += 1;
    held.retryAtMs = options.now() + backoffMs(held.failures, options.random());
    return { kind: 'failed', names, ...failure, retryAtMs: held.retryAtMs };
  };
  const { directory, keys, challenges, now, onAnswersChanged, orderTimeoutMs: timeoutMs } = options;
  const attempt = await attemptOrder({ directory, names, challenges, keys, book, now, onAnswersChanged, timeoutMs });
  if (attempt.kind === 'timed-out') {
    onLingering(attempt.lingering);
    return fail({ stage: attempt.stage, fault: 'timed-out', detail: '' });
  }
  if (attempt.kind === 'failed') return fail(attempt);
  const replaced = options.store.replace({ slot: slotOf(names), source: 'acme', pem: attempt.pem });
  if (replaced.kind === 'refused') return fail({ stage: 'certificate', fault: replaced.fault, detail: '' });
  try {
    await keys.write(bundleName(names), bundle(attempt.pem));
  } catch (error) {
    // It serves already; only the next start would miss it. Said aloud, and tried again with backoff.
    delete held.validity;
    return fail({ stage: 'certificate', fault: 'store-failed', detail: plainText(error) });
  }
  held.validity = replaced.pair;
  held.failures = 0;
  held.retryAtMs = 0;
  return { kind: 'issued', names, notAfterMs: replaced.pair.notAfterMs };
}

function heldFor({ heldBySlot }: Registry, names: readonly string[]): Held {
  const slot = slotOf(names);
  const held = heldBySlot.get(slot) ?? { failures: 0, retryAtMs: 0 };
  heldBySlot.set(slot, held);
  return held;
}

const slotOf = (names: readonly string[]): string => `acme:${names[0]?.toLowerCase() ?? ''}`;

function bundleName(names: readonly string[]): string {
  const name = names[0]?.toLowerCase() ?? '';
  return `acme-${name.slice(0, KEY_NAME_CHARS_MAX - 'acme-.pem'.length)}.pem`;
}

// Key and chain in one entry, written at once: a crash can never leave a new key beside an old certificate.
const bundle = (pem: PairPem): Buffer => Buffer.from(`${pem.keyPem.trimEnd()}\n${pem.certPem}`, 'latin1');

function unbundle(bytes: Uint8Array): PairPem {
  const text = Buffer.from(bytes).toString('latin1');
  const start = text.indexOf('-----BEGIN CERTIFICATE-----');
  return { keyPem: start < 0 ? text : text.slice(0, start), certPem: start < 0 ? '' : text.slice(start) };
}
