import type { PlaybookAgentSettings } from '../../../../../../platform/config/playbooks.ts';
import type { Command } from '../../../documents/playbook.ts';

export type OutsideCommand = Extract<Command, { type: 'http-api' | 'openc2-http' }>;

/** An agent that an operator registered. */
export interface OutsideAgent extends Omit<PlaybookAgentSettings, 'secret'> {
  /** Read anew for each request, so that a rotated one counts at once; null = it takes none. */
  readonly secret: () => string | null;
}

/** A request as it would go out. */
export interface OutsideRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}
