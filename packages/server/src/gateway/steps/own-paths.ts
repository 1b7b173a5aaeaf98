import { ON } from '../exchange.ts';
import type { Exchange, Step, StepResult } from '../exchange.ts';
import { answerPageSchema } from '../page/page-schema.ts';
import type { PageSchemaParts } from '../page/page-schema.ts';
import { answerPageScript } from '../page/page-script.ts';
import { takeCspReport } from '../response/csp-report.ts';
import { answerKeySet } from '../sessions/key-set.ts';
import { answerWellKnown } from '../sessions/well-known.ts';
import { answerOwnPage } from '../sessions/own-page.ts';
import type { OwnPageParts } from '../sessions/own-page.ts';

const OWN_PREFIX = '/.holdfast';
const CSP_REPORT_PATH = '/.holdfast/csp-report';
const PAGE_SCHEMA_PATH = '/.holdfast/schema';
const PAGE_SCRIPT_PATH = '/.holdfast/validate.js';
const WELL_KNOWN_PREFIX = '/.well-known/holdfast';
const KEY_SET_PATH = '/.well-known/holdfast/jwks.json';

const NOT_FOUND: StepResult = { kind: 'refused', code: 'not-found', reason: 'own-path' };

/** Paths that belong to Holdfast itself and never reach an application, in any letter case. */
export const ownPaths = (parts: OwnPageParts & PageSchemaParts): Step => ({
  name: 'own-paths',
  onFailure: 'block',
  run(exchange) {
    const { path } = exchange.head;
    // Two characters tell almost every path from ours without a copy in lower case.
    if (path.charCodeAt(1) !== 0x2e) return ON;
    const folded = path.toLowerCase();
    // A proxy that asks about our own paths would send them to the application: it has to bring them here instead.
    if (exchange.forwardAuth !== null && (isUnder(folded, OWN_PREFIX) || isUnder(folded, WELL_KNOWN_PREFIX))) return NOT_FOUND;
    if (isUnder(folded, OWN_PREFIX)) return answerOwn(exchange, parts);
    if (isUnder(folded, WELL_KNOWN_PREFIX)) return path === KEY_SET_PATH ? answerKeySet(exchange) : NOT_FOUND;
    return answerWellKnown(exchange) ?? ON;
  },
});

const isUnder = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);

function answerOwn(exchange: Exchange, parts: OwnPageParts & PageSchemaParts): StepResult | Promise<StepResult> {
  const { head, application } = exchange;
  if (head.path === CSP_REPORT_PATH) return head.method === 'POST' ? takeCspReport(exchange) : NOT_FOUND;
  if (head.path === PAGE_SCHEMA_PATH) return answerPageSchema(exchange, parts);
  if (head.path === PAGE_SCRIPT_PATH) return answerPageScript(exchange);
  // Where nobody signs in there are no pages for it.
  if (application === null || application.login.mode === 'off') return NOT_FOUND;
  return answerOwnPage(exchange, application, parts);
}
