import type { Detection, EventRecord } from '@holdfast/contract';
import type { WatchedEvent } from '../../watch/watched-event.ts';
import type { Behaviour, BehaviourDefinition, BehaviourSettings } from '../behaviour.ts';
import { counted, detectionOf, lasted, percent } from '../finding.ts';
import { networkOf } from '../source.ts';
import { KeyedTable } from '../state/keyed-table.ts';
import { probeOf, type Probe } from './probe-of.ts';
import { splitOf, type Split } from './response-split.ts';
import { Probing, type Probed } from './probing.ts';
import { REPEAT_MS } from './repeat.ts';
import { OWN_SITE, tryOf } from './sign-in-try.ts';

const ATTACKS = ['t1589.001', 't1087'];
const MINUTE_MS = 60_000;
/** Tries and requests that wait for each other, by the id of the request. They come within a moment. */
const WAITING_MAX = 5000;
/** Of the requests of a source: who opens pages and loads what is on them is somebody with a browser. */
const PROBING_SHARE = 0.3;
/** Our own sign-in answers all alike; that most names do not exist is known inside only. */
const STRANGE_SHARE = 0.5;

/**
 * Somebody finds out which accounts exist, by an application that answers differently for those that do. What is not seen: the
 * names typed into forms of registration and recovery (each such request counts as one, a name in the query by itself), answers
 * that differ in time only, and answers that hold the name itself so that each has a length of its own.
 */
export const usernameEnumeration: BehaviourDefinition = {
  id: 'B10',
  title: 'Accounts probed',
  summary:
    'One network asks for many accounts at sign-in, registration or recovery, does hardly anything else, and the answers fall into classes (status or length) as they do where some accounts exist and others do not. At our own sign-in: most of the names do not exist.',
  severity: 'medium',
  types: ['authentication.failed', 'authentication.limited', 'identity.sign-in-refused', 'request.completed'],
  learningDays: 0,
  thresholds: [
    { name: 'accounts', fallback: 30, unit: 'accounts', min: 5, max: 250, detail: 'so many different ones were asked for' },
    {
      name: 'splitShare',
      fallback: 0.1,
      unit: 'share',
      min: 0.01,
      max: 0.5,
      detail: 'of the answers are of another class than most',
    },
    { name: 'minutes', fallback: 10, unit: 'minutes', min: 1, max: 60, detail: 'within which they are counted' },
  ],
  create: (settings) => new UsernameEnumeration(settings),
};

class UsernameEnumeration implements Behaviour {
  readonly #settings: BehaviourSettings;
  readonly #widthMs: number;
  readonly #sources: KeyedTable<Probing>;
  /** Tries whose answer has not been seen, and answers whose try has not. */
  readonly #tries = new KeyedTable<{ probe: Probe | null }>({ make: () => ({ probe: null }), keysMax: WAITING_MAX });
  readonly #answers = new KeyedTable<{ answer: string | null }>({ make: () => ({ answer: null }), keysMax: WAITING_MAX });

  constructor(settings: BehaviourSettings) {
    this.#settings = settings;
    this.#widthMs = settings.value('minutes') * MINUTE_MS;
    this.#sources = new KeyedTable({ make: () => new Probing(this.#widthMs) });
  }

  observe(seen: WatchedEvent): readonly Detection[] {
    const { event } = seen;
    const address = event.payload['address'];
    if (typeof address !== 'string' || this.#settings.isExempt(address)) return [];
    this.#sources.sweep(({ newest }) => newest < event.time - Math.max(this.#widthMs, REPEAT_MS));
    const found = event.type === 'request.completed' ? this.#ofRequest(event, address) : this.#ofTry(seen);
    return found === null ? [] : this.#count(found);
  }

  #ofRequest(event: EventRecord, address: string): Probe | null {
    const key = sourceKey(event.application ?? '', address);
    this.#sources.touch(key).requests.add(event.time, 1);
    const { payload, requestId } = event;
    if (payload['method'] !== 'POST' && payload['method'] !== 'GET') return null;
    const answer = answerOf(event);
    if (requestId !== null) {
      const waiting = this.#tries.peek(requestId)?.probe;
      if (waiting !== undefined && waiting !== null) {
        this.#tries.delete(requestId);
        return answer === null ? null : { ...waiting, probed: { ...waiting.probed, answer } };
      }
      if (payload['method'] === 'POST') this.#answers.touch(requestId).answer = answer;
    }
    return answer === null ? null : probeOf(event, { key, answer });
  }

