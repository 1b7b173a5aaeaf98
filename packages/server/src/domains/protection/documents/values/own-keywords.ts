import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';

/** References that one comparison follows. Schemas that join themselves in two ways at each step would take for ever (CWE-407). */
const STEPS_MAX = 100_000;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

export class TooManySteps extends Error {}

/** Counts the references of one comparison. */
export class Steps {
  #left = 0;

  begin(): void {
    this.#left = STEPS_MAX;
  }

  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new TooManySteps('a comparison took too many steps');
  }
}

export function addKeywords(ajv: Ajv2020, steps: Steps): void {
  ajv.addKeyword({
    keyword: 'x-holdfast-step',
    schemaType: 'boolean',
    before: '$ref',
    validate: () => {
      steps.take();
      return true;
    },
  });
  ajv.addKeyword({
    keyword: 'x-holdfast-word',
    type: 'string',
    schemaType: 'boolean',
    validate: (isWanted: boolean, text: string) => !isWanted || LETTER_OR_DIGIT.test(text),
  });
  // That of ajv compares every element with every other: ten thousand of them would take seconds (CWE-407).
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isWanted: boolean, items: unknown[]) => !isWanted || new Set(items.map(sortedText)).size === items.length,
  });
  ajv.addKeyword({ keyword: 'x-holdfast-closed', type: 'object', schemaType: 'array', compile: closed });
}

/** Equal values have equal texts, whatever the order of their names. */
function sortedText(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}

function closed(names: readonly string[]): DataValidateFunction {
  const listed = new Set(names);
  const validate: DataValidateFunction = (data: unknown) => {
    const unknown = Object.keys(data as object).filter((name) => !listed.has(name));
    validate.errors = unknown.map((name) => ({ keyword: 'x-holdfast-closed', params: { additionalProperty: name } }));
    return unknown.length === 0;
  };
  return validate;
}
