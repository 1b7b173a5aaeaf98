import type { AttackSourceQuery, AttackSources, Detection, EventRecord, Evidence } from '@holdfast/contract';
import { Correlator, Scanner, type SigmaEvent } from '@holdfast/sigma';
import type { BehaviourDefinition } from '../../behaviours/behaviour.ts';
import type { Place, Places } from '../../../../platform/geo/places.ts';
import { isCanary, pretended } from '../canary-events.ts';
import { textOf } from '../fields/payload.ts';
import { isWatched, toSigmaEvent } from '../fields/sigma-event.ts';
import type { BehaviourFigures, BehaviourSetting, BulkRoute, Hits, RuleText } from '../watch.ts';
import { AttackSourceCounts } from './attack-sources.ts';
import { Behaviours, type FoundByBehaviour } from './behaviours.ts';
import { evidenceOf } from './evidence.ts';
import { Folding } from './folding.ts';
import { RuleReader, type ReadRules, type RunningRules } from './rule-set.ts';
import { detectionOfCorrelation, detectionOfRule } from './to-detection.ts';
import { groupOfEvent, Windows } from './windows.ts';

export interface EngineParts {
  readonly definitions: readonly BehaviourDefinition[];
  readonly places: Places;
  readonly now: () => number;
  readonly isExempt: (address: string) => boolean;
  readonly onFault: (detector: string, cause: unknown) => void;
}

/** What came of a batch of events. */
export interface Judged {
  readonly detections: readonly Detection[];
  /** Nonces of canaries that were found, with the name of each. */
  readonly canaries: readonly { readonly name: string; readonly nonce: string }[];
}

interface Found {
  readonly detections: Detection[];
  readonly canaries: { name: string; nonce: string }[];
}

/** With a set of rules come a scanner and a correlator of its own; all three are swapped together. */
interface Matching {
  readonly rules: RunningRules;
  readonly scanner: Scanner;
  readonly correlator: Correlator;
}

/**
 * All of the watch that is no thread and no file: events in, detections out, one event after the other. Every event is judged
 * by exactly one set of rules, the one in force when its turn comes.
 */
export class Engine {
  readonly #parts: EngineParts;
  readonly #behaviours: Behaviours;
  readonly #reader = new RuleReader();
  readonly #windows = new Windows();
  readonly #folding = new Folding();
  readonly #sources = new AttackSourceCounts();
  readonly #hits = new Map<string, { hits: number; lastAt: number }>();
  #matching: Matching | null = null;
  /** Of a correlator that had no rules yet. */
  #saved: unknown = null;

  constructor(parts: EngineParts) {
    const { definitions, isExempt, onFault } = parts;
    this.#parts = parts;
    this.#behaviours = new Behaviours({ definitions, isExempt, onFault });
  }

  /** Compiles beside the events, then swaps at once. */
  async setRules(texts: readonly RuleText[], breathe: () => Promise<void>): Promise<ReadRules> {
    const read = await this.#reader.compile(texts, breathe);
    if (read.rules !== null) this.#swap(read.rules);
    return read;
  }

  #swap(rules: RunningRules): void {
    const correlator = new Correlator(rules.ruleset.linked);
    correlator.load(this.#matching === null ? this.#saved : this.#matching.correlator.save());
    this.#saved = null;
    this.#matching = { rules, scanner: new Scanner(rules.ruleset), correlator };
  }

  setBehaviours(settings: readonly BehaviourSetting[], bulk: readonly BulkRoute[] = []): void {
    this.#behaviours.set(settings, bulk);
  }

  figures(): readonly BehaviourFigures[] {
    return this.#behaviours.figures();
  }

  sources(query: AttackSourceQuery): AttackSources {
    return this.#sources.view(query, this.#parts.now());
  }

