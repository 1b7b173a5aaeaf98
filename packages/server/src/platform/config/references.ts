import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';

const SECRET_BYTES_MAX = 65_536;

/** A secret is never a value of the configuration, only the place where it lies. */
export const referenceSchema = z
  .string()
  .max(4096)
  .regex(/^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/u, 'a reference: env:NAME or file:/path')
  .meta({ secret: true });

export type Reference = z.infer<typeof referenceSchema>;

export interface ReferenceParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Relative paths start here: the folder of holdfast.yaml. */
  readonly folder: string;
  /** Where the reference stands, for the message. */
  readonly pointer: string;
}

/** Reads the secret now; the caller keeps it no longer than needed. One trailing line end of a file is not part of it. */
export function resolveReference(reference: Reference, { environment, folder, pointer }: ReferenceParts): string {
  const place = reference.slice(reference.indexOf(':') + 1);
  const refuse = (detail: string): Refusal => new Refusal('config-invalid', { detail, errors: [{ pointer, detail }] });
  if (reference.startsWith('env:')) {
    // Own property only: a name such as `constructor` must not find anything.
    const value = Object.hasOwn(environment, place) ? environment[place] : undefined;
    if (value === undefined || value === '') throw refuse(`The environment variable ${place} is not set.`);
    return value;
  }
  const file = path.resolve(folder, place);
  try {
    if (statSync(file).size > SECRET_BYTES_MAX) throw refuse('The file of this secret is too large.');
    return readFileSync(file, 'utf8').replace(/\r?\n$/u, '');
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refuse('The file of this secret cannot be read.');
  }
}
