import { Refusal } from '../../platform/refusal.ts';

/**
 * Variables that decide which code a program loads. Whoever may write a secret is not thereby allowed to run code in every
 * program that takes a whole environment; named one by one they are meant.
 */
const LOADS_CODE =
  /^(?:PATH|IFS|ENV|BASH_ENV|SHELLOPTS|PERL5(?:LIB|OPT|DB)|RUBY(?:LIB|OPT)|PYTHON.*|NODE_(?:OPTIONS|PATH)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|GIT_.*|LD_.*|DYLD_.*|GCONV_PATH|HOLDFAST_.*)$/u;

export const loadsCode = (variable: string): boolean => LOADS_CODE.test(variable);

export type Values = ReadonlyMap<string, string>;

/** What the child gets: the environment of this process without anything of Holdfast's own, and the values. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  values: Values,
): Readonly<Record<string, string>> {
  const inherited = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined || name.startsWith('HOLDFAST_') ? [] : [[name, value]],
  );
  const faults = [...values]
    .filter(([, value]) => value.includes('\0'))
    .map(([pointer]) => ({ pointer, detail: 'holds a zero byte' }));
  if (faults.length > 0)
    throw new Refusal('secret-missing', { detail: 'A value cannot be given to a program in a variable.', errors: faults });
  return Object.fromEntries([...inherited, ...values]);
}
