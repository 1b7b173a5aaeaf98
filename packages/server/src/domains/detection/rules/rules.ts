import type {
  Backtest,
  BacktestInput,
  BehaviourId,
  BehaviourView,
  EventRecord,
  Page,
  RuleDetail,
  RuleExcept,
  RuleExplained,
  RuleImport,
  RuleImported,
  RuleQuery,
  RuleState,
  RuleView,
  WatchHealth,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';
import type { Turn } from './backtest/backtest.ts';
import type { BehaviourChange } from './behaviour-settings.ts';
import type { BulkRoutes } from './bulk/bulk-routes.ts';

/** Sigma rules and behaviours as people see and set them. Answers are those of the API. */
export interface Rules extends AsyncDisposable {
  list(query: RuleQuery): Promise<Page<RuleView>>;
  show(id: string): Promise<RuleDetail>;
  setState(id: string, state: RuleState, by: { readonly actor: Actor; readonly reason: string | null }): Promise<RuleView>;
  remove(id: string, by: { readonly actor: Actor; readonly reason: string }): Promise<void>;
  import(input: RuleImport, actor: Actor): Promise<RuleImported>;
  backtest(input: BacktestInput, turn?: Turn): Promise<Backtest>;
  explain(id: string, requestId: string): Promise<RuleExplained>;
  /** The same of an event that somebody brings. */
  explainEvent(id: string, event: EventRecord): Promise<RuleExplained>;
  /** Makes a filter that takes something out of a rule; undone by removing it. */
  except(id: string, input: RuleExcept, actor: Actor): Promise<RuleView>;
  behaviours(): Promise<readonly BehaviourView[]>;
  setBehaviour(
    id: BehaviourId,
    to: BehaviourChange,
    by: { readonly actor: Actor; readonly reason: string | null },
  ): Promise<BehaviourView>;
  readonly bulk: BulkRoutes;
  /** For the health of the watch. */
  counts(): Promise<WatchHealth['rules']>;
  /** Brings the rules of this release and gives the watch what is stored. */
  start(): Promise<void>;
  /** Looks whether another node changed something. */
  tick(): Promise<void>;
}
