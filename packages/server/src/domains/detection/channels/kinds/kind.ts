import type { Message } from '../message.ts';

/** How one kind of channel is told. */
export interface Kind {
  /** Messages that go together: all are told, or none counts as told. */
  readonly batchMax: number;
  /** In words, what came back. Throws a `ChannelFault`; the signal ends it. */
  send(messages: readonly Message[], signal: AbortSignal): Promise<string>;
}
