import type {
  AttackSourceQuery,
  AttackSources,
  BehaviourId,
  Detection,
  EventRecord,
  RuleDiagnostic,
  RuleState,
  WatchHealth,
} from '@holdfast/contract';
import type { SealedArea } from '../../../platform/keyring/sealed-area.ts';

/** One Sigma document as it is stored; several rules in one text share its state. */
export interface RuleText {
  readonly file: string;
  readonly text: string;
  readonly state: RuleState;
}

export interface RulesApplied {
  /** SHA-256 over all texts and states, hex. */
  readonly digest: string;
  readonly rules: number;
  readonly tookMs: number;
  readonly diagnostics: readonly RuleDiagnostic[];
}

/** What rules and behaviours did since they were asked last. */
export interface Hits {
  readonly detector: string;
  readonly hits: number;
  readonly lastAt: number;
}

/** One behaviour as it runs. */
export interface BehaviourFigures {
  readonly id: BehaviourId;
  readonly keys: number;
  readonly evicted: number;
  readonly learningUntil: number | null;
}

export interface BehaviourSetting {
  readonly id: BehaviourId;
  readonly state: RuleState;
  readonly thresholds: Readonly<Record<string, number>>;
}

/** Of this route much may be fetched. */
export interface BulkRoute {
  readonly application: string;
  readonly route: string;
}

/**
 * The watch: matches every event in a thread of its own, so that no request waits for it. Bounded: what does not fit is
 * dropped, counted and told. Its memory (windows of correlations and behaviours) survives a restart, sealed.
 */
export interface Watch extends AsyncDisposable {
  /** Never waits, never throws. */
  observe(events: readonly EventRecord[]): void;
  /** Detections of rules and behaviours that are on, in the order of their events. */
  onDetections(listener: (found: readonly Detection[]) => void): void;
  /** Hits of all, also of those in state `test`, every few seconds. */
  onHits(listener: (hits: readonly Hits[]) => void): void;
  /** Compiles and swaps whole; no event is lost. Rejects with `input-invalid` where nothing of it can be used. */
  setRules(texts: readonly RuleText[]): Promise<RulesApplied>;
  setBehaviours(settings: readonly BehaviourSetting[], bulk: readonly BulkRoute[]): void;
  behaviours(): Promise<readonly BehaviourFigures[]>;
  /** Where attacks come from, as this node saw them. */
  sources(query: AttackSourceQuery): Promise<AttackSources>;
  start(): Promise<void>;
  health(): WatchState;
  /** What it keeps over a restart. */
  readonly sealed: SealedArea;
}

/** What the watch says of itself; the rest of its health is known elsewhere. */
export interface WatchState extends Omit<WatchHealth, 'rules' | 'feeds' | 'channels'> {
  readonly rules: Pick<WatchHealth['rules'], 'on' | 'test' | 'off'>;
  /** In words; null = all is well. */
  readonly trouble: string | null;
}