  observe(events: readonly EventRecord[]): Judged {
    const found: Found = { detections: [], canaries: [] };
    for (const event of events) {
      try {
        this.#judge(event, found);
      } catch (error) {
        this.#parts.onFault('rules', error);
      }
    }
    return { detections: this.#folding.take(found.detections), canaries: found.canaries };
  }

  /** Once a second. */
  tick(): readonly Detection[] {
    const found: Detection[] = [];
    for (const one of this.#behaviours.tick(this.#parts.now())) this.#takeBehaviour(one, found);
    return [...this.#folding.flush(), ...this.#folding.take(found)];
  }

  takeHits(): readonly Hits[] {
    const hits = [...this.#hits].map(([detector, counted]) => ({ detector, ...counted }));
    this.#hits.clear();
    return hits;
  }

  takeDropped(): number {
    return this.#folding.takeDropped();
  }

  /** Everything it remembers, as JSON; holds personal data. */
  save(): unknown {
    const correlator = this.#matching?.correlator.save() ?? this.#saved;
    return {
      version: STATE_VERSION,
      correlator,
      windows: this.#windows.save(),
      behaviours: this.#behaviours.save(),
      sources: this.#sources.save(),
    };
  }

  /** Before the first rules come. */
  load(state: unknown): void {
    const { version, correlator, windows, behaviours, sources } = isRecord(state) ? state : {};
    if (version !== STATE_VERSION) return;
    this.#windows.load(windows);
    this.#behaviours.load(behaviours);
    this.#sources.load(sources);
    if (this.#matching === null) this.#saved = correlator;
    else this.#matching.correlator.load(correlator);
  }

  #judge(event: EventRecord, found: Found): void {
    if (!isWatched(event.type)) return;
    const isPlanted = isCanary(event);
    if (this.#matching !== null) this.#match(event, this.#matching, { found, isPlanted });
    if (isPlanted) return;
    const isAttack = AttackSourceCounts.isAttack(event);
    const isWanted = this.#behaviours.wants(event.type);
    if (!isAttack && !isWanted) return;
    const place = this.#placeOf(event);
    if (isAttack) this.#sources.note('requests', place, event.time);
    if (!isWanted) return;
    for (const one of this.#behaviours.observe({ event, place })) this.#takeBehaviour(one, found.detections);
  }

  #placeOf({ payload }: EventRecord): Place | null {
    const address = textOf(payload, 'address');
    return address === null ? null : this.#parts.places.find(address);
  }

  #takeBehaviour({ detection, isTold }: FoundByBehaviour, detections: Detection[]): void {
    this.#tell(detection, { isTold, detections });
  }

  /** Counted, told if it is on, and given to behaviours that wait for what others find. */
  #tell(detection: Detection, { isTold, detections }: { isTold: boolean; detections: Detection[] }): void {
    this.#hit(detection.detector, detection.time);
    if (isTold) {
      detections.push(detection);
      this.#noteSource(detection);
    }
    for (const further of this.#behaviours.detected(detection)) {
      this.#hit(further.detection.detector, further.detection.time);
      if (further.isTold) detections.push(further.detection);
    }
  }

  #noteSource(detection: Detection): void {
    const address = AttackSourceCounts.addressOf(detection);
    if (address !== null) this.#sources.note('findings', this.#parts.places.find(address), detection.time);
  }

  #match(event: EventRecord, matching: Matching, { found, isPlanted }: { found: Found; isPlanted: boolean }): void {
    const { rules, scanner, correlator } = matching;
    const seen = isPlanted ? pretended(event) : toSigmaEvent(event);
    // A canary is answered by its own rules, and they answer nothing else: who copies one finds nothing and hides nothing.
    const matches = scanner.match(seen).filter((rule) => (rules.roles[rule] === 'canary') === isPlanted);
    if (matches.length === 0) return;
    const { quietRules } = rules.ruleset.linked;
    for (const number of matches) {
      const rule = rules.ruleset.rules[number];
      if (rule === undefined || quietRules.has(number)) continue;
      const role = rules.roles[number] ?? 'test';
      if (role === 'canary') this.#answerCanary(event, found);
      else
        this.#tell(detectionOfRule(rule, { id: rules.ids[number] ?? '', event }), {
          isTold: role === 'on',
          detections: found.detections,
        });
    }
    this.#correlate(event, { seen, matches, matching, correlator }, found);
  }

  #correlate(event: EventRecord, { seen, matches, matching, correlator }: Correlated, found: Found): void {
    const { linked } = matching.rules.ruleset;
    let evidence: Evidence | null = null;
    for (const rule of matches) {
      for (const { correlation, input } of linked.ofRule.get(rule) ?? []) {
        const definition = linked.correlations[correlation];
        const key = definition === undefined ? null : groupOfEvent(definition, input, seen.fields);
        if (key !== null) this.#windows.add(key, (evidence ??= evidenceOf(event)));
      }
    }
    if (evidence === null) return;
    const observed = { timeMs: event.time, nowMs: this.#parts.now(), fields: seen.fields };
    for (const match of correlator.observe(matches, observed)) {
      const { correlation, timeMs, group } = match;
      const index = linked.correlations.indexOf(correlation);
      const role = matching.rules.correlationRoles[index] ?? 'test';
      if (role === 'canary') this.#answerCanary(event, found);
      else {
        const id = matching.rules.correlationIds[index] ?? '';
        const window = this.#windows.ofMatch(correlation, { group, toMs: timeMs, all: linked.correlations });
        const detection = detectionOfCorrelation(match, { id, event, evidence: window });
        this.#tell(detection, { isTold: role === 'on', detections: found.detections });
      }
    }
  }

  #answerCanary({ payload }: EventRecord, found: Found): void {
    found.canaries.push({ name: textOf(payload, 'canary') ?? '', nonce: textOf(payload, 'nonce') ?? '' });
  }

  #hit(detector: string, time: number): void {
    const known = this.#hits.get(detector);
    if (known === undefined) this.#hits.set(detector, { hits: 1, lastAt: time });
    else {
      known.hits += 1;
      known.lastAt = Math.max(known.lastAt, time);
    }
  }
}

interface Correlated {
  readonly seen: SigmaEvent;
  readonly matches: readonly number[];
  readonly matching: Matching;
  readonly correlator: Correlator;
}

const STATE_VERSION = 1;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
