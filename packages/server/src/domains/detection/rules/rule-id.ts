import type { SigmaDocument } from '@holdfast/sigma';
import { createHash } from 'node:crypto';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/u;

/**
 * What a document is called everywhere: in lists, hits and alerts. Its id; without one its name; with neither, a digest of where
 * it stands, so that the same text has the same id at every node.
 */
export function ruleIdOf({ metadata: { id, name, title }, source }: Pick<SigmaDocument, 'metadata' | 'source'>): string {
  for (const given of [id, name]) if (given !== null && ID.test(given)) return given;
  return `unnamed-${createHash('sha256').update(`${source}\n${title}`).digest('hex').slice(0, 16)}`;
}
