import type { z } from 'zod';
import type { FieldFault } from './refusal.ts';
import { wordsOf } from './schema-words.ts';

const FAULTS_MAX = 100;
const POINTER_CHARS_MAX = 300;

/** RFC 6901 §3: `~` and `/` inside a name are escaped. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** What a schema refuses, each with its place; a field that it does not know is named itself, and not what holds it. */
export function schemaFaults({ issues }: z.ZodError): FieldFault[] {
  const faults = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: pointerOf([...issue.path, key]), detail: 'there is no such field' }))
      : [{ pointer: pointerOf(issue.path), detail: wordsOf(issue) }],
  );
  return faults.slice(0, FAULTS_MAX).map(({ pointer, detail }) => ({ pointer: pointer.slice(0, POINTER_CHARS_MAX), detail }));
}
