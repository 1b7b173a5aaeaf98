import type { SealStatus } from '@holdfast/contract';

export type Addresses = Readonly<Record<'https' | 'http' | 'plain' | 'admin' | 'vault', string | null>>;

/** One thing that starting has finished, or met. */
export interface ProgressEvent {
  readonly kind: 'done' | 'warning';
  readonly step: string;
  readonly detail: string;
  readonly elapsedMs?: number;
}

/** There are no keys: what is served until somebody brings them. */
export interface SealedEvent {
  readonly status: SealStatus;
  /** Why the root key did not come by itself; null = it never does, or somebody put it away. */
  readonly why: string | null;
  readonly addresses: Addresses;
}

export interface ServeIo {
  readonly progress: (event: ProgressEvent) => void;
  readonly onSealed?: (event: SealedEvent) => void;
  /** Aborted with the name of the signal as its reason: drain and stop. */
  readonly signal: AbortSignal;
}

export interface Running {
  readonly addresses: Addresses;
  readonly applications: readonly string[];
  readonly mode: string;
  readonly isDemo: boolean;
  readonly dataDir: string;
  readonly isNew: boolean;
  /** For the first administrator, as long as there is none: whoever opens it first becomes the owner. */
  readonly setupLink: string | null;
  /** Resolves when everything is closed after the signal. */
  readonly done: Promise<void>;
}
