import {
  compile,
  Correlator,
  readDocuments,
  Scanner,
  type FieldValue,
  type SigmaDocument,
  type SigmaEvent,
  type SigmaRule,
} from '@holdfast/sigma';
import {
  concatenatedObjects,
  isSigmaCorpusPresent,
  readSigmaCorpus,
  readWebEvents,
  rulesIn,
  windowsFields,
} from '../tests/support/sigma-corpus.ts';
import { report } from './report.ts';

/**
 * Sigma on one core: web requests against the public web rules and against copies of them with other words, up to 4,000;
 * Windows events against all rules of the corpus; 50 correlations over 100,000 groups. Processor time throughout, so that what
 * else the machine does is left out.
 */
const BUDGET_WEB_PER_SECOND = 40_000;
const BUDGET_WINDOWS_PER_SECOND = 8000;
const BUDGET_CORRELATED_PER_SECOND = 50_000;
const BUDGET_GROUPS_MIB = 300;
const BUDGET_COMPILE_MS = 300;
const CURVE = [400, 1000, 2000, 4000];
const ROUND_MS = 1500;
const GROUPS = 100_000;
const CORRELATIONS = 50;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A copy of a rule that looks for other words: every letter of its values is another one. */
function shifted(rule: SigmaRule, by: number): SigmaRule {
  const turn = (token: number | string): number | string => {
    if (typeof token === 'string') return token;
    const first = token >= 97 && token <= 122 ? 97 : token >= 65 && token <= 90 ? 65 : 0;
    return first === 0 ? token : first + ((token - first + by) % 26);
  };
  const change = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map((item: unknown) => change(item)) as T;
    if (typeof value !== 'object' || value === null) return value;
    if ('tokens' in value && Array.isArray(value.tokens)) return { ...value, tokens: value.tokens.map(turn) };
    return Object.fromEntries(Object.entries(value).map(([key, inner]: [string, unknown]) => [key, change(inner)])) as T;
  };
  const identifiers = new Map([...rule.detections.identifiers].map(([name, detection]) => [name, change(detection)]));
  return {
    ...rule,
    metadata: { ...rule.metadata, id: `${rule.metadata.id ?? ''}-${by}`, name: null },
    detections: { ...rule.detections, identifiers },
  };
}

interface Rate {
  readonly perSecond: number;
  readonly p99Us: number;
  readonly candidatesP95: number;
}

function measure(scanner: Scanner, events: readonly SigmaEvent[]): Rate {
  for (const event of events.slice(0, 3000)) scanner.match(event);
  const began = cpuMs();
  let matched = 0;
  while (cpuMs() - began < ROUND_MS) {
    for (const event of events) scanner.match(event);
    matched += events.length;
  }
  const perSecond = Math.round(matched / ((cpuMs() - began) / 1000));
  const times: number[] = [];
  const candidates: number[] = [];
  for (const event of events) {
    const before = performance.now();
    scanner.match(event);
    times.push((performance.now() - before) * 1000);
    candidates.push(scanner.candidates);
  }
  const at = (list: number[], share: number): number => list.toSorted((a, b) => a - b)[Math.floor(list.length * share)] ?? 0;
  return { perSecond, p99Us: Math.round(at(times, 0.99)), candidatesP95: at(candidates, 0.95) };
}

function scannerOf(documents: readonly SigmaDocument[]): Scanner {
  const { ruleset } = compile(documents);
  if (ruleset === null) throw new Error('assert: the rules compile');
  return new Scanner(ruleset);
}

