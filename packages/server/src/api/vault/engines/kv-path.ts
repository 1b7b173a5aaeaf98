import { secretRefSchema, slugSchema, type SecretRef } from '@holdfast/contract';
import { invalid } from '../wire/call.ts';

/** Where a secret is whose path has one part only. */
const DEFAULT_ENVIRONMENT = 'default';

const isEnvironment = (text: string): boolean => slugSchema.safeParse(text).success;

/**
 * `prod/DATABASE_URL` is in the environment `prod`; `DATABASE_URL` and `Team/db`, whose first part cannot be an environment, are in
 * `default`.
 */
export function refOfPath(application: string, path: string): SecretRef {
  const [first = '', ...rest] = path.split('/');
  const hasEnvironment = rest.length > 0 && isEnvironment(first);
  const ref = {
    application,
    environment: hasEnvironment ? first : DEFAULT_ENVIRONMENT,
    name: hasEnvironment ? rest.join('/') : path,
  };
  const parsed = secretRefSchema.safeParse(ref);
  if (!parsed.success)
    throw invalid('a path is ENVIRONMENT/NAME: letters, digits, `_`, `.`, `-`; at most 8 parts of a name', 'path');
  return parsed.data;
}

/** The other way round: the path under which a client finds it. */
export function pathOfRef({ environment, name }: SecretRef): string {
  const [first = '', ...rest] = name.split('/');
  const isShort = environment === DEFAULT_ENVIRONMENT && (rest.length === 0 || !isEnvironment(first));
  return isShort ? name : `${environment}/${name}`;
}

/** What a client sees in a folder: names, and folders with a slash behind them. */
export function keysBelow(paths: Iterable<string>, folder: string): string[] {
  const prefix = folder === '' ? '' : `${folder}/`;
  const keys = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(prefix)) continue;
    const rest = path.slice(prefix.length);
    const slash = rest.indexOf('/');
    keys.add(slash === -1 ? rest : rest.slice(0, slash + 1));
  }
  return [...keys].sort();
}
