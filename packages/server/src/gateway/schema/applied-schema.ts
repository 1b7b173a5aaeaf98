import type { Application } from '@holdfast/contract';
import type { CompiledSchema } from '@holdfast/inspect';
import type { DocumentSchema } from '../../domains/protection/index.ts';

/** What an application takes: a fragment that was learned or written for Holdfast, or a whole OpenAPI document. */
export type AppliedSchema =
  | { readonly kind: 'fragment'; readonly schema: CompiledSchema }
  | { readonly kind: 'document'; readonly schema: DocumentSchema; readonly settings: Application['schema'] };