  #ofTry(seen: WatchedEvent): Probe | null {
    const tried = tryOf(seen);
    const { event } = seen;
    if (tried === null || tried.entry.isKnown || tried.entry.isOk) return null;
    const { time, account, address, evidence } = tried.entry;
    const { requestId } = event;
    const probe = { key: sourceKey(tried.site, address), event, address, evidence };
    if (tried.site === OWN_SITE) {
      const isStrange = event.payload['cause'] === 'unknown';
      // Nobody is named who does not exist: each such try is a name of its own.
      return { ...probe, probed: { time, account: isStrange ? event.id : account, answer: isStrange ? 'strange' : 'named' } };
    }
    if (requestId === null) return null;
    const answer = this.#answers.peek(requestId)?.answer;
    const probed: Probed = { time, account, answer: answer ?? '' };
    if (answer !== undefined && answer !== null) return { ...probe, probed };
    this.#tries.touch(requestId).probe = { ...probe, probed };
    return null;
  }

  #count({ key, event, address, probed, evidence }: Probe): Detection[] {
    const source = this.#sources.touch(key);
    source.add(probed, evidence);
    const { time } = event;
    if (source.accounts < this.#settings.value('accounts') || source.firedAt > time - REPEAT_MS) return [];
    const split = this.#splitOf(key, source);
    if (split === null) return [];
    source.firedAt = time;
    const shown = `${counted(source.accounts, 'account')} asked for from 1 network, ${percent(split.otherShare)} answered differently`;
    return [
      detectionOf(usernameEnumeration, {
        time,
        application: event.type.startsWith('identity.') ? null : event.application,
        entities: [
          { kind: 'network', value: networkOf(address) },
          { kind: 'address', value: address },
        ],
        reason: `${shown} (${split.words}), in ${lasted(source.lastedMs)}`,
        figures: { accounts: source.accounts, classes: split.classes, otherShare: Math.round(split.otherShare * 100) / 100 },
        attacks: ATTACKS,
        evidence: source.evidence,
        events: source.count,
      }),
    ];
  }

  #splitOf(key: string, source: Probing): Split | null {
    const split = splitOf(source.probes, this.#settings.value('splitShare'));
    if (key.startsWith(`${OWN_SITE} `)) {
      const strange = source.probes.filter(({ answer }) => answer === 'strange').length / source.probes.length;
      return strange < STRANGE_SHARE
        ? null
        : { otherShare: strange, classes: split?.classes ?? 1, words: 'as names that do not exist, which only we know' };
    }
    // A try of which no request was seen is no less a request.
    const requests = Math.max(source.requests.sum(), source.count);
    return source.count / requests < PROBING_SHARE ? null : split;
  }

  tick(): readonly Detection[] {
    return [];
  }

  get keys(): number {
    return this.#sources.size;
  }

  get evicted(): number {
    return this.#sources.evicted;
  }

  save(): unknown {
    return this.#sources.save((source) => source.save());
  }

  load(state: unknown): number {
    return this.#sources.load(state, (packed) => Probing.load(packed, this.#widthMs));
  }
}

const sourceKey = (site: string, address: string): string => `${site} ${networkOf(address)}`;

/** Null = it says nothing of an account: too many requests, trouble of the application, refused by Holdfast itself. */
function answerOf({ payload }: EventRecord): string | null {
  const { status, responseBytes, problem } = payload;
  if (typeof status !== 'number' || status >= 500 || status === 429 || problem !== null) return null;
  return `${status} ${typeof responseBytes === 'number' ? responseBytes : 0}`;
}
