import type { SecretRef } from '@holdfast/contract';
import { isVariableName } from '../env-file/parse.ts';
import { UsageFault } from '../fault.ts';

const HELP = 'holdfast secret run --help';
/** `DATABASE_URL=holdfast:DATABASE_URL`: a variable that names a secret instead of holding one. */
const REFERENCE = 'holdfast:';
const ADDRESS_PARTS_MIN = 3;

/** One variable of the child and what goes into it; null = the secret's only value. */
export interface Wanted {
  readonly variable: string;
  readonly ref: SecretRef;
  readonly field: string | null;
}

/** What was said on the command line; `application` and `environment` are for names without an address of their own. */
export interface Asked {
  readonly application: string | null;
  readonly environment: string | null;
  readonly only: readonly string[];
  readonly map: readonly string[];
  readonly references: ReadonlyMap<string, string>;
}

/** Of an environment: variable -> what stands behind `holdfast:`. */
export function referencesIn(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(env).flatMap(([name, value]): [string, string][] =>
      value?.startsWith(REFERENCE) === true ? [[name, value.slice(REFERENCE.length)]] : [],
    ),
  );
}

/** True = a name stands alone somewhere, so application and environment have to be known. */
export function needsPlace({ only, map, references }: Asked): boolean {
  return only.length > 0 || [...map.map(sourceOf), ...references.values()].some((source) => !isAddress(source));
}

/** Everything that was named, each variable once. */
export function wantedOf(asked: Asked): readonly Wanted[] {
  const named: (readonly [string, string])[] = [
    ...[...asked.references].map(([variable, source]) => [variable, source] as const),
    ...asked.only.map((name) => [name, name] as const),
    ...asked.map.map((pair) => [pair.slice(0, Math.max(0, pair.indexOf('='))), sourceOf(pair)] as const),
  ];
  // The command line comes after the environment: what it says counts.
  const wanted = new Map(named.map(([variable, source]) => [variable, wantedFrom(variable, source, asked)]));
  return [...wanted.values()];
}

const sourceOf = (pair: string): string => pair.slice(pair.indexOf('=') + 1);

/** With two slashes or more it is a whole address; `db/password` is a name. */
const isAddress = (source: string): boolean => (source.split('#')[0] ?? '').split('/').length >= ADDRESS_PARTS_MIN;

function wantedFrom(variable: string, source: string, { application, environment }: Asked): Wanted {
  if (!isVariableName(variable))
    throw new UsageFault(
      `${variable === '' ? 'Something without a name' : variable} cannot be a variable: --map NAME=REF.`,
      HELP,
    );
  const [address, field] = splitOnce(source, '#');
  const parts = address.split('/');
  const isWhole = isAddress(source);
  const ref = {
    application: isWhole ? (parts[0] ?? '') : (application ?? ''),
    environment: isWhole ? (parts[1] ?? '') : (environment ?? ''),
    name: isWhole ? parts.slice(2).join('/') : address,
  };
  if (ref.name === '' || ref.application === '' || ref.environment === '')
    throw new UsageFault(`${variable} names no secret: NAME, NAME#FIELD or application/environment/NAME.`, HELP);
  return { variable, ref, field };
}

function splitOnce(text: string, separator: string): readonly [string, string | null] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + separator.length)];
}
