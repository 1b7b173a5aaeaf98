import type { EventRecord, IsolatedView, Page, PageQuery, Release, ReleaseCheck, ReleaseInput } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';

/** What is cut off, what it costs, and the way back. */
export interface Board extends AsyncDisposable {
  /** Requests that isolation refused are counted from what gateways tell. */
  observe(events: readonly EventRecord[]): void;
  list(query: PageQuery): Promise<Page<IsolatedView>>;
  show(id: string): Promise<IsolatedView>;
  /** Looks whether it may go again; kept with it. */
  check(id: string, actor: Actor): Promise<readonly ReleaseCheck[]>;
  /** How one ends that is being released just now; null = it is not. */
  endingOf(id: string): 'released' | 'forced' | null;
  /** Checks first; released unless one failed, or `force` says so all the same. */
  release(id: string, input: ReleaseInput, actor: Actor): Promise<Release>;
}
