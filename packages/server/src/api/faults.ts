import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { Refusal, type FieldFault } from '../platform/refusal.ts';

/** RFC 6901: `~` and `/` inside a name are escaped. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

export function faultsOf(error: z.ZodError): FieldFault[] {
  return error.issues.map(({ path, message }) => ({ pointer: pointerOf(path), detail: message }));
}

export function toRefusal(error: unknown): unknown {
  if (!(error instanceof HTTPException)) return error;
  // What the framework itself refuses: a body that is not JSON, or of another type.
  return error.status < 500 ? new Refusal('input-invalid', { cause: error }) : error;
}
