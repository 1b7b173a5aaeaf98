import { buildPrefixSet, type PrefixEntry } from '../packages/server/src/gateway/limits/prefix-trie.ts';
import { median, report } from './report.ts';

/** A ban list of 100,000 prefixes: the processor time it takes to compile, during which the gateway answers nobody, and a lookup in it. */
const ENTRIES = 100_000;
const LOOKUPS = 200_000;
const ROUNDS = 7;
const BUDGET_BUILD_MS = 100;
const BUDGET_LOOKUP_US = 2;

/** The same numbers on every machine (Knuth's multiplicative hash). */
const scatter = (index: number): number => Math.imul(index + 1, 2_654_435_761) >>> 0;

function prefixAt(index: number): string {
  const bits = scatter(index);
  if (index % 4 === 3) return `2001:db8:${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}::/64`;
  const address = `${(bits >>> 24) % 223}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
  return index % 4 === 0 ? `${address}/24` : address;
}

const entries: PrefixEntry[] = Array.from({ length: ENTRIES }, (_, index) => ({ prefix: prefixAt(index), value: index }));
const addresses = Array.from({ length: 4096 }, (_, index) => prefixAt(index * 7).replace(/\/\d+$/u, ''));

const buildsMs: number[] = [];
const lookupsUs: number[] = [];
let found = 0;
/** Processor time of this process: what others do on the machine meanwhile is not in it. */
function cpuNowMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
for (let round = 0; round < ROUNDS; round += 1) {
  const began = cpuNowMs();
  const { set } = buildPrefixSet(entries);
  const built = cpuNowMs();
  for (let index = 0; index < LOOKUPS; index += 1) {
    if (set.lookup(addresses[index % addresses.length] ?? '') !== undefined) found += 1;
  }
  lookupsUs.push(((cpuNowMs() - built) * 1000) / LOOKUPS);
  buildsMs.push(built - began);
}

const first = buildsMs[0] ?? Number.POSITIVE_INFINITY;
const lookup = median(lookupsUs);
report({
  name: 'trie',
  budget: `${ENTRIES.toLocaleString('en')} prefixes compiled in ${BUDGET_BUILD_MS} ms CPU, a lookup in ${BUDGET_LOOKUP_US} µs`,
  ok: median(buildsMs) <= BUDGET_BUILD_MS && lookup <= BUDGET_LOOKUP_US && found === LOOKUPS * ROUNDS,
  results: {
    buildMs: Math.round(median(buildsMs)),
    firstBuildMs: Math.round(first),
    lookupUs: Math.round(lookup * 1000) / 1000,
    prefixes: ENTRIES,
  },
});
