import { inspectRequest } from '@holdfast/inspect';
import type { Clock } from '../../platform/clock.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { inContext, optionsFor } from '../inspection/inspect-options.ts';
import { weighFindings } from '../inspection/weigh-findings.ts';

/** Attack rules. In break-glass everything is still found and recorded, and nothing is blocked. */
export const inspect = (clock: Clock): Step => ({
  name: 'inspect',
  onFailure: 'block',
  run(exchange) {
    const { canonical, application } = exchange;
    if (canonical === null || application === null) return ON;
    const { findings, score } =
      inContext(exchange, canonical) ?? inspectRequest(canonical, optionsFor(exchange, canonical, application));
    exchange.record.score = Math.min(1, score + exchange.doubt);
    return findings.length === 0 ? ON : weighFindings(exchange, application, { findings, now: clock.now() });
  },
});
