import { createHash } from 'node:crypto';
import type { RuleText } from '../watch.ts';

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** SHA-256 over all texts and states. */
export function digestOf(texts: readonly RuleText[]): string {
  const lines = texts.map(({ file, text, state }) => `${hashOf(text)} ${state} ${file}`).toSorted();
  return hashOf(lines.join('\n'));
}
