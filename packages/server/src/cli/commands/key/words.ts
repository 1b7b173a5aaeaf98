import type { RewrapView } from '@holdfast/contract';
import { formatTime, printable } from '../../terminal/table.ts';

export function rewrapText({ state, done, total, area, endedAt, faults }: RewrapView): string {
  switch (state) {
    case 'idle':
      return 'nothing to do';
    case 'running':
      return `${done} of ${Math.max(done, total)}${area === null ? '' : `, now ${area}`}`;
    case 'done':
      return `${done} sealed anew, done ${formatTime(endedAt)}`;
    case 'failed':
      return `${done} sealed anew, NOT all: ${faults.map(printable).join('; ')}`;
    default:
      return state satisfies never;
  }
}
