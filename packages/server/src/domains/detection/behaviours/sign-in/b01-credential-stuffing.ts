import { ENTITIES_MAX, type Detection, type Entity } from '@holdfast/contract';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { counted, detectionOf, lasted, percent } from '../finding.ts';
import { KEYS_MAX, KeyedTable } from '../state/keyed-table.ts';
import { REPEAT_MS } from './repeat.ts';
import { tryOf, TRY_TYPES, type SignInTry, type TryEntry } from './sign-in-try.ts';
import { SiteTries } from './site-tries.ts';
import { TryTally } from './try-tally.ts';

const ATTACKS = ['t1110.004'];
const MINUTE_MS = 60_000;
const ADDRESS_TRIES_MAX = 64;

/**
 * Passwords that were stolen elsewhere, tried here: many accounts, nearly all of them wrong, from devices that nobody knows.
 * Counted by network, by the operator of the network and by what the client calls itself, and over the whole site against what
 * is usual at that hour. What is not seen: the passwords, so "pairs" are tries; and TLS keys, which sign-ins do not carry.
 */
export const credentialStuffing: BehaviourDefinition = {
  id: 'B1',
  title: 'Credential stuffing',
  summary:
    'Many accounts are tried from one network, one operator of networks or one kind of client, and nearly all tries of devices that nobody knows fail; or far more sign-ins fail on the whole site than usual at that hour.',
  severity: 'high',
  types: TRY_TYPES,
  learningDays: 0,
  thresholds: [
    { name: 'accounts', fallback: 20, unit: 'accounts', min: 5, max: 200, detail: 'so many different accounts were tried' },
    { name: 'failedShare', fallback: 0.9, unit: 'share', min: 0.5, max: 1, detail: 'of the tries of unknown devices failed' },
    { name: 'knownShare', fallback: 0.5, unit: 'share', min: 0, max: 1, detail: 'of all tries at most come from known devices' },
    { name: 'minutes', fallback: 10, unit: 'minutes', min: 1, max: 60, detail: 'within which they are counted' },
    { name: 'banAccounts', fallback: 4, unit: 'accounts', min: 2, max: 50, detail: 'that one address tries before it is banned' },
    { name: 'siteDeviations', fallback: 6, unit: 'deviations', min: 3, max: 50, detail: 'above the usual failures of that hour' },
    { name: 'siteTries', fallback: 1.5, unit: 'tries', min: 1, max: 5, detail: 'per account at most, over the whole site' },
  ],
  create: (settings) => new CredentialStuffing(settings),
};

interface Limits {
  readonly accounts: number;
  readonly failedShare: number;
  readonly knownShare: number;
  readonly widthMs: number;
  readonly banAccounts: number;
}

