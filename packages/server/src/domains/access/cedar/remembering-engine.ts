import type { CompiledPolicy } from '@holdfast/contract';
import { createPolicyEngine, type PolicyEngine, type Verdict } from './engine.ts';

const REMEMBERED_MAX = 5000;
/** Longer ones are decided each time: memory is bounded by characters as well. */
const KEY_CHARS_MAX = 2048;

/**
 * Decides one question once. Only for requests that hold all they depend on: no time, no address, nothing that moves. Other
 * policies are another engine, which begins with an empty memory.
 */
export function createRememberingEngine(policies: readonly CompiledPolicy[]): PolicyEngine {
  const engine = createPolicyEngine(policies);
  const remembered = new Map<string, Verdict>();
  return {
    decide(request) {
      const { principal, action, resource, context } = request;
      const key = JSON.stringify([principal, action, resource, context]);
      const held = remembered.get(key);
      if (held !== undefined) return held;
      const verdict = engine.decide(request);
      // A failure may pass: the next one asks again.
      if (verdict.why === 'failed' || key.length > KEY_CHARS_MAX) return verdict;
      remembered.set(key, verdict);
      const [oldest] = remembered;
      if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest[0]);
      return verdict;
    },
  };
}