function correlate(): { perSecond: number; groupsMiB: number; groups: number; fired: number } {
  const bases = Array.from(
    { length: 10 },
    (_, index) => `title: base ${index}\nname: base${index}\nlogsource: {}\ndetection: { s: { kind: ${index} }, condition: s }\n`,
  );
  const types = ['event_count', 'value_count', 'temporal', 'temporal_ordered', 'value_sum'];
  const correlations = Array.from({ length: CORRELATIONS }, (_, index) => {
    const type = types[index % types.length] ?? '';
    const condition = type.startsWith('temporal')
      ? ''
      : `\n  condition: { ${type.startsWith('value') ? 'field: value, ' : ''}gte: ${type === 'value_sum' ? 5000 : 20} }`;
    const rules = type.startsWith('temporal') ? `[base${index % 10}, base${(index + 1) % 10}]` : `[base${index % 10}]`;
    return `title: correlation ${index}\ncorrelation:\n  type: ${type}\n  rules: ${rules}\n  group-by: [user]\n  timespan: 10m${condition}\n`;
  });
  const { documents } = readDocuments([...bases, ...correlations].join('---\n'), 'bench.yml');
  const { ruleset } = compile(documents);
  if (ruleset === null) throw new Error('assert: the rules compile');
  globalThis.gc?.();
  const before = process.memoryUsage();
  const correlator = new Correlator(ruleset.linked);
  let fired = 0;
  let sent = 0;
  // An event of one kind feeds seven correlations; every user becomes a group of all fifty.
  const users = GROUPS / CORRELATIONS;
  const send = (): void => {
    const scattered = Math.imul(sent + 1, 2_654_435_761) >>> 0;
    const late = sent % 10 === 0 ? 20_000 : 0;
    const fields = new Map<string, FieldValue>([
      ['user', `user-${scattered % users}`],
      ['value', sent % 100],
    ]);
    fired += correlator.observe([Math.floor(scattered / users) % 10], { timeMs: 1e12 + sent - late, fields }).length;
    sent += 1;
  };
  while (correlator.size.groups < GROUPS) send();
  const began = cpuMs();
  const first = sent;
  while (cpuMs() - began < ROUND_MS * 2) for (let index = 0; index < 1000; index += 1) send();
  const perSecond = Math.round((sent - first) / ((cpuMs() - began) / 1000));
  globalThis.gc?.();
  const after = process.memoryUsage();
  const groupsMiB = Math.round((after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / 1_048_576);
  return { perSecond, groupsMiB, groups: correlator.size.groups, fired };
}

const files = isSigmaCorpusPresent ? rulesIn(readSigmaCorpus()) : [];
const web = readWebEvents();
const correlations = correlate();
if (files.length === 0 || web.length === 0)
  process.stderr.write('Sigma corpus or benign traffic not found: rules are NOT measured\n');

const beganRead = cpuMs();
const documents = files.flatMap(([name, text]) => readDocuments(text, name).documents);
const readMs = Math.round(cpuMs() - beganRead);
const rules = documents.filter((document): document is SigmaRule => document.kind === 'rule');
const webRules = rules.filter(({ logsource }) => logsource.product !== 'windows');
const beganCompile = cpuMs();
compile(webRules);
const compileMs = Math.round(cpuMs() - beganCompile);

const curve =
  files.length === 0
    ? []
    : CURVE.map((count) => {
        const copies = Array.from({ length: Math.ceil(count / webRules.length) }, (_, by) =>
          by === 0 ? webRules : webRules.map((rule) => shifted(rule, by)),
        )
          .flat()
          .slice(0, count);
        return { rules: copies.length, ...measure(scannerOf(copies), web) };
      });
const corpus = isSigmaCorpusPresent ? readSigmaCorpus() : new Map<string, string>();
const windows = [...corpus]
  .filter(([name]) => name.startsWith('regression_data') && name.endsWith('.json'))
  .flatMap(([, text]) => concatenatedObjects(text))
  .map((object): SigmaEvent => ({
    fields: windowsFields(object),
    logsources: [
      { product: 'windows', category: 'process_creation' },
      { product: 'windows', service: 'sysmon' },
      { product: 'windows', category: 'registry_set' },
      { product: 'windows', category: 'file_event' },
    ],
  }));
const allRules = files.length === 0 ? null : measure(scannerOf(rules), web);
const windowsRate = files.length === 0 ? null : measure(scannerOf(rules), windows);
const webRate = Math.min(...curve.map(({ perSecond }) => perSecond));

report({
  name: 'sigma',
  budget: `>= ${BUDGET_WEB_PER_SECOND} web events/s up to 4,000 rules, >= ${BUDGET_WINDOWS_PER_SECOND} Windows events/s, web rules compiled in ${BUDGET_COMPILE_MS} ms; >= ${BUDGET_CORRELATED_PER_SECOND} correlated events/s with ${CORRELATIONS} correlations and ${GROUPS} groups in ${BUDGET_GROUPS_MIB} MiB`,
  ok:
    (files.length === 0 ||
      (webRate >= BUDGET_WEB_PER_SECOND &&
        (windowsRate?.perSecond ?? 0) >= BUDGET_WINDOWS_PER_SECOND &&
        compileMs <= BUDGET_COMPILE_MS)) &&
    correlations.perSecond >= BUDGET_CORRELATED_PER_SECOND &&
    correlations.groupsMiB <= BUDGET_GROUPS_MIB,
  results: {
    files: files.length,
    readMs,
    webRules: webRules.length,
    compileMs,
    curve,
    allRules,
    windows: windowsRate,
    windowsEvents: windows.length,
    correlations,
    rssMiB: Math.round(process.memoryUsage().rss / 1_048_576),
  },
});
