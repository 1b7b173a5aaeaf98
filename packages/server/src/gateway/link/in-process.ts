import type { Snapshot, UpMessage } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import { createGateway } from '../gateway.ts';
import type { Gateway } from '../gateway.ts';
import type { UploadPlace } from '../handle-request.ts';
import type { ListenAddresses } from '../listener/listeners.ts';
import type { GatewayLog } from '../log.ts';
import { createAnswering, endedMessages } from './answering.ts';
import { GatewayFailure } from './gateway-link.ts';
import type { GatewayLink } from './gateway-link.ts';
import { createRehearsals } from './rehearsals.ts';

export interface InProcessParts {
  readonly listen: ListenAddresses;
  readonly clock: Clock;
  readonly log: GatewayLog;
  readonly node: string;
  readonly uploads: UploadPlace;
}

/** Control plane and gateway in one process: the same messages, handed over as they are. */
export function createInProcessLink(parts: InProcessParts): GatewayLink {
  const listeners: ((message: UpMessage) => void)[] = [];
  const answering = createAnswering(parts.log);
  const rehearsals = createRehearsals();
  const send = (message: UpMessage): void => {
    if (message.kind === 'ask') {
      const { id, ask } = message;
      answering.take(ask, (answer) => gateway?.receive({ kind: 'answer', id, answer }));
      return;
    }
    if (message.kind === 'rehearsed') rehearsals.settle(message.id, message.result);
    else for (const listener of listeners) listener(message);
  };
  let gateway: Gateway | null = null;
  return {
    async start(snapshot: Snapshot) {
      const opened = await createGateway({ ...parts, send });
      gateway = opened;
      // oxlint-disable-next-line promise/avoid-new -- the messages are callbacks
      return new Promise((resolve, reject) => {
        listeners.push((message) => {
          if (message.kind === 'listening') resolve(opened.addresses());
          else if (message.kind === 'failed') reject(new GatewayFailure(message.code, message.detail));
        });
        opened.receive({ kind: 'snapshot', snapshot });
      });
    },
    async push(snapshot) {
      gateway?.receive({ kind: 'snapshot', snapshot });
    },
    onMessage(listener) {
      listeners.push(listener);
    },
    onAsk: (handler) => answering.onAsk(handler),
    async rehearse(patch) {
      const opened = gateway;
      return rehearsals.ask(patch, opened === null ? [] : [(message) => opened.receive(message)]);
    },
    endSessions(hashes) {
      for (const message of endedMessages(hashes)) gateway?.receive(message);
    },
    async close(timeoutMs) {
      await gateway?.close(timeoutMs);
    },
  };
}
