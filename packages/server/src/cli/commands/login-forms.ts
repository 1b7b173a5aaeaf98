import { z } from 'zod';

/** As much of a learned schema as tells a login form; everything else may be anything. */
const objectSchema = z.object({ properties: z.record(z.string(), z.unknown()) });
const operationSchema = z.object({ requestBody: z.object({ content: z.record(z.string(), z.object({ schema: z.unknown() })) }) });
const fragmentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

const METHODS: ReadonlySet<string> = new Set(['post', 'put', 'patch']);
const PASSWORD = /passw|^pass$|^pwd$|kennwort|contrase/iu;
/** Best first. */
const ACCOUNT_WORDS = ['username', 'user', 'login', 'email', 'mail', 'account', 'name', 'log', 'id'] as const;

/** A route that takes one password and something that looks like a name. */
export interface LoginForm {
  readonly path: string;
  readonly method: string;
  readonly accountField: string;
}

/**
 * Login forms in what was learned from honest requests. Two passwords in one form are a change of it, or a registration; a
 * route with a place that varies is no form.
 */
export function loginFormsIn(fragment: unknown): LoginForm[] {
  const read = fragmentSchema.safeParse(fragment);
  if (!read.success) return [];
  return Object.entries(read.data.paths)
    .filter(([path]) => !path.includes('{'))
    .flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([method]) => METHODS.has(method))
        .flatMap(([method, operation]) =>
          formOf(operation).map((accountField) => ({ path, method: method.toUpperCase(), accountField })),
        ),
    );
}

/** The field of the account; none when it is no login form. */
function formOf(operation: unknown): string[] {
  const read = operationSchema.safeParse(operation);
  if (!read.success) return [];
  for (const { schema } of Object.values(read.data.requestBody.content)) {
    const body = objectSchema.safeParse(schema);
    const names = body.success ? Object.keys(body.data.properties) : [];
    if (names.filter((name) => PASSWORD.test(name)).length !== 1) continue;
    const others = names.filter((name) => !PASSWORD.test(name));
    const account = ACCOUNT_WORDS.map((word) => others.find((name) => name.toLowerCase().includes(word))).find(
      (name) => name !== undefined,
    );
    if (account !== undefined) return [account];
  }
  return [];
}
