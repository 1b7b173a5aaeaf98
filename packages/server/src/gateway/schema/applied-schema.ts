import type { Application, EnforcedSchema } from '@holdfast/contract';
import type { CompiledSchema } from '@holdfast/inspect';
import type { DocumentSchema } from '../../domains/protection/index.ts';

/** What an application takes: a fragment that was learned or written for Holdfast, or a whole OpenAPI document. */
export type ReadySchema =
  | { readonly kind: 'fragment'; readonly schema: CompiledSchema }
  | { readonly kind: 'document'; readonly schema: DocumentSchema; readonly settings: Application['schema'] };

/** The same, and whether it refuses or is only tried. */
export type AppliedSchema = ReadySchema & Pick<EnforcedSchema, 'mode'>;
