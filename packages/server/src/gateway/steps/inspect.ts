import { RULE_GROUPS, inspectRequest } from '@holdfast/inspect';
import type { RuleGroup } from '@holdfast/inspect';
import type { Application } from '@holdfast/contract';
import type { Clock } from '../../platform/clock.ts';
import { CleanTexts } from '../clean-texts.ts';
import { ON } from '../exchange.ts';
import type { Step } from '../exchange.ts';
import { actionFor, weighFindings } from '../weigh-findings.ts';

interface Options {
  readonly groups: readonly RuleGroup[];
  readonly memory: CleanTexts;
}

// Which groups an application inspects changes with the snapshot only, and what was clean under them goes with it.
const optionsByApplication = new WeakMap<Application, Options>();
function inspectOptions(application: Application): Options {
  const held = optionsByApplication.get(application);
  if (held !== undefined) return held;
  const made = {
    groups: RULE_GROUPS.filter((group) => actionFor(application, group) !== 'off'),
    memory: new CleanTexts(),
  };
  optionsByApplication.set(application, made);
  return made;
}

/** Attack rules. In break-glass everything is still found and recorded, and nothing is blocked. */
export const inspect = (clock: Clock): Step => ({
  name: 'inspect',
  onFailure: 'block',
  run(exchange) {
    const { canonical, application } = exchange;
    if (canonical === null || application === null) return ON;
    const { findings, score } = inspectRequest(canonical, inspectOptions(application));
    exchange.record.score = score;
    return findings.length === 0 ? ON : weighFindings(exchange, application, { findings, now: clock.now() });
  },
});
