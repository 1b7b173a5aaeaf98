import { randomBytes } from 'node:crypto';
import { authenticationEvents, foldAccount } from '@holdfast/contract';
import type { Answer, EventRecord, SignInTry, SignInVerdict } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import { networkOf } from '../people/lockout.ts';
import { Counters } from './counters.ts';
import { readDevice, writeDevice, type CookieKey, type SeenDevice } from './device-cookie.ts';
import { LIMITS, type CounterKind } from './limits.ts';
import { wideNetworkOf } from './wide-network.ts';

const PURPOSE = 'observed sign-in';
const TAG_CHARS = 16;
const DEVICE_ID_BYTES = 8;

/** Tries at login forms of applications, over all gateways: none of them could count what the others saw. */
export interface ObservedSignIns {
  /** Counts the try unless it has to wait. */
  try(tried: SignInTry): SignInVerdict;
  /** It was right: what was counted for it is taken back, and the device is known from now on. */
  succeed(tried: SignInTry): Extract<Answer, { kind: 'sign-in-success' }>;
  /** An operator: this account, or with null every account and source of the application, may try again. */
  clear(application: string, clearing: Clearing): Promise<void>;
}

export interface Clearing {
  readonly account: string | null;
  readonly actor: EventRecord['actor'];
}

interface Counted {
  readonly kind: CounterKind;
  readonly key: string;
}

export interface ObservedParts {
  readonly clock: Clock;
  readonly bus: Pick<Bus, 'newEvent' | 'record'>;
  readonly keyring: Pick<Keyring, 'hmac'>;
}

/** In memory: a restart forgets wrong tries, and nobody outside can bring one about. */
export function createObservedSignIns({ clock, bus, keyring }: ObservedParts): ObservedSignIns {
  const byApplication = new Map<string, Readonly<Record<CounterKind, Counters>>>();
  const countersOf = (application: string): Readonly<Record<CounterKind, Counters>> => {
    const held = byApplication.get(application);
    if (held !== undefined) return held;
    const made = {
      account: new Counters('account'),
      device: new Counters('device'),
      address: new Counters('address'),
      network: new Counters('network'),
    };
    // Gateways ask about applications of their snapshot only, which are few.
    byApplication.set(application, made);
    return made;
  };

  const tagOf = (application: string, account: string): string =>
    keyring.hmac(PURPOSE, `account:${application}:${account}`).slice(0, TAG_CHARS);
  const keyOf = (application: string): CookieKey => ({
    application,
    mac: (text) => Buffer.from(keyring.hmac(PURPOSE, `device:${text}`), 'hex').toString('base64url'),
  });
  const nowSeconds = (): number => Math.floor(clock.now() / 1000);

  const read = ({ application, accounts, address, device }: SignInTry) => {
    const tags = accounts.map((account) => tagOf(application, account));
    const seen = readDevice(device, keyOf(application), nowSeconds());
    const isKnown = seen !== null && tags.every((tag) => seen.accounts.includes(tag));
    return { tags, seen, isKnown, counted: isKnown ? ofDevice(seen, tags) : ofStranger(tags, address) };
  };

  return {
    try(tried) {
      const now = clock.monotonicMs();
      const counters = countersOf(tried.application);
      const { tags: keys, isKnown, counted } = read(tried);
      const waiting = counted
        .map((one) => ({ what: one.kind, wait: counters[one.kind].waiting(one.key, now) }))
        .toSorted((left, right) => (right.wait?.waitMs ?? 0) - (left.wait?.waitMs ?? 0))[0];
      const wait = waiting?.wait ?? null;
      if (waiting !== undefined && wait !== null) {
        const waitSeconds = Math.max(1, Math.ceil(wait.waitMs / 1000));
        const { isNew, failures } = wait;
        return { kind: 'sign-in-try', waitSeconds, what: waiting.what, isNew, failures, keys, isKnown };
      }
      for (const { kind, key } of counted) counters[kind].add(key, now);
      return { kind: 'sign-in-try', waitSeconds: 0, what: null, isNew: false, failures: 0, keys, isKnown };
    },
    succeed(tried) {
      const counters = countersOf(tried.application);
      const { tags, seen, isKnown, counted } = read(tried);
      const [tag, ...more] = tags;
      // A try that named several accounts does not say whose password was right.
      const isOne = tag !== undefined && more.length === 0;
      for (const { kind, key } of counted) {
        // A source is not cleared by one good sign-in among many bad ones.
        if (kind === 'address' || kind === 'network' || !isOne) counters[kind].takeBack(key);
        else counters[kind].lower(key, 0);
      }
      if (!isOne) return { kind: 'sign-in-success', device: null };
      // The owner is well: strangers stay slow, but wait no longer than at the beginning.
      if (isKnown) counters.account.lower(tag, LIMITS.account.free);
      const device: SeenDevice = seen ?? { id: randomBytes(DEVICE_ID_BYTES).toString('hex'), accounts: [] };
      const made = writeDevice(device, tag, { key: keyOf(tried.application), nowSeconds: nowSeconds() });
      return { kind: 'sign-in-success', device: made };
    },
    async clear(application, { account, actor }) {
      const accountKey = account === null ? null : tagOf(application, foldAccount(account));
      // Recorded first: a change that cannot be proved later does not happen.
      const about = { actor, application, target: application, payload: { accountKey } };
      await bus.record(bus.newEvent(authenticationEvents.cleared, about));
      if (accountKey === null) byApplication.delete(application);
      else byApplication.get(application)?.account.lower(accountKey, 0);
    },
  };
}

/** A device that is known is counted by itself: strangers cannot use its budget up, nor it theirs. */
const ofDevice = ({ id }: SeenDevice, tags: readonly string[]): Counted[] =>
  tags.map((tag) => ({ kind: 'device', key: `${id}.${tag}` }));

function ofStranger(tags: readonly string[], address: string | null): Counted[] {
  const accounts = tags.map((tag): Counted => ({ kind: 'account', key: tag }));
  if (address === null) return accounts;
  return [...accounts, { kind: 'address', key: networkOf(address) }, { kind: 'network', key: wideNetworkOf(address) }];
}
