import { detectionEvents, type Detection, type EventRecord, type WatchHealth } from '@holdfast/contract';
import type { Bus } from '../../../platform/bus/bus.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import { Refusal } from '../../../platform/refusal.ts';
import { Canaries } from './health/canaries.ts';
import { Latency } from './health/latency.ts';
import { Sources } from './health/sources.ts';
import { Trouble } from './health/trouble.ts';
import { createStateFile } from './state-file.ts';
import { EventQueue } from './thread/event-queue.ts';
import { Keeper } from './thread/keeper.ts';
import type { FromThread, ThreadData } from './thread/protocol.ts';
import type { BehaviourSetting, BulkRoute, Hits, RulesApplied, RuleText, Watch } from './watch.ts';

export interface WatchParts {
  readonly bus: Pick<Bus, 'newEvent' | 'record'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly keyring: Pick<Keyring, 'seal' | 'open' | 'isSealed'>;
  readonly dataDir: string;
  readonly node: string;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  /** Another program for the thread; for tests. */
  readonly program?: URL;
  readonly settings?: ThreadData;
  /** Canaries that are planted elsewhere, and are missed here when they are. */
  readonly planted?: () => WatchHealth['canaries'];
}

const LOOK_EVERY_MS = 2000;
const SAVE_EVERY_MS = 30_000;
/** Looks without a word from the thread. Counted and not measured: who was held up himself must not blame the thread. */
const SILENT_LOOKS = 5;
const KILL_LOOKS = 30;
const BEHIND_MS = 30_000;
const CAUGHT_UP_MS = 5000;
const DRAIN_MS = 5000;
const DRAIN_STEP_MS = 20;

/** @example const watch = createWatch(parts); watch.onDetections((found) => alerts.take(found)); await watch.start(); */
export function createWatch(parts: WatchParts): Watch {
  return new RunningWatch(parts);
}

class RunningWatch implements Watch {
  readonly #parts: WatchParts;
  readonly #queue = new EventQueue();
  readonly #keeper: Keeper;
  readonly #state: ReturnType<typeof createStateFile>;
  readonly #latency = new Latency();
  readonly #sources = new Sources();
  readonly #canaries: Canaries;
  readonly #trouble: Trouble;
  readonly #detected: ((found: readonly Detection[]) => void)[] = [];
  readonly #hit: ((hits: readonly Hits[]) => void)[] = [];
  readonly #since: number;
  #timers: NodeJS.Timeout[] = [];
  #events = 0;
  #dropped = 0;
  #judged = 0;
  #judgedBefore = 0;
  #perSecond = 0;
  #quietLooks = 0;
  #savedAt = 0;
  #isClosed = false;

