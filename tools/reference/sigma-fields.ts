import { EVENTS } from '@holdfast/contract';
import {
  isWatched,
  OWN_FIELD_SOURCES,
  ownLogsources,
  WEB_FIELD_SOURCES,
  WEB_FIELDS_MISSING,
} from '../../packages/server/src/domains/detection/index.ts';
import { cell, code, page, table } from './markdown.ts';

const rows = (sources: Readonly<Record<string, string>>): string[][] =>
  Object.entries(sources).map(([field, source]) => [code(field), cell(source)]);

/** How events look to Sigma rules. */
export function sigmaFieldsPage(): string {
  const byService = new Map<string, string[]>();
  for (const type of [...EVENTS.keys()].filter(isWatched).toSorted()) {
    const service = type === 'request.completed' ? '' : (ownLogsources(type)[0]?.service ?? '');
    if (service !== '') byService.set(service, [...(byService.get(service) ?? []), type]);
  }
  return page('Fields of Sigma rules', 'packages/server/src/domains/detection/watch/fields', [
    'What a rule can ask for. Requests have the names that public rules for web servers and proxies use; every other event has its own.',
    '## Requests',
    'Log sources `category: webserver`, `category: proxy`, and `product: holdfast, service: gateway`. A rule without a category, product or service is asked of every event.',
    table(['field', 'what it holds'], rows(WEB_FIELD_SOURCES)),
    'The path is the canonical one: dot segments are resolved, escapes of plain characters undone, and a path that could be read in two ways was refused before (`gateway.protocol.reject`). Path and query are cut at 512 characters, so a rule for what stands behind them does not match. Bodies and other headers are not recorded: what is in them is the work of the [inspection rules](rules.md).',
    'What public rules ask for and no request has here:',
    table(['field', 'why'], rows(WEB_FIELDS_MISSING)),
    'Keywords are looked for in every value.',
    '## Everything else',
    'Log source `product: holdfast` with a service. What stands in the payload of an event is `payload.` and its name, as in the list of [events](events.md): `payload.address`, `payload.person`.',
    table(['field', 'what it holds'], rows(OWN_FIELD_SOURCES)),
    table(
      ['service', 'events'],
      [...byService]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([service, types]) => [code(service), types.map(code).join(' ')]),
    ),
    'Alerts and channels are not watched: a rule must not find its own alerts.',
  ]);
}
