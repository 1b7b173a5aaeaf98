import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The schema as JSON Schema 2020-12: what may be written into holdfast.yaml. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }),
    $id: 'https://holdfast.local/schemas/holdfast.json',
    title: 'holdfast.yaml',
  };
}