  constructor(parts: WatchParts) {
    const { bus, clock, log, node, dataDir, keyring } = parts;
    this.#parts = parts;
    this.#since = clock.now();
    this.#state = createStateFile({ dataDir, keyring });
    this.#canaries = new Canaries((payload) => bus.newEvent(detectionEvents.canaryPlanted, { payload }));
    this.#trouble = new Trouble({ bus, clock, log, node, onDetection: (detection) => this.#tell([detection]) });
    this.#keeper = new Keeper({
      log,
      state: this.#state,
      ...(parts.program === undefined ? {} : { program: parts.program }),
      ...(parts.settings === undefined ? {} : { data: parts.settings }),
      onOpen: () => this.#opened(),
      onTold: (told) => this.#take(told),
      onEnd: (cause) => this.#lost(cause),
    });
  }

  observe(events: readonly EventRecord[]): void {
    if (this.#isClosed || events.length === 0 || this.#parts.keyring.isSealed) return;
    const now = this.#parts.clock.now();
    this.#events += events.length;
    for (const event of events) this.#sources.note(event, now);
    this.#offer(events);
  }

  onDetections(listener: (found: readonly Detection[]) => void): void {
    this.#detected.push(listener);
  }

  onHits(listener: (hits: readonly Hits[]) => void): void {
    this.#hit.push(listener);
  }

  async setRules(texts: readonly RuleText[]): Promise<RulesApplied> {
    const { digest, rules, tookMs, diagnostics } = await this.#keeper.setRules(texts);
    if (digest === null) throw new Refusal('input-invalid', { detail: diagnostics[0]?.message ?? 'no rule of it can be used' });
    const applied = { digest, rules: rules.on + rules.test, tookMs };
    if (this.#keeper.isOpen) this.#record(this.#parts.bus.newEvent(detectionEvents.rulesApplied, { payload: applied }));
    this.#pump();
    return { ...applied, diagnostics };
  }

  setBehaviours(settings: readonly BehaviourSetting[], bulk: readonly BulkRoute[]): void {
    this.#keeper.setBehaviours(settings, bulk);
  }

  behaviours: Watch['behaviours'] = () => this.#keeper.figures();

  sources: Watch['sources'] = async (query) => {
    const now = this.#parts.clock.now();
    const nothing = { span: query.span, since: now, items: [], countries: [], total: { requests: 0, findings: 0 } };
    return (await this.#keeper.sources(query)) ?? nothing;
  };

  get sealed(): Watch['sealed'] {
    return this.#state.sealed;
  }

  async start(): Promise<void> {
    const look = setInterval(() => this.#look(), LOOK_EVERY_MS);
    const save = setInterval(() => void this.#save(), SAVE_EVERY_MS);
    this.#timers = [look.unref(), save.unref()];
    await this.#keeper.start();
  }

  health: Watch['health'] = () => {
    const now = this.#parts.clock.now();
    return {
      ...this.#condition(),
      since: this.#since,
      events: this.#events,
      dropped: this.#dropped,
      latencyMs: this.#latency.view(now),
      eventsPerSecond: Math.round(this.#perSecond * 10) / 10,
      rules: this.#keeper.rules,
      sources: this.#sources.view(now),
      canaries: [...this.#canaries.view(), ...this.#plantedElsewhere()],
    };
  };

  #condition(): Pick<ReturnType<Watch['health']>, 'state' | 'trouble'> {
    const { causes, detail: trouble } = this.#trouble;
    if (this.#parts.keyring.isSealed) return { state: 'sealed', trouble: 'The keys are put away' };
    if (causes.size > 0) return { state: causes.size === 1 && causes.has('behind') ? 'behind' : 'stopped', trouble };
    if (this.#timers.length === 0) return { state: 'stopped', trouble: 'The server is not running' };
    return this.#keeper.isOpen ? { state: 'watching', trouble: null } : { state: 'behind', trouble: 'The watch begins' };
  }

  /** What is still on its way is judged, and what the thread knows is kept; both only as long as an end may take. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    const { clock } = this.#parts;
    const until = clock.monotonicMs() + DRAIN_MS;
    while (this.#keeper.isOpen && this.#queue.size > 0 && clock.monotonicMs() < until) {
      this.#pump();
      // oxlint-disable-next-line promise/avoid-new -- a pause
      await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP_MS));
    }
    await this.#save(DRAIN_MS);
    await this.#keeper.close();
  }

  #offer(events: readonly EventRecord[]): void {
    const dropped = this.#queue.offer(events, this.#parts.clock.monotonicMs());
    if (dropped > 0) this.#drop(dropped);
    this.#pump();
  }

  #drop(events: number): void {
    this.#dropped += events;
    this.#parts.metrics.count('holdfast_watch_dropped_total', [], events);
  }

  #pump(): void {
    while (this.#keeper.isOpen) {
      const batch = this.#queue.next();
      if (batch === null) return;
      try {
        this.#keeper.tell({ kind: 'events', batch: batch.id, events: batch.events });
      } catch (error) {
        // An event that cannot be sent to a thread is a defect; those after it are judged all the same.
        this.#parts.log.error({ err: error }, 'events could not be given to the watch');
        this.#drop(this.#queue.settle(batch.id));
      }
    }
  }

  #opened(): void {
    this.#quietLooks = 0;
    this.#trouble.clear('failed', this.#dropped);
    this.#canaries.plantSoon();
    this.#pump();
  }

  #lost(cause: string): void {
    const lost = this.#queue.takeBack();
    if (lost > 0) this.#drop(lost);
    this.#trouble.raise('failed', `The thread of the watch ended: ${cause}`, this.#dropped - lost);
  }

  #take(told: Exclude<FromThread, { kind: 'answer' | 'ready' }>): void {
    this.#quietLooks = 0;
    this.#trouble.clear('silent', this.#dropped);
    switch (told.kind) {
      case 'judged':
        this.#judged += this.#queue.settle(told.batch);
        for (const canary of told.canaries) this.#canaries.seen(canary, this.#parts.clock.now());
        this.#noteLatency(told.detections);
        this.#tell(told.detections);
        this.#pump();
        return;
      case 'ticked':
        this.#tell(told.detections);
        if (told.hits.length > 0) for (const listener of this.#hit) this.#guard(() => listener(told.hits));
        if (told.folded > 0) this.#parts.log.warn({ detections: told.folded }, 'a flood of detections was cut');
        return;
      case 'fault':
        this.#parts.log.error({ detector: told.detector, detail: told.detail }, 'a detector failed at an event');
    }
  }

  /** Behaviours may tell of what began long ago; a match is of the event that it came with. */
  #noteLatency(detections: readonly Detection[]): void {
    const now = this.#parts.clock.now();
    for (const { kind, time } of detections) if (kind === 'rule') this.#latency.note(now - time, now);
  }

  #tell(found: readonly Detection[]): void {
    if (found.length === 0) return;
    this.#parts.metrics.count('holdfast_watch_detections_total', [], found.length);
    for (const listener of this.#detected) this.#guard(() => listener(found));
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#parts.log.error({ err: error }, 'a listener of the watch failed');
    }
  }

  #look(): void {
    const { clock, metrics, keyring } = this.#parts;
    const nowMs = clock.monotonicMs();
    this.#perSecond = (this.#judged - this.#judgedBefore) / (LOOK_EVERY_MS / 1000);
    metrics.count('holdfast_watch_events_total', [], this.#judged - this.#judgedBefore);
    this.#judgedBefore = this.#judged;
    metrics.set('holdfast_watch_stopped', this.#trouble.causes.size > 0 ? 1 : 0);
    if (!this.#keeper.isOpen || keyring.isSealed) return;
    this.#lookForSilence();
    const planted = this.#canaries.plant({ wallMs: clock.now(), monotonicMs: nowMs });
    if (planted.length > 0) this.#offer(planted);
    this.#lookForCanaries(nowMs);
    const { oldestMs } = this.#queue;
    const behindMs = oldestMs === null ? 0 : nowMs - oldestMs;
    metrics.set('holdfast_watch_behind_seconds', Math.round(behindMs / 1000));
    if (behindMs > BEHIND_MS)
      this.#trouble.raise('behind', `Events wait ${Math.round(behindMs / 1000)} s to be judged`, this.#dropped);
    else if (behindMs < CAUGHT_UP_MS) this.#trouble.clear('behind', this.#dropped);
  }

  #lookForSilence(): void {
    this.#quietLooks += 1;
    if (this.#quietLooks >= KILL_LOOKS) this.#keeper.kill('it did not answer');
    else if (this.#quietLooks >= SILENT_LOOKS)
      this.#trouble.raise(
        'silent',
        `The thread of the watch has not answered for ${(this.#quietLooks * LOOK_EVERY_MS) / 1000} s`,
        this.#dropped,
      );
    void this.#ping();
  }

  async #ping(): Promise<void> {
    try {
      await this.#keeper.ping();
      this.#quietLooks = 0;
      this.#trouble.clear('silent', this.#dropped);
    } catch {
      // It is told by the looks that go by.
    }
  }

  #plantedElsewhere(): WatchHealth['canaries'] {
    return this.#parts.planted?.() ?? [];
  }

  #lookForCanaries(nowMs: number): void {
    const elsewhere = this.#plantedElsewhere();
    const missed = [
      ...this.#canaries.missed(nowMs),
      ...elsewhere.flatMap(({ name, outcome }) => (outcome === 'missed' ? [name] : [])),
    ];
    for (const { name } of [...this.#canaries.view(), ...elsewhere])
      this.#parts.metrics.set('holdfast_watch_canary_missed', missed.includes(name) ? 1 : 0, [name]);
    if (missed.length > 0) this.#trouble.raise('canary', `Planted events were not found: ${missed.join(', ')}`, this.#dropped);
    else this.#trouble.clear('canary', this.#dropped);
  }

  async #save(timeoutMs?: number): Promise<void> {
    const { keyring, log } = this.#parts;
    if (!this.#keeper.isOpen || keyring.isSealed || this.#savedAt === this.#judged) return;
    const judged = this.#judged;
    try {
      const { key, sealedKey } = this.#state.newKey();
      const bytes = await this.#keeper.save(key, timeoutMs);
      if (bytes === null) log.warn({}, 'the watch remembers more than can be kept over a restart');
      else await this.#state.write({ sealedKey, bytes });
      this.#savedAt = judged;
    } catch (error) {
      log.warn({ err: error }, 'what the watch remembers could not be kept');
    }
  }

  #record(event: EventRecord): void {
    const { bus, log } = this.#parts;
    bus.record(event).catch((error: unknown) => log.error({ err: error, type: event.type }, 'an event was not recorded'));
  }
}
