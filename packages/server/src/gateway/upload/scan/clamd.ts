import type { ScannerVerdict } from '@holdfast/contract';
import type { Clock } from '../../../platform/clock.ts';
import type { Content } from '../content.ts';
import { Breaker } from './breaker.ts';
import { askClamd, clamdAddress, scanByClamd } from './clamd-talk.ts';
import { Turns } from './turns.ts';

const PROBE_MS = 2000;
/** How long a version is believed before it is asked for again. */
const VERSION_MS = 10_000;
/** For each of those that are scanned at once. */
const WAITING_EACH = 100;
const VERSION_CHARS_MAX = 128;

export interface ClamdParts {
  readonly address: string;
  readonly timeoutMs: number;
  readonly atOnce: number;
  readonly clock: Clock;
  readonly onChange: (state: 'up' | 'down', version: string, detail: string) => void;
}

/** A clamd outside: asked over bounded connections, left alone for a while when it does not answer. */
export class Clamd {
  readonly #parts: ClamdParts;
  readonly #talk: { readonly at: ReturnType<typeof clamdAddress>; readonly timeoutMs: number };
  readonly #turns: Turns;
  readonly #breaker: Breaker;
  #version = '';
  #versionUntil = 0;

  constructor(parts: ClamdParts) {
    const { address, timeoutMs, atOnce, clock, onChange } = parts;
    this.#parts = parts;
    this.#talk = { at: clamdAddress(address), timeoutMs };
    this.#turns = new Turns(atOnce, atOnce * WAITING_EACH);
    this.#breaker = new Breaker({
      clock,
      probe: async () => (await askClamd({ ...this.#talk, timeoutMs: Math.min(timeoutMs, PROBE_MS) }, 'PING')) === 'PONG',
      onChange: (state, detail) => onChange(state, this.#version, detail),
    });
  }

  /** As last told; empty = it was never reached. */
  get version(): string {
    return this.#version;
  }

  async scan(content: Content): Promise<ScannerVerdict> {
    const verdict = await this.#turns.take(() => this.#scanNow(content));
    return verdict ?? this.#failed('busy');
  }

  async #scanNow(content: Content): Promise<ScannerVerdict> {
    if (!(await this.#breaker.admits())) return this.#failed('down');
    await this.#learnVersion();
    const reply = await scanByClamd(this.#talk, content);
    if (reply.kind === 'failed') {
      // A file that is too large for it says nothing of its health.
      if (reply.detail !== 'size-limit') this.#breaker.failed(reply.detail);
      return this.#failed(reply.detail);
    }
    this.#breaker.succeeded();
    const isClean = reply.kind === 'clean';
    const detail = isClean ? '' : reply.name;
    return { scanner: 'clamd', verdict: isClean ? 'clean' : 'infected', detail, version: this.#version };
  }

  async #learnVersion(): Promise<void> {
    const now = this.#parts.clock.monotonicMs();
    if (now < this.#versionUntil) return;
    this.#versionUntil = now + VERSION_MS;
    const told = await askClamd({ ...this.#talk, timeoutMs: Math.min(this.#talk.timeoutMs, PROBE_MS) }, 'VERSION');
    if (told !== null) this.#version = told.slice(0, VERSION_CHARS_MAX);
  }

  #failed(detail: string): ScannerVerdict {
    return { scanner: 'clamd', verdict: 'failed', detail, version: this.#version };
  }
}
