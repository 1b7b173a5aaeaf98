import { HTTPException } from 'hono/http-exception';
import { isTextRefused } from '../platform/db/database-error.ts';
import { Refusal } from '../platform/refusal.ts';

const UNKEPT = [{ pointer: '', detail: 'a text holds the character U+0000, which cannot be kept' }];

export function toRefusal(error: unknown): unknown {
  if (isTextRefused(error)) return new Refusal('input-invalid', { errors: UNKEPT, cause: error });
  if (!(error instanceof HTTPException)) return error;
  // What the framework itself refuses: a body that is not JSON, or of another type.
  return error.status < 500 ? new Refusal('input-invalid', { cause: error }) : error;
}
