import type { AttackSourceQuery, AttackSources } from '@holdfast/contract';
import type { Log } from '../../../../platform/log.ts';
import type { StateFile } from '../state-file.ts';
import type { BehaviourFigures, BehaviourSetting, BulkRoute, RuleText } from '../watch.ts';
import { digestOf } from '../engine/digest.ts';
import type { FromThread, ThreadAnswer, ThreadData, ToThread } from './protocol.ts';
import { ThreadGone, ThreadLink } from './thread-link.ts';

interface KeeperParts {
  readonly log: Log;
  readonly state: Pick<StateFile, 'read'>;
  readonly program?: URL;
  readonly data?: ThreadData;
  /** The thread knows what the one before it knew, and takes events. */
  readonly onOpen: () => void;
  readonly onTold: (told: Exclude<FromThread, { kind: 'answer' | 'ready' }>) => void;
  readonly onEnd: (cause: string) => void;
}

type Applied = Extract<ThreadAnswer, { kind: 'rules' }>;

const BACK_OFF_MS = [0, 1000, 5000, 30_000] as const;
/** One that lived so long did not end of what it began with. */
const STEADY_MS = 60_000;
/** Rules come a moment after the start; without any, events are judged by behaviours alone. */
const WITHOUT_RULES_MS = 30_000;
const RULE_TRIES = 3;
const ANSWER_MS = 10_000;

