import type { IndicatorView, LookupView } from '@holdfast/contract';
import type { Verb } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { formatTable, formatTime, printable, type Column } from '../../terminal/table.ts';
import { PATH } from './words.ts';

export const indicatorColumns: readonly Column<IndicatorView>[] = [
  { title: 'ENTRY', value: ({ value }) => value },
  { title: 'KIND', value: ({ kind }) => kind },
  { title: 'SOURCE', value: ({ sourceName }) => sourceName },
  { title: 'SURE', value: ({ confidence }) => String(confidence) },
  { title: 'MATCH', value: ({ action }) => action },
  { title: 'ENDS', value: ({ expiresAt }) => formatTime(expiresAt) },
  { title: 'ID', value: ({ id }) => id },
];

export const lookup: Verb = {
  name: 'lookup',
  summary: 'say who lists an address, host, URL, hash or user agent; exit 1 when anybody does',
  words: [{ name: '<value>', help: 'also as people write it: evil[.]example' }],
  examples: ['holdfast intel lookup 198.51.100.7', 'holdfast intel lookup evil[.]example --json'],
  async run(context, input) {
    await using api = await context.api();
    const view = await api.call<LookupView>({ method: 'GET', path: `${PATH}/lookup`, query: { value: input.words[0] ?? '' } });
    const known = view.known.map((name) => `known to be good: ${printable(name)}\n`).join('');
    const place =
      view.place === null
        ? ''
        : `place: ${[view.place.country, view.place.network]
            .filter((part) => part !== null)
            .map(printable)
            .join(', ')}\n`;
    const text = (): string => `${formatTable(view.matches, indicatorColumns, 'nobody lists it')}${known}${place}`;
    return { data: view, text, exit: view.matches.length > 0 ? EXIT.findings : EXIT.ok };
  },
};
