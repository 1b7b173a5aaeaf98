import type { Snapshot, UpMessage } from '@holdfast/contract';
import type { ListenAddresses } from '../listener/listeners.ts';

/** How the control plane holds its gateways, wherever they run. Only JSON crosses. */
export interface GatewayLink {
  /** Opens the ports with a first snapshot. Rejects with a `code` of the problem catalogue, e.g. `port-taken`. */
  start(snapshot: Snapshot): Promise<ListenAddresses>;
  push(snapshot: Snapshot): void;
  onMessage(listener: (message: UpMessage) => void): void;
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
