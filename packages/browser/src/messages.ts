import type { SchemaReason } from '@holdfast/contract';

const WORDS: Partial<Record<SchemaReason, string>> = {
  missing: 'Please fill in this field.',
  empty: 'Please fill in this field.',
  type: 'Please enter a number.',
  range: 'This number is too small or too large.',
  length: 'This is too short or too long.',
  format: 'This does not have the right form.',
  pattern: 'This contains characters that are not accepted here.',
  word: 'Please use at least one letter or digit.',
};
const OTHER = 'This cannot be sent like this.';

/**
 * What a person reads. `data-message-pattern="…"` and the like on a field, its form or the script element say it otherwise;
 * the nearest counts, and `data-message` stands for every reason.
 */
export function messageFor(reason: SchemaReason, elements: readonly (Element | null)[]): string {
  for (const element of elements)
    for (const name of [`data-message-${reason}`, 'data-message']) {
      const words = element?.getAttribute(name) ?? '';
      if (words !== '') return words;
    }
  return WORDS[reason] ?? OTHER;
}
