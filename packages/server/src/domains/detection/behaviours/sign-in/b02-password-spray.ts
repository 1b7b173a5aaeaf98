import { evidenceSchema, type Detection, type Evidence } from '@holdfast/contract';
import { z } from 'zod';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { counted, detectionOf, lasted } from '../finding.ts';
import { CountMin } from '../state/count-min.ts';
import { EventWindow } from '../state/event-window.ts';
import { HourlyCounts } from '../state/hourly-counts.ts';
import { KeyedTable } from '../state/keyed-table.ts';
import { REPEAT_MS } from './repeat.ts';
import { tryOf, TRY_TYPES, type SignInTry } from './sign-in-try.ts';

const ATTACKS = ['t1110.003'];
const MINUTE_MS = 60_000;
const ENTRIES_MAX = 20_000;
const SAVED_ENTRIES_MAX = 5000;
const SITES_MAX = 1000;
/** Of who signed in, where nothing is known of the days before: typing errors of strangers that were given up are fewer. */
const QUIET_SHARE = 0.1;
/** A network where more people sign in than are tried is an office with typing errors. */
const HONEST_SHARE = 0.5;
const DAYS_MIN = 3;

/**
 * One password, or a few, tried on many accounts: each account only a few times, so that none of them locks. Counted over the
 * whole site. What is not seen: that the password is the same one, because no password is ever looked at.
 */
export const passwordSpray: BehaviourDefinition = {
  id: 'B2',
  title: 'Password spray',
  summary:
    'Many accounts are tried a few times each, without success and from devices that nobody knows, out of a few operators of networks; more of them than usual at that hour. Silent while `campaign` is 1: everybody has to set a new password.',
  severity: 'high',
  types: TRY_TYPES,
  learningDays: 0,
  thresholds: [
    { name: 'accounts', fallback: 30, unit: 'accounts', min: 5, max: 1000, detail: 'so many were tried and given up' },
    { name: 'tries', fallback: 3, unit: 'tries', min: 1, max: 10, detail: 'per account at most' },
    { name: 'carriers', fallback: 10, unit: 'operators', min: 1, max: 100, detail: 'of networks that it comes from at most' },
    { name: 'minutes', fallback: 60, unit: 'minutes', min: 5, max: 240, detail: 'within which they are counted' },
    { name: 'deviations', fallback: 6, unit: 'deviations', min: 3, max: 50, detail: 'above what is usual at that hour' },
    { name: 'campaign', fallback: 0, unit: 'yes', min: 0, max: 1, detail: '1 while everybody has to set a new password' },
  ],
  create: (settings) => new PasswordSpray(settings),
};

const entrySchema = z.object({
  time: z.number(),
  account: z.string().max(256),
  network: z.string().max(64),
  carrier: z.string().max(64),
  isOk: z.boolean(),
  evidence: evidenceSchema,
});
interface Entry {
  readonly time: number;
  readonly account: string;
  readonly network: string;
  readonly carrier: string;
  readonly isOk: boolean;
  readonly evidence: Evidence;
}

interface Account {
  failed: number;
  ok: number;
  /** Of the last try. */
  network: string;
  carrier: string;
}

/** Who was tried on one site, and how that came and went. */
class Sprayed {
  readonly window: EventWindow<Entry>;
  readonly accounts = new Map<string, Account>();
  /** By network: accounts that signed in from there, devices that are known included. */
  readonly honest = new Map<string, number>();
  readonly hours = new HourlyCounts();
  /** Accounts that were tried and have not come in since; at least as many as are quiet. */
  pending = 0;
  /** Tries per account since there are too many to keep: one whose older tries were cut is not one that was tried a few times. */
  #counts: CountMin | null = null;
  signedIn = 0;
  firedAt = 0;
  readonly #triesMax: number;

