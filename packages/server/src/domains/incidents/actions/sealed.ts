import type { ActionPlan, ActionRequest, ActionState, ActionView } from '@holdfast/contract';
import type { TableColumn } from '../../../platform/keyring/areas/table-area.ts';
import type { Keyring } from '../../../platform/keyring/keyring.ts';
import type { Actor } from '../../applications/index.ts';
import type { StateOf } from './action-kind.ts';

export type ActionStep = ActionView['steps'][number];

/** What of an action is about people, or helps whoever wants to undo it. */
export interface Content {
  readonly request: ActionRequest;
  readonly plan: ActionPlan;
  readonly reason: string;
  readonly actor: Actor;
  /** Of the administration, in which it was asked for. */
  readonly session: string | null;
  /** Who made the token that asked: they agree to nothing that their token asked for. */
  readonly behind: string | null;
  readonly approvedBy: readonly string[];
  readonly outcome: string | null;
  /** How things stood before it began, and once it was done. */
  readonly before: StateOf | null;
  readonly after: StateOf | null;
  readonly undo: StateOf | null;
  /** Where it goes back to when an undo fails. */
  readonly rest: ActionState | null;
  /** Why it is undone, and who does it, while that is under way. */
  readonly undoing: { readonly actor: Actor; readonly reason: string } | null;
  /** How often it was done again. */
  readonly round: number;
  readonly steps: readonly ActionStep[];
}

const place = (id: string): string[] => ['incident_action', 'content', id];

/** What lies under the keyring. */
export const sealedInActions: readonly TableColumn[] = [
  {
    name: 'actions: what they are about',
    table: 'incident_action',
    keys: [{ column: 'id' }],
    column: 'content',
    place: ([id = '']) => place(id),
  },
];

export interface ActionSeal {
  seal(id: string, content: Content): string;
  open(id: string, sealed: string): Content;
}

export function createActionSeal(keyring: Pick<Keyring, 'seal' | 'open'>): ActionSeal {
  return {
    seal: (id, content) => keyring.seal(Buffer.from(JSON.stringify(content)), place(id)),
    // Written by the line above from data of this shape, and authenticated since.
    open: (id, sealed) => JSON.parse(keyring.open(sealed, place(id)).toString('utf8')) as Content,
  };
}
