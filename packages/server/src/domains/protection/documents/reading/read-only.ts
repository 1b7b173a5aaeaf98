import { emptyRecord, isJson, own, step, type Json } from './faults.ts';
import type { References } from './references.ts';

const NAMED_MAX = 8;
const SCHEMAS_MAX = 200;

/** A schema of the document, and the form of it that is to be kept. */
export interface Brought {
  readonly schema: Json;
  readonly pointer: string;
  readonly made: Record<string, unknown>;
}

/**
 * OpenAPI 3.1 §4.8.24: what is `readOnly` is not part of a request. It is then a name that is not listed, as much as one that an
 * attacker made up (CWE-915), and no honest request lacks it.
 */
export function dropReadOnly({ schema, pointer, made }: Brought, references: References): void {
  const kept = made['properties'];
  const answers = answersIn(schema, references);
  if (answers.size === 0) return;
  dropRequired(made, answers);
  // Said of what a part lists, beside it or around it; a part that is referred to is read once for all who refer to it.
  const parts = made['allOf'];
  for (const part of Array.isArray(parts) ? (parts as unknown[]) : []) if (isRecord(part)) dropRequired(part, answers);
  const properties = own(schema, 'properties');
  if (!isJson(properties) || !isJson(kept)) return;
  const dropped = Object.keys(properties).filter((name) => isReadOnly(properties[name], references));
  if (dropped.length === 0) return;
  const rest = emptyRecord<unknown>();
  for (const [name, each] of Object.entries(kept)) if (!dropped.includes(name)) rest[name] = each;
  made['properties'] = rest;
  const names = dropped.slice(0, NAMED_MAX).join(', ');
  references.findings.note(step(pointer, 'properties'), `readOnly, so not taken in requests: ${names}`);
}

/** Made by `translate-schema.ts`, which nobody else holds yet. */
const isRecord = (value: unknown): value is Record<string, unknown> => isJson(value);

function dropRequired(made: Record<string, unknown>, answers: ReadonlySet<string>): void {
  const required = made['required'];
  if (Array.isArray(required)) made['required'] = required.filter((name) => !answers.has(String(name)));
}

/** Names that only answers have, wherever a schema joins others for the same value. */
function answersIn(schema: Json, references: References): ReadonlySet<string> {
  const answers = new Set<string>();
  const seen = new Set<unknown>();
  const open: unknown[] = [schema];
  while (open.length > 0 && seen.size < SCHEMAS_MAX) {
    const next = open.pop();
    if (!isJson(next) || seen.has(next)) continue;
    seen.add(next);
    const properties = own(next, 'properties');
    if (isJson(properties))
      for (const [name, each] of Object.entries(properties)) if (isReadOnly(each, references)) answers.add(name);
    const parts = own(next, 'allOf');
    if (Array.isArray(parts)) open.push(...(parts as unknown[]));
    open.push(references.peek(own(next, '$ref'))?.value);
  }
  return answers;
}

function isReadOnly(property: unknown, references: References): boolean {
  if (!isJson(property)) return false;
  if (own(property, 'readOnly') === true) return true;
  const found = references.peek(own(property, '$ref'))?.value;
  return isJson(found) && own(found, 'readOnly') === true;
}
