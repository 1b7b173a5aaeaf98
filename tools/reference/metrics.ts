import { COUNTERS, createMetrics } from '../../packages/server/src/platform/metrics.ts';
import { cell, code, fenced, page, table } from './markdown.ts';

const HELP = /^# HELP (?<name>\w+) (?<help>.+)\n# TYPE \w+ (?<type>\w+)$/gmu;

/** Read from the exposition itself, so that a metric made in passing is not forgotten. */
export async function metricsPage(): Promise<string> {
  const text = await createMetrics({ withProcess: false }).text();
  const found = [...text.matchAll(HELP)].map(({ groups }) => ({
    name: groups?.['name'] ?? '',
    help: groups?.['help'] ?? '',
    type: groups?.['type'] ?? '',
  }));
  const labelsOf = new Map<string, readonly string[]>(Object.entries(COUNTERS).map(([name, { labels }]) => [name, labels]));
  return page('Metrics', 'packages/server/src/platform/metrics.ts', [
    'Prometheus text at `/metrics` of the admin listener, without a token: no label holds a path, an address or anything of a person. The number of series is bounded; what is beyond it is dropped and counted.',
    fenced('sh', ['curl -sk https://127.0.0.1:9443/metrics']),
    table(
      ['metric', 'type', 'labels', 'meaning'],
      found.map(({ name, help, type }) => [code(name), type, (labelsOf.get(name) ?? []).map(code).join(' '), cell(help)]),
    ),
    'Beside these stand the usual metrics of a Node process (`process_…`, `nodejs_…`).',
  ]);
}
