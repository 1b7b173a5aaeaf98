import type { Row } from './corpora.ts';
import { balancedAccuracy, classMean, count, countBy, percent, type Count } from './rates.ts';
import type { Fate } from './replay.ts';

/** The corpora as they were answered; null where a corpus is absent. */
export interface Replayed {
  readonly payloads: readonly Fate[];
  readonly benign: readonly Fate[];
  readonly csic: readonly Fate[];
  readonly crs: readonly Fate[];
}

/** One gate: what was reached and what has to be. */
export interface Gate {
  readonly name: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export const isReached = ({ value, atLeast = -Infinity, atMost = Infinity }: Gate): boolean =>
  value >= atLeast && value <= atMost;

const attacks = (fates: readonly Fate[], wanted: (row: Row) => boolean = () => true): readonly Fate[] =>
  fates.filter(({ row }) => row.label === 'attack' && wanted(row));
const honest = (fates: readonly Fate[], wanted: (row: Row) => boolean = () => true): readonly Fate[] =>
  fates.filter(({ row }) => row.label === 'benign' && wanted(row));

/** Every gate that needs no learning, all with one configuration. */
export function detectionGates({ payloads, benign, csic, crs }: Replayed): readonly Gate[] {
  const payloadRate = count(payloads);
  const honestRate = count(benign);
  const shop = attacks(csic, (row) => row.tamper !== true);
  return [
    { name: 'payloads TPR', value: percent(payloadRate), atLeast: 96 },
    { name: 'payloads class mean', value: classMean(countBy(payloads, ({ row }) => row.class)), atLeast: 88 },
    { name: 'benign FPR', value: percent(honestRate), atMost: 1.5 },
    { name: 'hard benign FPR', value: percent(count(honest(benign, (row) => row.hard === true))), atMost: 5 },
    { name: 'payloads and benign BA', value: balancedAccuracy(payloadRate, honestRate), atLeast: 97 },
    { name: 'csic BA without tamper', value: balancedAccuracy(count(shop), count(honest(csic))), atLeast: 98 },
    { name: 'crs-regression PL1 attack TPR', value: percent(count(attacks(crs, (row) => row.pl === 1))), atLeast: 85 },
  ];
}

const line = (name: string, counted: Count): string =>
  `  ${name.padEnd(28)} ${String(counted.stopped).padStart(5)} of ${String(counted.of).padStart(5)}  ${percent(counted).toFixed(1).padStart(5)} %\n`;
const lines = (counts: ReadonlyMap<string, Count>): string => [...counts].map(([name, counted]) => line(name, counted)).join('');

/** The tables a person reads: what was stopped, by class and by source. */
export function describeDetection({ payloads, benign, csic, crs }: Replayed): string {
  const shopClass = ({ row }: Fate): string => `${row.label} ${row.class}${row.tamper === true ? ' tamper' : ''}`;
  return [
    'attack payloads stopped, by class\n',
    lines(countBy(payloads, ({ row }) => row.class)),
    'attack payloads stopped, by source\n',
    lines(countBy(payloads, ({ row }) => row.source)),
    'honest requests stopped, by source\n',
    lines(countBy(benign, ({ row }) => row.source)),
    'shop traffic (csic) stopped, nothing learned\n',
    lines(countBy(csic, shopClass)),
    'rule-set regression, paranoia level 1: attack rows stopped, by class\n',
    lines(
      countBy(
        attacks(crs, (row) => row.pl === 1),
        ({ row }) => row.class,
      ),
    ),
  ].join('');
}

/** What went wrong, one JSON line each: attacks that passed and honest requests that were stopped. */
export function describeMisses({ payloads, benign, csic, crs }: Replayed): string {
  const wrong = [...payloads, ...benign, ...csic, ...attacks(crs, (row) => row.pl === 1)].filter(
    ({ row, isStopped }) => (row.label === 'attack') !== isStopped,
  );
  return wrong.map(({ row, answer }) => `${JSON.stringify({ answer, ...row })}\n`).join('');
}
