import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import type { Uploads } from '../upload/uploads.ts';

/** Files that come in: judged by content, scanned, and passed on only when both are well. A request without a body costs a look. */
export const upload = (uploads: Uploads): Step => ({
  name: 'upload',
  onFailure: 'block',
  run(exchange) {
    const { body, application } = exchange;
    if (body.kind === 'none' || application === null || application.uploads.action === 'off') return ON;
    return uploads.check(exchange, application);
  },
});
