import type { GatewayPatch, Rehearsed, Snapshot, UpMessage } from '@holdfast/contract';
import type { ListenAddresses } from '../listener/listeners.ts';
import type { AskHandler } from './answering.ts';

/** How the control plane holds its gateways, wherever they run. Only JSON crosses. */
export interface GatewayLink {
  /** Opens the ports with a first snapshot. Rejects with a `code` of the problem catalogue, e.g. `port-taken`. */
  start(snapshot: Snapshot): Promise<ListenAddresses>;
  /** Resolves when every gateway that serves judges by it; late, and with a word in the log, where one does not say so. Never rejects. */
  push(snapshot: Snapshot): Promise<void>;
  /** Everything but questions, which hold what people typed and go to the one who answers them alone. */
  onMessage(listener: (message: UpMessage) => void): void;
  /** Who answers the questions of gateways. A handler that throws has answered `failed`. */
  onAsk(handler: AskHandler): void;
  /** What this rule would do to the honest requests that the gateways hold in memory. */
  rehearse(patch: GatewayPatch): Promise<Rehearsed>;
  /** Tells every gateway that these sessions hold no longer. */
  endSessions(hashes: readonly string[]): void;
  /** Drains, then stops; resolves at the latest shortly after `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** The gateway told that it cannot serve. */
export class GatewayFailure extends Error {
  readonly code: string;
  constructor(code: string, detail: string) {
    super(detail);
    this.name = 'GatewayFailure';
    this.code = code;
  }
}
