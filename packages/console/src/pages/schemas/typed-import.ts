import type { SchemaImport } from '@holdfast/contract';

/** A document as it stands in this browser. */
export interface Brought {
  readonly text: string;
  readonly name: string;
}

/** What is typed beside it; empty = as the document or the application says. */
export interface TypedOptions {
  readonly server: string;
  readonly unknown: string;
  readonly routes: string;
  readonly partly: boolean;
}

export const DEFAULTS: TypedOptions = { server: '', unknown: '', routes: '', partly: false };

type Policy = NonNullable<SchemaImport['unknown']>;
const POLICIES: readonly Policy[] = ['refuse', 'record', 'pass'];
const policyOf = (text: string): Policy | undefined => POLICIES.find((known) => known === text);

export function importBody({ text }: Pick<Brought, 'text'>, { server, unknown, routes, partly }: TypedOptions): SchemaImport {
  const [names, others] = [policyOf(unknown), policyOf(routes)];
  return {
    text,
    ...(server.trim() === '' ? {} : { server: server.trim() }),
    ...(names === undefined ? {} : { unknown: names }),
    ...(others === undefined ? {} : { routes: others }),
    ...(partly ? { partly } : {}),
  };
}