/** Keeps one thread running: a thread that ends is followed by another, which is given what the one before knew. */
export class Keeper {
  readonly #parts: KeeperParts;
  #link: ThreadLink | null = null;
  #isReady = false;
  #isOpen = false;
  #isClosed = false;
  #ends = 0;
  #begunAt = 0;
  #texts: readonly RuleText[] | null = null;
  #behaviours: Pick<Extract<ToThread, { kind: 'behaviours' }>, 'settings' | 'bulk'> = { settings: [], bulk: [] };
  #counts = { on: 0, test: 0, off: 0 };
  #opening: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get rules(): { readonly on: number; readonly test: number; readonly off: number } {
    return this.#counts;
  }

  async start(): Promise<void> {
    if (this.#link === null && !this.#isClosed) await this.#spawn();
  }

  tell(message: Extract<ToThread, { kind: 'events' }>): void {
    this.#link?.tell(message);
  }

  kill(cause: string): void {
    void this.#link?.kill(cause);
  }

  async ping(): Promise<void> {
    await this.#ask({ kind: 'ping' }, ANSWER_MS);
  }

  setBehaviours(settings: readonly BehaviourSetting[], bulk: readonly BulkRoute[]): void {
    this.#behaviours = { settings, bulk };
    if (this.#isReady) this.#link?.tell({ kind: 'behaviours', ...this.#behaviours });
  }

  async figures(): Promise<readonly BehaviourFigures[]> {
    if (!this.#isReady) return [];
    const answer = await this.#ask({ kind: 'figures' }, ANSWER_MS).catch(() => null);
    return answer?.kind === 'figures' ? answer.figures : [];
  }

  /** Null = nobody answers. */
  async sources(query: AttackSourceQuery): Promise<AttackSources | null> {
    if (!this.#isReady) return null;
    const answer = await this.#ask({ kind: 'sources', query }, ANSWER_MS).catch(() => null);
    return answer?.kind === 'sources' ? answer.sources : null;
  }

  async save(key: Uint8Array, timeoutMs?: number): Promise<Uint8Array | null> {
    const answer = await this.#ask({ kind: 'save', key }, timeoutMs);
    return answer.kind === 'saved' ? answer.sealed : null;
  }

  /** Those that were refused change nothing; a thread that ends meanwhile is followed by one that is asked again. */
  async setRules(texts: readonly RuleText[]): Promise<Applied> {
    if (this.#link === null) {
      // Nothing is watched here: whoever starts it has them then.
      this.#texts = texts;
      return { kind: 'rules', digest: digestOf(texts), rules: { on: 0, test: 0 }, tookMs: 0, diagnostics: [] };
    }
    for (let tries = 1; ; tries += 1) {
      await this.#opening;
      try {
        const answer = await this.#ask({ kind: 'rules', texts });
        if (answer.kind !== 'rules') throw new TypeError('assertion: rules are answered with rules');
        if (answer.digest !== null) this.#keep(texts, answer);
        return answer;
      } catch (error) {
        if (!(error instanceof ThreadGone) || this.#isClosed || tries >= RULE_TRIES) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isOpen = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#link?.close();
  }

  #keep(texts: readonly RuleText[], answer: Applied): void {
    this.#texts = texts;
    this.#count(texts, answer);
    this.#open();
  }

  #count(texts: readonly RuleText[], { rules }: Applied): void {
    this.#counts = { ...rules, off: texts.filter(({ state }) => state === 'off').length };
  }

  #ask(question: Parameters<ThreadLink['ask']>[0], timeoutMs?: number): Promise<ThreadAnswer> {
    return this.#link?.ask(question, timeoutMs) ?? Promise.reject(new ThreadGone('there is no thread'));
  }

  #spawn(): Promise<void> {
    this.#begunAt = performance.now();
    const ready = Promise.withResolvers<boolean>();
    const link = new ThreadLink(
      {
        onReady: () => ready.resolve(true),
        onTold: (told) => this.#parts.onTold(told),
        onEnd: (cause) => {
          ready.resolve(false);
          this.#ended(cause);
        },
      },
      this.#parts,
    );
    this.#link = link;
    const begin = async (): Promise<void> => {
      if (await ready.promise) await this.#begin(link);
    };
    this.#opening = begin();
    return this.#opening;
  }

  /** What the thread before it knew, in an order in which nothing comes too early. */
  async #begin(link: ThreadLink): Promise<void> {
    const { log, state } = this.#parts;
    try {
      link.tell({ kind: 'behaviours', ...this.#behaviours });
      const kept = await state.read();
      const isDamaged = kept === 'damaged' || (kept !== null && !(await this.#load(link, kept)));
      if (isDamaged) log.warn({}, 'what the watch had kept does not open: it begins anew');
      if (this.#texts !== null) {
        const answer = await link.ask({ kind: 'rules', texts: this.#texts });
        if (answer.kind === 'rules') this.#count(this.#texts, answer);
      }
      this.#isReady = true;
      if (this.#texts !== null) this.#open();
      else this.#timer = setTimeout(() => this.#open(), WITHOUT_RULES_MS).unref();
    } catch (error) {
      // It ended, and the next one begins in the same way.
      if (!(error instanceof ThreadGone)) log.error({ err: error }, 'the watch could not begin');
    }
  }

  async #load(link: ThreadLink, { key, bytes }: { key: Uint8Array; bytes: Uint8Array }): Promise<boolean> {
    const answer = await link.ask({ kind: 'load', key, sealed: bytes });
    return answer.kind === 'loaded' && answer.isWhole;
  }

  #open(): void {
    if (this.#isOpen || this.#isClosed) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#isOpen = true;
    this.#parts.onOpen();
  }

  #ended(cause: string | null): void {
    this.#isReady = false;
    this.#isOpen = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (cause === null || this.#isClosed) return;
    this.#ends = performance.now() - this.#begunAt > STEADY_MS ? 0 : this.#ends + 1;
    const waitMs = BACK_OFF_MS[Math.min(this.#ends, BACK_OFF_MS.length - 1)] ?? 0;
    const again = Promise.withResolvers<void>();
    this.#opening = again.promise;
    this.#timer = setTimeout(() => {
      if (this.#isClosed) again.resolve();
      else void this.#spawn().then(again.resolve);
    }, waitMs).unref();
    this.#parts.onEnd(cause);
  }
}
