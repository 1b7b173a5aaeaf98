import { handOver, judge, ruleTexts } from '../tests/support/measure-watch.ts';
import { report } from './report.ts';

/**
 * The watch on one core, everything that its thread does with a request: names of fields, rules, windows; by the number of
 * rules, and with all of them once more with the behaviours. And what it costs the process that hands events over. Processor time throughout.
 */
const BUDGET_PER_SECOND = 40_000;
const BUDGET_HAND_OVER_US = 25;
const CURVE = [0, 400, 1000, 2000, 4000];

const curve = [];
for (const count of CURVE) {
  const { texts, own, public: foreign } = await ruleTexts(count);
  curve.push({ asked: count, own, public: foreign, ...(await judge(texts, { behaviours: false })) });
}
const withBehaviours = await judge((await ruleTexts(CURVE.at(-1) ?? 0)).texts, { behaviours: true });
const handOverUs = Math.round((await handOver()) * 10) / 10;

report({
  name: 'watch',
  budget: `>= ${BUDGET_PER_SECOND} web events/s with mapping up to 4,000 rules, with behaviours too; an event costs who hands it over <= ${BUDGET_HAND_OVER_US} us`,
  ok: [...curve, withBehaviours].every(({ perSecond }) => perSecond >= BUDGET_PER_SECOND) && handOverUs <= BUDGET_HAND_OVER_US,
  results: { curve, withBehaviours, handOverUs },
});
