import { itemsOf } from '../rule/detection.ts';
import type { SigmaRule } from '../rule/read-rule.ts';

/** Names of placeholders that no pipeline has given values. */
export function placeholdersOf(rule: SigmaRule): readonly string[] {
  const names = new Set<string>();
  for (const detection of rule.detections.identifiers.values()) {
    for (const { values } of itemsOf(detection)) {
      for (const value of values) {
        if (value.kind === 'text') for (const token of value.tokens) if (typeof token === 'string') names.add(token);
        if (value.kind === 'regex' && value.expands)
          for (const [, name] of value.source.matchAll(PLACEHOLDER)) names.add(name ?? '');
      }
    }
  }
  return [...names];
}

export const PLACEHOLDER: RegExp = /(?<!\\)%([A-Za-z0-9_.-]{1,100})%/gu;
