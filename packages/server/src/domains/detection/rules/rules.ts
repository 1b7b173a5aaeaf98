import type {
  Backtest,
  BacktestInput,
  BehaviourId,
  BehaviourView,
  Page,
  RuleDetail,
  RuleExplained,
  RuleImport,
  RuleImported,
  RuleQuery,
  RuleState,
  RuleView,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** Sigma rules and behaviours as people see and set them. Answers are those of the API. */
export interface Rules {
  list(query: RuleQuery): Promise<Page<RuleView>>;
  show(id: string): Promise<RuleDetail>;
  setState(id: string, state: RuleState, by: { readonly actor: Actor; readonly reason: string | null }): Promise<RuleView>;
  remove(id: string, by: { readonly actor: Actor; readonly reason: string }): Promise<void>;
  import(input: RuleImport, actor: Actor): Promise<RuleImported>;
  backtest(input: BacktestInput): Promise<Backtest>;
  explain(id: string, requestId: string): Promise<RuleExplained>;
  behaviours(): Promise<readonly BehaviourView[]>;
  setBehaviour(
    id: BehaviourId,
    to: { readonly state?: RuleState; readonly thresholds?: Readonly<Record<string, number>> },
    by: { readonly actor: Actor; readonly reason: string | null },
  ): Promise<BehaviourView>;
  /** Gives the watch what is stored. */
  start(): Promise<void>;
}
