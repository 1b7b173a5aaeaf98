import { BlockList } from 'node:net';
import { AddressTableBuilder } from '../packages/server/src/platform/lookup/address-table.ts';
import { ListedTable } from '../packages/server/src/platform/lookup/listed-table.ts';
import { MarkPool } from '../packages/server/src/platform/lookup/marks.ts';
import { newPrefix, readPrefix } from '../packages/server/src/platform/lookup/prefix.ts';
import { TextTableBuilder } from '../packages/server/src/platform/lookup/text-table.ts';
import { median, report } from './report.ts';

/**
 * Threat intelligence on the way of a request: a million prefixes and 200,000 texts, what they occupy, and a lookup in each. Beside
 * it `net.BlockList` of Node with 20,000 of the same prefixes.
 */
const PREFIXES = 1_000_000;
const TEXTS = 200_000;
const BESIDE = 20_000;
const LOOKUPS = 200_000;
const BESIDE_LOOKUPS = 5000;
/** One lookup is shorter than a clock can tell: so many make one sample. */
const PER_SAMPLE = 50;
/** Each sample is the best of so many: what others do on the machine meanwhile is not in it. */
const ROUNDS = 7;
const BUDGET_MEBIBYTES = 64;
const BUDGET_P99_US = 2;
const NOW = 1_800_000_000_000;

/** The same numbers on every machine (Knuth's multiplicative hash). */
const scatter = (index: number): number => Math.imul(index + 1, 2_654_435_761) >>> 0;

function prefixAt(index: number): string {
  const bits = scatter(index);
  if (index % 4 === 3) return `2001:db8:${(bits >>> 16).toString(16)}:${(bits & 0xffff).toString(16)}::/64`;
  const address = `${(bits >>> 24) % 223}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
  return index % 4 === 0 ? `${address}/24` : address;
}
const textAt = (index: number): string => `host-${scatter(index).toString(36)}.example`;

/** Half of them are listed. */
const asked = Array.from({ length: LOOKUPS }, (_, index) =>
  prefixAt(index % 2 === 0 ? index * 3 : index + PREFIXES).replace(/\/\d+$/u, ''),
);
const askedTexts = Array.from({ length: LOOKUPS }, (_, index) => textAt(index % 2 === 0 ? index % TEXTS : index + TEXTS));

function build(): { readonly table: ListedTable; readonly ms: number } {
  const began = performance.now();
  const pool = new MarkPool();
  const addresses = new AddressTableBuilder();
  const texts = new TextTableBuilder(pool);
  const prefix = newPrefix();
  const mark = { list: 0, action: 1, confidence: 70, length: 0, seenAt: NOW, endsAt: NOW + 86_400_000 };
  for (let index = 0; index < PREFIXES; index += 1)
    if (readPrefix(prefixAt(index), prefix)) addresses.add(prefix, pool.mark({ ...mark, length: prefix.length }));
  for (let index = 0; index < TEXTS; index += 1) texts.add(104, textAt(index), pool.mark(mark));
  const arrays = { lists: ['bench'], addresses: addresses.build(pool), texts: texts.build(7), marks: pool.arrays() };
  return { table: new ListedTable(arrays), ms: performance.now() - began };
}

/** Microseconds of one lookup: samples in order. */
function measure(look: (index: number) => unknown, lookups: number): number[] {
  const samples = Array.from({ length: Math.floor(lookups / PER_SAMPLE) }, () => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [sample, best] of samples.entries()) {
      const began = performance.now();
      for (let index = sample * PER_SAMPLE; index < (sample + 1) * PER_SAMPLE; index += 1) look(index);
      samples[sample] = Math.min(best, ((performance.now() - began) * 1000) / PER_SAMPLE);
    }
  }
  return samples.toSorted((left, right) => left - right);
}
const p99 = (samples: readonly number[]): number => samples[Math.floor(samples.length * 0.99)] ?? Number.POSITIVE_INFINITY;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const { table, ms } = build();
let found = 0;
const lookAddress = (index: number): void => {
  if (table.findAddress(asked[index] ?? '', NOW).length > 0) found += 1;
};
const lookText = (index: number): void => {
  if (table.findText('h', askedTexts[index] ?? '', NOW).length > 0) found += 1;
};
measure(lookAddress, LOOKUPS);
measure(lookText, LOOKUPS);
const addressUs = measure(lookAddress, LOOKUPS);
const textUs = measure(lookText, LOOKUPS);

const beside = new BlockList();
for (let index = 0; index < BESIDE; index += 1) {
  const [address = '', length = '32'] = prefixAt(index * 4).split('/');
  beside.addSubnet(address, Number(length), 'ipv4');
}
const besideUs = measure((index) => beside.check(`203.0.${index & 255}.1`, 'ipv4'), BESIDE_LOOKUPS);

const mebibytes = table.bytes / 2 ** 20;
report({
  name: 'intel',
  budget: `${PREFIXES.toLocaleString('en')} prefixes and ${TEXTS.toLocaleString('en')} texts in ${BUDGET_MEBIBYTES} MiB, p99 of a lookup ${BUDGET_P99_US} µs`,
  ok: mebibytes <= BUDGET_MEBIBYTES && p99(addressUs) <= BUDGET_P99_US && p99(textUs) <= BUDGET_P99_US && found > LOOKUPS,
  results: {
    mebibytes: rounded(mebibytes),
    buildMs: Math.round(ms),
    addressUs: { median: rounded(median(addressUs)), p99: rounded(p99(addressUs)) },
    textUs: { median: rounded(median(textUs)), p99: rounded(p99(textUs)) },
    blockListUs: { prefixes: BESIDE, median: rounded(median(besideUs)) },
  },
});
