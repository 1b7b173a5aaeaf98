import type { AttackSourceQuery, AttackSources, Detection, EventRecord, RuleDiagnostic } from '@holdfast/contract';
import type { BehaviourFigures, BehaviourSetting, BulkRoute, Hits, RuleText } from '../watch.ts';

/** What the watch asks of its thread. Those with an `id` are answered. */
export type ToThread =
  | { readonly kind: 'events'; readonly batch: number; readonly events: readonly EventRecord[] }
  | { readonly kind: 'behaviours'; readonly settings: readonly BehaviourSetting[]; readonly bulk: readonly BulkRoute[] }
  | { readonly kind: 'rules'; readonly id: number; readonly texts: readonly RuleText[] }
  | { readonly kind: 'figures'; readonly id: number }
  | { readonly kind: 'sources'; readonly id: number; readonly query: AttackSourceQuery }
  | { readonly kind: 'ping'; readonly id: number }
  /** The key is of this one state. */
  | { readonly kind: 'save'; readonly id: number; readonly key: Uint8Array }
  | { readonly kind: 'load'; readonly id: number; readonly key: Uint8Array; readonly sealed: Uint8Array };

export type FromThread =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'judged';
      readonly batch: number;
      readonly detections: readonly Detection[];
      readonly canaries: readonly { readonly name: string; readonly nonce: string }[];
    }
  | {
      readonly kind: 'ticked';
      readonly detections: readonly Detection[];
      readonly hits: readonly Hits[];
      readonly folded: number;
    }
  | { readonly kind: 'fault'; readonly detector: string; readonly detail: string }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: ThreadAnswer };

export type ThreadAnswer =
  | { readonly kind: 'pong' }
  | { readonly kind: 'figures'; readonly figures: readonly BehaviourFigures[] }
  | { readonly kind: 'sources'; readonly sources: AttackSources }
  | {
      readonly kind: 'rules';
      /** Null = nothing could be used, and what was in force still is. */
      readonly digest: string | null;
      readonly rules: { readonly on: number; readonly test: number };
      readonly tookMs: number;
      readonly diagnostics: readonly RuleDiagnostic[];
    }
  /** Null = it is too large. */
  | { readonly kind: 'saved'; readonly sealed: Uint8Array | null }
  | { readonly kind: 'loaded'; readonly isWhole: boolean };

/** What the thread is begun with. */
export interface ThreadData {
  /** Database of cities; null = places are known by their country. */
  readonly cityFile: string | null;
  /** Networks that no behaviour counts as a source. */
  readonly exempt: readonly string[];
}
