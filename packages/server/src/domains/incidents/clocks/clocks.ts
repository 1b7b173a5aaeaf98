import type { ClockRule, ClockRuleInput, ClockSettle, ClockView, Notice, TimelineEntry } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';
import type { Aware } from './start-clocks.ts';

/** Legal clocks and drafts of notices. Nothing is sent to an authority or to a subject by itself. */
export interface Clocks extends AsyncDisposable {
  rules(): Promise<readonly ClockRule[]>;
  setRule(rule: ClockRuleInput, actor: Actor): Promise<ClockRule>;
  removeRule(id: string, actor: Actor): Promise<void>;
  /** Starts a clock for each rule that applies; known already, nothing changes. */
  start(incident: string, input: Aware, actor: Actor): Promise<readonly ClockView[]>;
  /** Of an incident by its id; the room of incidents shows them with it. */
  of(incident: string): Promise<readonly ClockView[]>;
  /** The same by its id or number; refused when there is no such incident. */
  list(incident: string): Promise<readonly ClockView[]>;
  /** All that run, the one that ends first first. */
  running(): Promise<readonly ClockView[]>;
  /** The clock by its id or its rule. */
  settle(which: { readonly incident: string; readonly clock: string }, input: ClockSettle, actor: Actor): Promise<ClockView>;
  draft(incident: string, rule: string): Promise<Notice>;
  timeline(incident: string): Promise<readonly TimelineEntry[]>;
  /** Every second: warnings that are due. */
  tick(): Promise<void>;
}
