import { variable, writeEnvFile } from './write.ts';

export const ENV_FORMATS = ['dotenv', 'json', 'shell', 'docker'] as const;
export type EnvFormat = (typeof ENV_FORMATS)[number];

export type Variables = ReadonlyMap<string, string>;

/** `unfit` = names whose values this format has no way to write. */
export type Written =
  | { readonly kind: 'written'; readonly text: string }
  | { readonly kind: 'unfit'; readonly names: readonly string[] };

export function writeVariables(variables: Variables, format: EnvFormat): Written {
  if (format === 'json') return written(`${JSON.stringify(Object.fromEntries(variables), null, 2)}\n`);
  if (format === 'dotenv') return written(writeEnvFile([...variables].map(([name, value]) => variable(name, value))));
  if (format === 'shell') return written(each(variables, (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}'`));
  // `docker run --env-file` takes each line as it is: it knows neither quotes nor escapes.
  const names = [...variables].filter(([, value]) => /[\r\n]/u.test(value)).map(([name]) => name);
  return names.length > 0 ? { kind: 'unfit', names } : written(each(variables, (name, value) => `${name}=${value}`));
}

const written = (text: string): Written => ({ kind: 'written', text });

const each = (variables: Variables, line: (name: string, value: string) => string): string =>
  [...variables].map(([name, value]) => `${line(name, value)}\n`).join('');