class CredentialStuffing implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #limits: Limits;
  readonly #sources: KeyedTable<TryTally>;
  readonly #addresses: KeyedTable<TryTally>;
  readonly #sites: KeyedTable<SiteTries>;

  constructor(settings: BehaviourSettings) {
    const { value } = settings;
    this.#settings = settings;
    const widthMs = value('minutes') * MINUTE_MS;
    this.#limits = {
      accounts: value('accounts'),
      failedShare: value('failedShare'),
      knownShare: value('knownShare'),
      widthMs,
      banAccounts: value('banAccounts'),
    };
    const site = { widthMs, accounts: value('accounts'), deviations: value('siteDeviations'), tries: value('siteTries') };
    this.#sources = new KeyedTable({ make: () => new TryTally(widthMs), keysMax: KEYS_MAX / 2 });
    this.#addresses = new KeyedTable({ make: () => new TryTally(widthMs, ADDRESS_TRIES_MAX), keysMax: KEYS_MAX / 2 });
    this.#sites = new KeyedTable({ make: () => new SiteTries(site), keysMax: 1000 });
  }

  observe(seen: WatchedEvent): readonly Detection[] {
    const tried = tryOf(seen);
    if (tried === null || this.#settings.isExempt(tried.entry.address)) return [];
    const { entry } = tried;
    const site = this.#sites.touch(tried.site);
    site.add(entry);
    this.#addresses.touch(addressKey(tried)).add(entry);
    this.#sweep(entry.time);
    // Devices that signed in before fail too: the sign-in itself is out of order, and nobody can be told apart.
    if (site.isOut) return [];
    const found = this.#bySource(tried);
    if (found !== null) site.foundAt = entry.time;
    return found ?? this.#bySite(tried, site);
  }

  /**
   * The narrowest source that tells is told of, and wider ones begin anew, or each attack would be three; while a wider one is
   * told of, the narrower are part of it. Null = none tells.
   */
  #bySource(tried: SignInTry): Detection[] | null {
    const { entry } = tried;
    const keys = sourcesOf(tried);
    const isHot = (tally: TryTally | undefined): boolean => tally !== undefined && tally.firedAt > entry.time - REPEAT_MS;
    for (const [index, { key, entity, words }] of keys.entries()) {
      const tally = this.#sources.touch(key);
      tally.add(entry);
      const wider = keys.slice(index + 1).map((source) => this.#sources.peek(source.key));
      if (!isHot(tally) && (wider.some(isHot) || !this.#tells(tally))) continue;
      for (const other of wider) other?.clear();
      if (isHot(tally)) return this.#more({ tried, tally, entity, words });
      tally.firedAt = entry.time;
      tally.told.clear();
      const addresses = [...new Set(tally.entries.map(({ address }) => address))];
      return [this.#tell({ tried, tally, entity, words }, this.#answersFor(tried, tally, addresses))];
    }
    return null;
  }

  #tells(tally: TryTally): boolean {
    const { accounts, failedShare, knownShare } = this.#limits;
    return tally.accounts.size >= accounts && tally.failedShare >= failedShare && tally.knownShare <= knownShare;
  }

  /** An attack that goes on brings new sources and perhaps new hits; they are answered at once and not told twice. */
  #more(of: Told): Detection[] {
    const answers = this.#answersFor(of.tried, of.tally, [of.tried.entry.address]);
    return answers.length === 0 ? [] : [this.#tell(of, answers)];
  }

  #answersFor(tried: SignInTry, tally: TryTally, addresses: readonly string[]): Detection['answers'] {
    const answers: Detection['answers'] = [];
    const once = (answer: 'ban' | 'step-up', entity: Entity): void => {
      const key = `${answer} ${entity.value}`;
      // What does not fit any more is asked for when that source tries again.
      if (tally.told.has(key) || answers.length >= ENTITIES_MAX) return;
      tally.told.add(key);
      answers.push({ answer, entity });
    };
    for (const address of addresses) {
      const own = this.#addresses.peek(addressKey(tried, address));
      if (own === undefined || own.failed === 0) continue;
      for (const entry of tally.entries) if (isHit(entry, address)) once('step-up', { kind: 'user', value: entry.account });
      if (this.#isGuilty(own)) once('ban', { kind: 'address', value: address });
    }
    return answers;
  }

  /** One address may be an office: it takes several accounts, hardly a right password and no known device. */
  #isGuilty(own: TryTally): boolean {
    const { banAccounts, knownShare } = this.#limits;
    return own.accounts.size >= banAccounts && own.failedShare >= 0.8 && own.knownShare <= knownShare / 2;
  }

  #tell({ tried, tally, entity, words }: Told, answers: Detection['answers']): Detection {
    const { accounts, failed, failedShare } = tally;
    const sources = new Set(tally.entries.map(({ address }) => address)).size;
    const hits = tally.entries.filter((entry) => isHit(entry, entry.address)).length;
    const shown = `${counted(accounts.size, 'account')}, ${counted(sources, 'source')}${words}, ${percent(failedShare)} failed`;
    return detectionOf(credentialStuffing, {
      time: tried.entry.time,
      application: tried.application,
      entities: [entity, ...answers.map((answer) => answer.entity)],
      reason: `${shown}, in ${lasted(tally.lastedMs)}${hits === 0 ? '' : `; ${counted(hits, 'password')} fitted`}`,
      figures: { accounts: accounts.size, sources, tries: tally.tries, failed, failedShare: rounded(failedShare), hits },
      attacks: ATTACKS,
      evidence: tally.entries.map(({ evidence }) => evidence),
      events: tally.tries,
      answers,
      ...(hits > 0 ? { severity: 'critical' as const } : {}),
    });
  }

  #bySite(tried: SignInTry, site: SiteTries): Detection[] {
    const { entry } = tried;
    const unusual = site.unusual(entry.time);
    if (unusual === null || site.foundAt > entry.time - REPEAT_MS) return [];
    site.foundAt = entry.time;
    const { tally } = site;
    const { failures, usual } = unusual;
    const sources = new Set(tally.entries.map(({ address }) => address)).size;
    const shown = `${failures} failed sign-ins in an hour where ${Math.round(usual)} are usual`;
    return [
      detectionOf(credentialStuffing, {
        time: entry.time,
        application: tried.application,
        entities: [{ kind: 'application', value: tried.site }],
        reason: `${shown}: ${counted(tally.accounts.size, 'account')}, ${counted(sources, 'source')} in ${lasted(tally.lastedMs)}`,
        figures: { accounts: tally.accounts.size, sources, failures, usual: rounded(usual) },
        attacks: ATTACKS,
        evidence: tally.entries.filter(({ isOk }) => !isOk).map(({ evidence }) => evidence),
        events: tally.tries,
      }),
    ];
  }

  #sweep(now: number): void {
    const before = now - Math.max(this.#limits.widthMs, REPEAT_MS) - MINUTE_MS;
    const isOver = (tally: TryTally): boolean => tally.newest < before;
    this.#sources.sweep(isOver);
    this.#addresses.sweep(isOver);
  }

  tick(): readonly Detection[] {
    return [];
  }

  get keys(): number {
    return this.#sources.size + this.#addresses.size + this.#sites.size;
  }

  get evicted(): number {
    return this.#sources.evicted + this.#addresses.evicted + this.#sites.evicted;
  }

  save(): unknown {
    const pack = (tally: TryTally): unknown => tally.save();
    return {
      sources: this.#sources.save(pack),
      addresses: this.#addresses.save(pack),
      sites: this.#sites.save((site) => site.save()),
    };
  }

  load(state: unknown): number {
    if (typeof state !== 'object' || state === null) return 0;
    const { sources, addresses, sites } = state as Record<string, unknown>;
    const tallyOf = (packed: unknown, make: () => TryTally): TryTally | null => {
      const tally = make();
      return tally.load(packed) ? tally : null;
    };
    const { widthMs } = this.#limits;
    return (
      this.#sources.load(sources, (packed) => tallyOf(packed, () => new TryTally(widthMs))) +
      this.#addresses.load(addresses, (packed) => tallyOf(packed, () => new TryTally(widthMs, ADDRESS_TRIES_MAX))) +
      this.#sites.load(sites, (packed, key) => this.#sites.touch(key).load(packed))
    );
  }
}

interface Told {
  readonly tried: SignInTry;
  readonly tally: TryTally;
  readonly entity: Entity;
  readonly words: string;
}

interface Source {
  readonly key: string;
  readonly entity: Entity;
  readonly words: string;
}

/** Narrowest first. */
function sourcesOf({ site, network, carrier, agent }: SignInTry): Source[] {
  const sources: Source[] = [{ key: `${site} n ${network}`, entity: { kind: 'network', value: network }, words: '' }];
  if (carrier !== network)
    sources.push({ key: `${site} c ${carrier}`, entity: { kind: 'asn', value: carrier }, words: ` of ${carrier}` });
  if (agent !== '')
    sources.push({
      key: `${site} a ${agent.slice(0, 256)}`,
      entity: { kind: 'application', value: site === '' ? 'none' : site },
      words: ` that call themselves ${agent.slice(0, 80)}`,
    });
  return sources;
}

const addressKey = ({ site, entry }: SignInTry, address = entry.address): string => `${site} ${address}`;
const isHit = (entry: TryEntry, address: string): boolean => entry.isOk && !entry.isKnown && entry.address === address;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
