import type { EventRecord, UpMessage } from '@holdfast/contract';
import type { CounterSample } from '../../platform/metrics.ts';

/** What the control plane does with each kind of message; the order within one gateway is kept. */
export interface Upward {
  readonly events: (events: readonly EventRecord[], dropped: number) => void;
  readonly counters: (samples: readonly CounterSample[]) => void;
  readonly applied: (version: number, digest: string) => void;
  readonly learned: (application: string, model: string) => void;
  readonly failed: (code: string, detail: string) => void;
}

export function takeMessage(message: UpMessage, upward: Upward): void {
  switch (message.kind) {
    case 'events':
      upward.events(message.events, message.dropped);
      break;
    case 'counters':
      upward.counters(message.samples);
      break;
    case 'applied':
      upward.applied(message.version, message.digest);
      break;
    case 'learned':
      upward.learned(message.application, message.model);
      break;
    case 'failed':
      upward.failed(message.code, message.detail);
      break;
    case 'listening':
    case 'rehearsed':
    case 'ask':
      break;
  }
}
