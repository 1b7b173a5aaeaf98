import type { StreamEvent } from '@holdfast/contract';

/** What may wait for a client that reads slowly. */
const FRAMES_MAX = 500;
const BYTES_MAX = 1_048_576;
const HEARTBEAT = ': \n\n';

type Told = Exclude<StreamEvent, { readonly event: 'gap' }>;

function textOf(told: StreamEvent): string {
  // JSON in one line: a line break would end the field (HTML Living Standard §9.2.6).
  const text = `event: ${told.event}\ndata: ${JSON.stringify(told.data)}\n\n`;
  return told.event === 'record' && told.data.index !== null ? `id: ${told.data.index}\n${text}` : text;
}

/**
 * Events on their way to one client. Records that find no room are counted, and the count is sent when there is room again; of
 * ticks and heartbeats only the newest waits.
 */
export class FrameQueue {
  readonly body: ReadableStream<Uint8Array>;
  #records: string[] = [];
  #bytes = 0;
  #lost = 0;
  #tick: string | null = null;
  #heartbeat = false;
  #farewell: string | null = null;
  #wake: (() => void) | null = null;

  constructor(onClosed: () => void) {
    const encoder = new TextEncoder();
    this.body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const text = await this.#next();
          if (text !== '') controller.enqueue(encoder.encode(text));
          if (this.#farewell === null || this.#records.length > 0) return;
          controller.enqueue(encoder.encode(this.#farewell));
          controller.close();
        },
        cancel: onClosed,
      },
      { highWaterMark: 0 },
    );
  }

  put(told: Told): void {
    if (this.#farewell !== null) return;
    const text = textOf(told);
    if (told.event === 'end') this.#farewell = text;
    else if (told.event === 'tick') this.#tick = text;
    else this.#putRecord(text);
    this.#wake?.();
  }

  /** Left out before it came here. */
  lose(count: number): void {
    this.#lost += count;
    this.#wake?.();
  }

  beat(): void {
    this.#heartbeat = true;
    this.#wake?.();
  }

  #putRecord(text: string): void {
    if (this.#lost > 0 || this.#records.length >= FRAMES_MAX || this.#bytes + text.length > BYTES_MAX) {
      this.#lost += 1;
      return;
    }
    this.#records.push(text);
    this.#bytes += text.length;
  }

  get #isEmpty(): boolean {
    return this.#records.length === 0 && this.#lost === 0 && this.#tick === null && !this.#heartbeat;
  }

  async #next(): Promise<string> {
    while (this.#isEmpty && this.#farewell === null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    this.#wake = null;
    const gap = this.#lost === 0 ? '' : textOf({ event: 'gap', data: { lost: this.#lost } });
    const text = `${this.#records.join('')}${gap}${this.#tick ?? ''}${this.#heartbeat ? HEARTBEAT : ''}`;
    this.#records = [];
    this.#bytes = 0;
    this.#lost = 0;
    this.#tick = null;
    this.#heartbeat = false;
    return text;
  }
}
