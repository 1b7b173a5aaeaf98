import type { Page, PageQuery, PlaybookCheck, PlaybookDetail, PlaybookSettings, PlaybookView } from '@holdfast/contract';
import type { Actor } from '../../applications/index.ts';
import type { Playbook } from './documents/playbook.ts';

export interface PlaybookBy {
  readonly actor: Actor;
  readonly revision?: number | null;
}

export interface Loaded {
  readonly playbook: Playbook;
  readonly view: PlaybookView;
  /** Why it does not run; null = it does. It can be tried all the same. */
  readonly whyNot: string | null;
}

/** Whose playbooks run here. */
export interface SignatureState {
  readonly isRequired: boolean;
  /** Those that are on and neither of this release nor signed by a key that is trusted. */
  readonly untrusted: readonly string[];
}

/** CACAO 2.0 documents: those that come with us, and those that were brought in. */
export interface Playbooks {
  /** Shipped ones are brought up to date unless somebody changed them. */
  start(): Promise<void>;
  check(document: unknown): PlaybookCheck;
  list(query: PageQuery): Promise<Page<PlaybookView>>;
  show(id: string): Promise<PlaybookDetail>;
  /** Refused with the pointers of what is wrong; an id that is there is replaced. With an `id` the document has to have it. */
  put(document: unknown, by: PlaybookBy & { readonly id?: string }): Promise<PlaybookDetail>;
  set(id: string, settings: PlaybookSettings, by: PlaybookBy): Promise<PlaybookDetail>;
  remove(id: string, by: PlaybookBy): Promise<void>;
  /** Brings a removed one back. */
  restore(id: string, by: PlaybookBy): Promise<PlaybookDetail>;
  /** For running: as it is now, with its digest; a run keeps the text it began with. */
  load(id: string): Promise<Loaded>;
  /** A run of it began. */
  ran(id: string, at: number): Promise<void>;
  /** For whoever looks whether all is well. */
  signatures(): Promise<SignatureState>;
  /** Those that are on and have triggers. */
  triggered(): Promise<readonly PlaybookView[]>;
}
