import type {
  Detection,
  EventRecord,
  IndicatorInput,
  IndicatorQuery,
  IndicatorView,
  IntelSelfTest,
  IntelSourceInput,
  IntelSourceView,
  IntelStatus,
  LookupView,
  Page,
} from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';
import type { PlantedView } from './planted/planted-canary.ts';
import type { NamedTable } from './table-in-force.ts';

/** Threat intelligence: what the world knows to be bad. Answers are those of the API. */
export interface Intel extends AsyncDisposable {
  sources(): Promise<readonly IntelSourceView[]>;
  source(id: string): Promise<IntelSourceView>;
  addSource(input: IntelSourceInput, actor: Actor): Promise<IntelSourceView>;
  changeSource(
    id: string,
    to: Partial<Pick<IntelSourceView, 'enabled' | 'everyMinutes' | 'confidence' | 'action'>>,
    actor: Actor,
  ): Promise<IntelSourceView>;
  removeSource(id: string, actor: Actor): Promise<void>;
  /** Reads it now. */
  refresh(id: string, actor: Actor): Promise<IntelSourceView>;
  /** Entries that somebody brings for a source without an address of its own. */
  bring(id: string, text: string, actor: Actor): Promise<IntelSourceView>;
  indicators(query: IndicatorQuery): Promise<Page<IndicatorView>>;
  addIndicator(input: IndicatorInput, actor: Actor): Promise<IndicatorView>;
  removeIndicator(id: string, actor: Actor): Promise<void>;
  lookup(value: string): Promise<LookupView>;
  status(): Promise<IntelStatus>;
  /** For the snapshot: the table that gateways load by themselves; null = nothing is listed. */
  table(): Promise<NamedTable | null>;
  /** Whether what is planted in that table was met by a gateway, and came out as a detection. */
  planted(): PlantedView;
  /** Plants another one now, and waits for a gateway to meet it. */
  selfTest(actor: Actor): Promise<IntelSelfTest>;
  /** Every event of a gateway passes here, and is counted when something listed was met. */
  observe(events: readonly EventRecord[]): void;
  /** What patterns of STIX find in them. */
  matched(events: readonly EventRecord[]): readonly Detection[];
  /** Refreshes what is due. */
  tick(): Promise<void>;
}
