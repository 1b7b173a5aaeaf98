import type { Detection, EventRecord } from '@holdfast/contract';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { detectionOf, evidenceOf, lasted } from '../finding.ts';
import { REPEAT_MS } from '../sign-in/repeat.ts';
import { KeyedTable } from '../state/keyed-table.ts';
import { askerOf, type Asker } from './asker.ts';
import { Peers } from './peers.ts';
import { DAY_MS, HOUR_MS, Volume } from './volume.ts';
import { textOf } from '../payload-text.ts';

const ATTACKS = ['t1530', 't1567'];
const MIB = 2 ** 20;
/** Each remembers weeks: fewer of them than elsewhere. */
const ASKERS_MAX = 50_000;
const SITES_MAX = 1000;
const EVIDENCE_PART = 8;

/**
 * Far more is fetched by one account or session than it ever was, or than others do. What is not seen: records. The gateway
 * counts bytes of answers and knows nothing of what is in them. Visitors without account and session are not counted: nobody
 * can say that two of their requests are the same one's.
 */
export const exfiltrationVolume: BehaviourDefinition = {
  id: 'B7',
  title: 'Unusual volume fetched',
  summary:
    'One account or session fetches more within an hour or a day than a floor and four times of what is usual for it; while it is young, than three times of what is usual for the others of the application. Ends of months are compared with ends of months.',
  severity: 'high',
  types: ['request.completed'],
  learningDays: 2,
  thresholds: [
    { name: 'hourFloor', fallback: 50, unit: 'MiB', min: 1, max: 100_000, detail: 'in an hour is never unusual' },
    { name: 'dayFloor', fallback: 200, unit: 'MiB', min: 1, max: 1_000_000, detail: 'in a day is never unusual' },
    { name: 'times', fallback: 4, unit: 'times', min: 1.5, max: 100, detail: 'its own 99.5th percentile' },
    {
      name: 'peerTimes',
      fallback: 3,
      unit: 'times',
      min: 1.5,
      max: 100,
      detail: 'the 99th percentile of the others, while it is young',
    },
    { name: 'activeDays', fallback: 7, unit: 'days', min: 1, max: 60, detail: 'after which it is compared with itself' },
  ],
  create: (settings) => new ExfiltrationVolume(settings),
};

interface Window {
  readonly name: 'hour' | 'day';
  readonly ms: number;
  readonly floor: number;
}

class ExfiltrationVolume implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #windows: readonly Window[];
  readonly #askers: KeyedTable<Volume>;
  readonly #peers: KeyedTable<Peers>;

  constructor(settings: BehaviourSettings) {
    this.#settings = settings;
    this.#windows = [
      { name: 'hour', ms: HOUR_MS, floor: settings.value('hourFloor') * MIB },
      { name: 'day', ms: DAY_MS, floor: settings.value('dayFloor') * MIB },
    ];
    this.#askers = new KeyedTable({ make: () => new Volume(), keysMax: ASKERS_MAX });
    this.#peers = new KeyedTable({ make: () => new Peers(), keysMax: SITES_MAX });
  }

  observe({ event }: WatchedEvent): readonly Detection[] {
    const { responseBytes, address } = event.payload;
    const asker = askerOf(event);
    if (asker === null || asker.noun === 'source' || typeof responseBytes !== 'number') return [];
    if (this.#settings.isExempt(textOf(address))) return [];
    const site = event.application ?? '';
    if (this.#settings.isBulk(site, textOf(event.payload['route']))) return [];
    const volume = this.#askers.touch(`${site} ${asker.key}`);
    const peers = this.#peers.touch(site);
    const { time } = event;
    for (const { hours, days } of volume.add(time, responseBytes)) peers.add({ asker: asker.key, hours, days });
    // Evidence is kept where it may come to something, and of what weighs something.
    const isMuch = volume.sum('hour') > (this.#windows[0]?.floor ?? 0) / EVIDENCE_PART;
    if (isMuch && responseBytes >= volume.heaviest / EVIDENCE_PART)
      volume.remember(evidenceOf(event, summaryOf(event)), responseBytes);
    return volume.firedAt > time - REPEAT_MS ? [] : this.#judge({ event, asker, volume, peers });
  }

  #judge({ event, asker, volume, peers }: { event: EventRecord; asker: Asker; volume: Volume; peers: Peers }): Detection[] {
    const { time } = event;
    for (const window of this.#windows) {
      const value = volume.sum(window.name);
      if (value <= window.floor) continue;
      const usual = this.#usual({ volume, peers, window, asker: asker.key, time });
      if (usual === null || value <= Math.max(window.floor, usual.limit)) continue;
      volume.firedAt = time;
      return [this.#tell({ event, asker, volume, value, usual, window })];
    }
    return [];
  }

  /** Null = neither it nor others are known well enough. */
  #usual(of: { volume: Volume; peers: Peers; window: Window; asker: string; time: number }): Usual | null {
    const { volume, peers, window, asker, time } = of;
    const { value } = this.#settings;
    if (volume.activeDays >= value('activeDays')) {
      const own = volume.usual(window.name, time);
      return { limit: own * value('times'), what: 'its own', amount: own };
    }
    const others = peers.usual(window.name, asker);
    return others === null ? null : { limit: others * value('peerTimes'), what: "others'", amount: others };
  }

  #tell({ event, asker, volume, value, usual, window }: Found): Detection {
    const { address } = event.payload;
    const said = `${mib(value)} MiB in one ${window.name} by 1 ${asker.noun}`;
    const { evidence } = volume;
    // Requests are counted by the day; what is shown may have begun the day before.
    const requests = Math.max(volume.requests, evidence.length);
    const since = evidence[0]?.time ?? event.time;
    return detectionOf(exfiltrationVolume, {
      time: event.time,
      application: event.application,
      entities: [asker.entity, { kind: 'address', value: textOf(address) }],
      reason: `${said}; ${usual.what} usual most is ${mib(usual.amount)} MiB; ${requests} requests, in ${lasted(event.time - since)}`,
      figures: { mib: Number(mib(value)), usualMib: Number(mib(usual.amount)), requests, activeDays: volume.activeDays },
      attacks: ATTACKS,
      evidence,
      events: requests,
    });
  }

  tick(): readonly Detection[] {
    return [];
  }

  get keys(): number {
    return this.#askers.size;
  }

  get evicted(): number {
    return this.#askers.evicted;
  }

  save(): unknown {
    return { askers: this.#askers.save((volume) => volume.save()), peers: this.#peers.save((peers) => peers.save()) };
  }

  load(state: unknown): number {
    if (typeof state !== 'object' || state === null) return 0;
    const { askers, peers } = state as Record<string, unknown>;
    this.#peers.load(peers, (packed) => new Peers().load(packed));
    return this.#askers.load(askers, (packed) => Volume.load(packed));
  }
}

interface Usual {
  readonly limit: number;
  readonly what: string;
  readonly amount: number;
}

interface Found {
  readonly event: EventRecord;
  readonly asker: Asker;
  readonly volume: Volume;
  readonly value: number;
  readonly usual: Usual;
  readonly window: Window;
}

const mib = (bytes: number): string => (bytes / MIB).toFixed(bytes < 10 * MIB ? 1 : 0);

function summaryOf({ payload }: EventRecord): string {
  return `${textOf(payload['method'])} ${textOf(payload['path']).slice(0, 200)} ${textOf(payload['status'])}, ${textOf(payload['responseBytes'])} bytes`;
}
