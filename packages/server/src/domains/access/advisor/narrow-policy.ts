import type { EntityUidJson } from '@cedar-policy/cedar-wasm/nodejs';
import { inCedar } from '../cedar/wasm.ts';

/** The same policy for these actions only; null = it cannot be written so. */
export function narrowToActions(text: string, actions: readonly string[]): string | null {
  try {
    return inCedar((cedar) => {
      const read = cedar.policyToJson(text);
      if (read.type === 'failure') return null;
      const [only, ...more] = actions.map((id): EntityUidJson => ({ type: 'Action', id }));
      if (only === undefined) return null;
      const action = more.length === 0 ? { op: '==' as const, entity: only } : { op: 'in' as const, entities: [only, ...more] };
      const written = cedar.policyToText({ ...read.json, action });
      return written.type === 'success' ? written.text.trim() : null;
    });
  } catch {
    // A trap in Cedar: nothing is proposed for this policy.
    return null;
  }
}
