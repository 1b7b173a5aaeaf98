import type { Playbook, Step } from '../../documents/playbook.ts';
import { whyNotOfType, type Values } from '../../documents/values.ts';
import { DETAIL_CHARS_MAX, type Frame, type RunState, type Visit, type World } from './state.ts';

/** A state that is being changed, and what is left to be done before it rests. */
export interface Draft {
  readonly world: World;
  readonly now: number;
  readonly state: RunState;
  readonly touched: Set<number>;
  /** What comes next, as a flat list: how deep a playbook nests costs no stack. */
  readonly agenda: Next[];
}

/** Where a step stands: its playbook, and the visit whose branch it is part of. */
export interface Place {
  readonly frame: number;
  readonly parent: number | null;
}

export type Next =
  | { readonly kind: 'start'; readonly visit: Visit }
  | { readonly kind: 'enter'; readonly step: string; readonly place: Place }
  /** `why` = of the failure that ends it. */
  | { readonly kind: 'end'; readonly place: Place; readonly why: string | null };

export function visitOf({ state }: Draft, seq: number): Visit {
  const visit = state.visits.get(seq);
  if (visit === undefined) throw new Error('assertion: a visit is there that was entered');
  return visit;
}

export function frameOf({ state }: Pick<Draft, 'state'>, id: number): Frame {
  const frame = state.frames.get(id);
  if (frame === undefined) throw new Error('assertion: a frame is there that was opened');
  return frame;
}

export function playbookOf({ world }: Pick<Draft, 'world'>, id: string): Playbook {
  const playbook = world.playbooks.get(id);
  if (playbook === undefined) throw new Error('assertion: a run has every playbook that it calls');
  return playbook;
}

export function stepOf(draft: Pick<Draft, 'world' | 'state'>, { frame, step: id }: Pick<Visit, 'frame' | 'step'>): Step {
  const step = playbookOf(draft, frameOf(draft, frame).playbook).steps.get(id);
  if (step === undefined) throw new Error('assertion: a checked playbook has every step that it leads to');
  return step;
}

export function change(draft: Draft, visit: Visit, to: Partial<Visit>): void {
  Object.assign(visit, to);
  if (visit.detail !== null) visit.detail = visit.detail.slice(0, DETAIL_CHARS_MAX);
  draft.touched.add(visit.seq);
}

/** Those of the playbook with what they are now, and over them those of the step alone. */
export function valuesOf(draft: Pick<Draft, 'world' | 'state'>, visit: Pick<Visit, 'frame' | 'step'>): Values {
  const frame = frameOf(draft, visit.frame);
  const own = playbookOf(draft, frame.playbook).variables;
  const values = new Map(own.map(({ name, type }) => [name, { type, value: frame.variables.get(name) ?? null }]));
  for (const { name, type, value } of stepOf(draft, visit).variables) values.set(name, { type, value });
  return values;
}

/** Only variables that the playbook has; a constant stays what it is. Answers why a value does not fit; null = all do. */
export function assign(draft: Draft, frame: Frame, given: Iterable<readonly [string, string]>): string | null {
  const known = new Map(playbookOf(draft, frame.playbook).variables.map((one) => [one.name, one]));
  for (const [name, value] of given) {
    const variable = known.get(name);
    if (variable === undefined || variable.isConstant) continue;
    const fault = whyNotOfType(variable.type, value);
    if (fault !== null) return `${name}: ${fault}`;
    frame.variables.set(name, value);
  }
  return null;
}