  constructor(widthMs: number, triesMax: number) {
    this.#triesMax = triesMax;
    this.window = new EventWindow({ widthMs, entriesMax: ENTRIES_MAX, onGone: (entry) => this.#count(entry, -1) });
  }

  add(entry: Entry): void {
    this.#count(entry, 1);
    if (!this.window.add(entry)) this.#count(entry, -1);
    if (this.window.cut === 0) this.#counts = null;
    else if (!entry.isOk) (this.#counts ??= new CountMin()).add(entry.account);
  }

  isQuiet(name: string, account: Account): boolean {
    return this.isPending(account) && (this.#counts?.count(name) ?? 0) <= this.#triesMax;
  }

  #count(entry: Entry, by: 1 | -1): void {
    const { account, network, carrier, isOk } = entry;
    const held = this.accounts.get(account) ?? { failed: 0, ok: 0, network, carrier };
    const wasPending = this.isPending(held);
    held[isOk ? 'ok' : 'failed'] += by;
    if (by === 1) Object.assign(held, { network, carrier });
    this.pending += Number(this.isPending(held)) - Number(wasPending);
    if (isOk) {
      this.signedIn += by;
      const honest = (this.honest.get(network) ?? 0) + by;
      if (honest <= 0) this.honest.delete(network);
      else this.honest.set(network, honest);
    }
    if (held.failed + held.ok <= 0) this.accounts.delete(account);
    else this.accounts.set(account, held);
  }

  isPending({ failed, ok }: Account): boolean {
    return ok === 0 && failed > 0 && failed <= this.#triesMax;
  }
}

class PasswordSpray implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #sites: KeyedTable<Sprayed>;

  constructor(settings: BehaviourSettings) {
    this.#settings = settings;
    const { value } = settings;
    const make = (): Sprayed => new Sprayed(value('minutes') * MINUTE_MS, value('tries'));
    this.#sites = new KeyedTable({ make, keysMax: SITES_MAX });
  }

  observe(seen: WatchedEvent): readonly Detection[] {
    const tried = tryOf(seen);
    if (tried === null || this.#settings.isExempt(tried.entry.address)) return [];
    const { entry, network, carrier } = tried;
    const site = this.#sites.touch(tried.site);
    // Somebody on a device of their own who mistypes is no stranger; who comes in on it makes the network an honest one.
    if (entry.isKnown && !entry.isOk) return [];
    const { time, account, isOk, evidence } = entry;
    site.add({ time, account, network, carrier, isOk, evidence });
    site.hours.add(time, isOk ? 0 : 1);
    return isOk ? [] : this.#judge(tried, site);
  }

  #judge(tried: SignInTry, site: Sprayed): Detection[] {
    const { value } = this.#settings;
    const { time } = tried.entry;
    const least = value('accounts');
    if (site.pending < least || value('campaign') >= 1 || site.firedAt > time - REPEAT_MS) return [];
    const quiet = this.#quiet(site);
    if (quiet.accounts.size < Math.max(least, this.#usual(site, time))) return [];
    site.firedAt = time;
    const behind = site.window.entries.filter(({ account, isOk }) => !isOk && quiet.accounts.has(account));
    const from = behind[0]?.time ?? time;
    const networks = new Set(behind.map(({ network }) => network));
    const tries = behind.length / quiet.accounts.size;
    return [
      detectionOf(passwordSpray, {
        time,
        application: tried.application,
        entities: [
          { kind: 'application', value: tried.site === '' ? 'none' : tried.site },
          ...[...networks].map((value) => ({ kind: 'network' as const, value })),
        ],
        reason: `${counted(quiet.accounts.size, 'account')}, ${tries.toFixed(1)} tries each, from ${counted(networks.size, 'network')} of ${counted(quiet.carriers, 'operator')}, none signed in, in ${lasted(time - from)}`,
        figures: { accounts: quiet.accounts.size, tries: behind.length, networks: networks.size, operators: quiet.carriers },
        attacks: ATTACKS,
        evidence: behind.map(({ evidence }) => evidence),
        events: behind.length,
      }),
    ];
  }

  /** Accounts that were tried and given up, of the operators with most of them, without networks in which people sign in. */
  #quiet(site: Sprayed): { readonly accounts: ReadonlySet<string>; readonly carriers: number } {
    const byNetwork = new Map<string, { carrier: string; accounts: string[] }>();
    for (const [name, account] of site.accounts) {
      if (!site.isQuiet(name, account)) continue;
      const held = byNetwork.get(account.network) ?? { carrier: account.carrier, accounts: [] };
      held.accounts.push(name);
      byNetwork.set(account.network, held);
    }
    const byCarrier = new Map<string, string[]>();
    for (const [network, { carrier, accounts }] of byNetwork) {
      if ((site.honest.get(network) ?? 0) > accounts.length * HONEST_SHARE) continue;
      byCarrier.set(carrier, [...(byCarrier.get(carrier) ?? []), ...accounts]);
    }
    const most = [...byCarrier.values()].toSorted((a, b) => b.length - a.length).slice(0, this.#settings.value('carriers'));
    return { accounts: new Set(most.flat()), carriers: most.length };
  }

  /** So many there may be: of failures at this hour where days before are known, else of who signs in. */
  #usual(site: Sprayed, time: number): number {
    const usual = site.hours.usual(time);
    if (usual === null || usual.days < DAYS_MIN) return site.signedIn * QUIET_SHARE;
    // Failures are more than accounts that were given up: a higher bar than needed, never a lower one.
    return usual.median + this.#settings.value('deviations') * Math.max(usual.mad, Math.sqrt(usual.median));
  }

  tick(): readonly Detection[] {
    return [];
  }

  get keys(): number {
    let keys = 0;
    for (const [, site] of this.#sites.entries()) keys += site.accounts.size;
    return keys;
  }

  get evicted(): number {
    return this.#sites.evicted;
  }

  save(): unknown {
    return this.#sites.save(({ window, hours, firedAt }) => ({
      entries: window.entries.slice(-SAVED_ENTRIES_MAX),
      hours: hours.save(),
      firedAt,
    }));
  }

  load(state: unknown): number {
    return this.#sites.load(state, (packed, key) => {
      if (typeof packed !== 'object' || packed === null) return null;
      const { entries, hours, firedAt } = packed as { entries?: unknown; hours?: unknown; firedAt?: unknown };
      const site = this.#sites.touch(key);
      site.hours.load(hours);
      if (typeof firedAt === 'number') site.firedAt = firedAt;
      for (const entry of Array.isArray(entries) ? entries.slice(-SAVED_ENTRIES_MAX) : []) {
        const { success, data } = entrySchema.safeParse(entry);
        if (success) site.add(data);
      }
      return site;
    });
  }
}
