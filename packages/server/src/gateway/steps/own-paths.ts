import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { takeCspReport } from '../response/csp-report.ts';

const OWN_PREFIX = '/.holdfast';
const CSP_REPORT_PATH = '/.holdfast/csp-report';

/** Paths that belong to Holdfast itself and never reach an application, in any letter case. */
export const ownPaths: Step = {
  name: 'own-paths',
  onFailure: 'block',
  run(exchange) {
    const { path, method } = exchange.head;
    // Two characters tell almost every path from ours without a copy in lower case.
    if (path.charCodeAt(1) !== 0x2e) return ON;
    const folded = path.toLowerCase();
    if (folded !== OWN_PREFIX && !folded.startsWith(`${OWN_PREFIX}/`)) return ON;
    if (path === CSP_REPORT_PATH && method === 'POST') return takeCspReport(exchange);
    return { kind: 'refused', code: 'not-found', reason: 'own-path' };
  },
};
