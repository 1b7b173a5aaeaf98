import type { SecretData } from '@holdfast/contract';

/** One field while somebody types it. */
export interface TypedField {
  readonly key: string;
  readonly name: string;
  readonly value: string;
  readonly isSeen: boolean;
  /** Of several lines. */
  readonly isLong: boolean;
}

let count = 0;

export function emptyField(name: string): TypedField {
  count += 1;
  return { key: String(count), name, value: '', isSeen: false, isLong: false };
}

/** The name that is there twice; null = none is. */
export function repeatedName(fields: readonly TypedField[]): string | null {
  const names = fields.map(({ name }) => name.trim());
  return names.find((name, at) => names.indexOf(name) !== at) ?? null;
}

export const dataOf = (fields: readonly TypedField[]): SecretData =>
  Object.fromEntries(fields.map(({ name, value }) => [name.trim(), value]));
