import type { Planned } from '../action-kind.ts';

/** The person in whose name somebody asks: `person:ID` of the administration; null = a token, a playbook or the host. */
export const personOf = (actor: { readonly kind: string; readonly ref: string }): string | null =>
  actor.kind === 'operator' && actor.ref.startsWith('person:') ? actor.ref.slice('person:'.length) : null;

/** What most plans have in common: nobody has to agree, it does not end, it is not so yet. */
export const PLAIN: Pick<Planned, 'approvals' | 'why' | 'refused' | 'isEffective' | 'undo' | 'expiresAt'> = {
  approvals: 0,
  why: [],
  refused: null,
  isEffective: false,
  undo: null,
  expiresAt: null,
};
