import type { Backtest, RuleDiagnostic, RuleExplained, RuleView } from '@holdfast/contract';
import { segment } from '../../connection/client.ts';
import type { Input } from '../../command.ts';
import { UsageFault } from '../../fault.ts';
import { formatPairs, formatTable, formatTime, printable } from '../../terminal/table.ts';

export const RULES = '/api/v1/detection/rules';
export const RULE = { name: '<rule>', help: 'id as the list shows it' };
export const REASON = { flags: '--reason <text>', help: 'why; kept in the ledger' };
export const STATES = ['on', 'test', 'off'];

export const at = (input: Input, rest = ''): string => `${RULES}/${segment(input.words[0] ?? '')}${rest}`;

export function needed(input: Input, name: string, verb: string): string {
  const text = input.text(name);
  if (text === null) throw new UsageFault(`detect ${verb} needs --${name}.`, `holdfast detect ${verb} --help`);
  return text;
}

/** `name=value`, cut at the first sign: values may have more of them. */
export function pair(word: string, flag: string, verb: string): readonly [name: string, value: string] {
  const sign = word.indexOf('=');
  if (sign <= 0) throw new UsageFault(`--${flag} is written NAME=VALUE.`, `holdfast detect ${verb} --help`);
  return [word.slice(0, sign), word.slice(sign + 1)];
}

export const ruleColumns = [
  { title: 'ID', value: (row: RuleView) => row.id },
  { title: 'STATE', value: (row: RuleView) => (row.idle === null ? row.state : `${row.state} (idle)`) },
  { title: 'SEVERITY', value: (row: RuleView) => row.severity },
  { title: 'HITS', value: (row: RuleView) => String(row.hits) },
  { title: 'LAST', value: (row: RuleView) => formatTime(row.lastHitAt) },
  { title: 'ORIGIN', value: (row: RuleView) => row.origin },
  { title: 'TITLE', value: (row: RuleView) => row.title },
];

export function logsourceText({ category, product, service }: RuleView['logsource']): string {
  const parts = Object.entries({ category, product, service }).filter(([, value]) => value !== null);
  return parts.map(([name, value]) => `${name} ${value}`).join(', ') || '-';
}

const DIAGNOSTICS_SHOWN = 50;

/** As compilers write them, so that editors find the place. */
export function diagnosticsText(diagnostics: readonly RuleDiagnostic[]): string {
  const errorsFirst = diagnostics.toSorted((left, right) => left.severity.localeCompare(right.severity));
  const lines = errorsFirst
    .slice(0, DIAGNOSTICS_SHOWN)
    .map(({ file, line, column, severity, code, message }) =>
      printable(`${file}:${line}:${column}: ${severity}: ${message} (${code})`),
    );
  const more = diagnostics.length - lines.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : []), ''].join('\n');
}

export function explainedText(view: RuleExplained, { isWhole }: { readonly isWhole: boolean }): string {
  const why = view.routed ? '' : ' (the rule is for another kind of event)';
  const head = formatPairs([
    ['matches', `${view.matches ? 'yes' : 'no'}${why}`],
    ['event', `${view.event}${view.requestId === null ? '' : ` of request ${view.requestId}`}`],
    ['condition', view.condition],
  ]);
  const items = isWhole ? view.items : view.items.filter(({ decisive }) => decisive);
  const columns = [
    { title: 'LINE', value: (row: RuleExplained['items'][number]) => String(row.line) },
    { title: 'NAME', value: (row: RuleExplained['items'][number]) => row.identifier },
    { title: 'HOLDS', value: (row: RuleExplained['items'][number]) => `${row.holds ? 'yes' : 'no'}${row.decisive ? ' *' : ''}` },
    { title: 'FIELD', value: (row: RuleExplained['items'][number]) => row.field ?? '(keywords)' },
    { title: 'HAS', value: (row: RuleExplained['items'][number]) => row.has ?? '-' },
    { title: 'WANTS', value: (row: RuleExplained['items'][number]) => row.wants },
  ];
  const tail = isWhole && items.some(({ decisive }) => decisive) ? '* = this decided\n' : '';
  return `${head}\n${formatTable(items, columns, 'nothing was asked')}${tail}`;
}

export function backtestText(view: Backtest): string {
  const pairs = formatPairs([
    ['from', `${formatTime(view.from)}${view.cut ? ' (cut: it did not come further back)' : ''}`],
    ['to', formatTime(view.to)],
    ['events judged', String(view.events)],
    ['matches', String(view.matches)],
    ['alerts', `${view.alerts}, repetitions left out`],
    ...view.unknown.map((text) => ['note', text] as const),
  ]);
  if (view.matches === 0) return pairs;
  const days = formatTable(view.days, [
    { title: 'DAY', value: ({ at: day }) => formatTime(day).slice(0, 10) },
    { title: 'MATCHES', value: ({ matches }) => String(matches) },
  ]);
  const samples = formatTable(view.samples, [
    { title: 'TIME', value: ({ time }) => formatTime(time) },
    { title: 'REQUEST', value: ({ requestId }) => requestId ?? '-' },
    { title: 'TYPE', value: ({ type }) => type },
    { title: 'WHAT', value: ({ summary }) => summary },
  ]);
  return `${pairs}\n${days}\n${samples}`;
}
