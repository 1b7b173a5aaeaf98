import type { Findings } from '../diagnostic.ts';
import { quote } from '../diagnostic.ts';
import { mapOf, placeOf, required, textOf, textsOf } from './fields.ts';
import type { YamlMap } from './yaml-tree.ts';

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];
const STATUSES = new Set(['stable', 'test', 'experimental', 'deprecated', 'unsupported']);

/** What every kind of document says about itself. */
export interface Metadata {
  readonly title: string;
  readonly id: string | null;
  readonly name: string | null;
  readonly status: string | null;
  readonly level: Level | null;
  readonly description: string | null;
  readonly author: string | null;
  readonly date: string | null;
  readonly modified: string | null;
  readonly license: string | null;
  readonly taxonomy: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly fields: readonly string[];
  readonly falsePositives: readonly string[];
  readonly scope: readonly string[];
  readonly related: readonly { readonly id: string; readonly type: string }[];
}

export interface Logsource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

export function readMetadata(map: YamlMap, findings: Findings): Metadata {
  required(map, 'title', findings);
  const text = (name: string): string | null => textOf(map, name, findings);
  const texts = (name: string): readonly string[] => textsOf(map, name, findings) ?? [];
  const title = text('title') ?? '';
  if (title.length > 256) findings.warn('attribute-value', placeOf(map, 'title'), 'a title has at most 256 characters');
  return {
    title,
    id: text('id'),
    name: text('name'),
    status: statusOf(map, findings),
    level: levelOf(map, findings),
    description: text('description'),
    author: textsOf(map, 'author', findings)?.join(', ') ?? null,
    date: text('date'),
    modified: text('modified'),
    license: text('license'),
    taxonomy: text('taxonomy') ?? 'sigma',
    references: texts('references'),
    tags: texts('tags'),
    fields: texts('fields'),
    falsePositives: texts('falsepositives'),
    scope: texts('scope'),
    related: relatedOf(map),
  };
}

function statusOf(map: YamlMap, findings: Findings): string | null {
  const status = textOf(map, 'status', findings);
  if (status !== null && !STATUSES.has(status)) {
    findings.warn('attribute-value', placeOf(map, 'status'), `${quote(status)} is not one of ${[...STATUSES].join(', ')}`);
  }
  return status;
}

function levelOf(map: YamlMap, findings: Findings): Level | null {
  const text = textOf(map, 'level', findings);
  const level = LEVELS.find((known) => known === text?.toLowerCase()) ?? null;
  if (text !== null && level === null) {
    findings.warn('attribute-value', placeOf(map, 'level'), `${quote(text)} is not one of ${LEVELS.join(', ')}`);
  }
  return level;
}

function relatedOf(map: YamlMap): Metadata['related'] {
  const value = map.entries.get('related')?.value;
  if (value?.kind !== 'list') return [];
  return value.items.flatMap((item) => {
    if (item.kind !== 'map') return [];
    const [id, type] = ['id', 'type'].map((name) => item.entries.get(name)?.value);
    if (id?.kind !== 'scalar' || type?.kind !== 'scalar') return [];
    return [{ id: String(id.value), type: String(type.value) }];
  });
}

/** Values are compared in lower case; `definition` and further keys are for people. */
export function readLogsource(map: YamlMap, findings: Findings): Logsource {
  required(map, 'logsource', findings);
  const source = mapOf(map, 'logsource', findings);
  if (source === null) return {};
  const part = (name: string): string | undefined => textOf(source, name, findings)?.toLowerCase() ?? undefined;
  const [category, product, service] = [part('category'), part('product'), part('service')];
  if (category === undefined && product === undefined && service === undefined) {
    findings.warn('attribute-value', source.place, 'a logsource without category, product and service fits every event');
  }
  return {
    ...(category === undefined ? {} : { category }),
    ...(product === undefined ? {} : { product }),
    ...(service === undefined ? {} : { service }),
  };
}
