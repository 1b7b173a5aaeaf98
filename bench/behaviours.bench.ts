import { FALSE_MAX, measureBehaviours, RECALL_MIN, REQUESTS, TRACES_MIN } from '../tests/support/measure-behaviours.ts';
import { report } from './report.ts';

/** Behaviours: how many attacks each finds, how often honest traffic tells, what an event costs, what 200,000 keys weigh. */
const { honestEvents, withCorpus, all } = measureBehaviours();
report({
  name: 'behaviours',
  budget: `recall ${RECALL_MIN} on ${TRACES_MIN} traces and more, no twin told, ${FALSE_MAX} false alert in ${REQUESTS.toLocaleString('en')} honest requests, each behaviour`,
  ok: all.length > 0 && all.every(({ isOk }) => isOk),
  results: { honestEvents, withCorpus, ...Object.fromEntries(all.map(({ id, results }) => [id, results])) },
});
