import type { Explanation } from '@holdfast/contract';
import { sayGroup, sayPlace } from '../../api/event-words.ts';

/** What counted most, if anything did. */
function sayStrongest({ findings }: Explanation): string | null {
  const [strongest] = findings.filter(({ exception }) => exception === null).toSorted((a, b) => b.confidence - a.confidence);
  return strongest === undefined ? null : `${sayGroup(strongest.group)} in the ${sayPlace(strongest.location, strongest.name)}`;
}

/** The whole explanation in one sentence. */
export function sayExplanation(explanation: Explanation): string {
  const { outcome, request, findings, mode, reason } = explanation;
  const cause = reason ?? request.problem ?? 'by policy';
  switch (outcome) {
    case 'blocked':
      return `Blocked: ${sayStrongest(explanation) ?? cause}.`;
    case 'recorded':
      return `Passed on, and would be blocked when enforcing: ${sayStrongest(explanation) ?? cause}.`;
    case 'refused':
      return `Refused before the application saw it: ${cause}.`;
    case 'failed':
      return `Passed on; the application did not answer well (${request.status}).`;
    case 'allowed':
    case 'ok':
      return findings.length === 0
        ? 'Passed on: nothing was found.'
        : `Passed on in ${mode} mode; what was found was not enough, or excepted.`;
    default:
      return outcome satisfies never;
  }
}
