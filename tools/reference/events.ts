import { EVENTS, type EventDefinition } from '@holdfast/contract';
import { cell, code, page, table } from './markdown.ts';
import { inWords, type Shape } from './shape.ts';

const AUDITED: Readonly<Record<EventDefinition['audited'], string>> = {
  always: 'always a leaf of the ledger',
  decisions: 'a leaf when Holdfast decided something, see decision 0003',
  never: 'telemetry, never a leaf',
};

export function eventsPage(): string {
  const events = [...EVENTS.values()].toSorted((left, right) => (left.type < right.type ? -1 : 1));
  return page('Events', 'packages/contract/src/events', [
    'Every fact that Holdfast can record. A field of a personal class stands in a leaf only as ciphertext under the key of the person it is about, so it can be erased while every proof still holds ([decision 0006](../decisions/0006-subject-keys-in-a-file.md)).',
    'OCSF numbers follow the Open Cybersecurity Schema Framework: class and activity.',
    table(
      ['event', 'severity', 'meaning'],
      events.map(({ type, severity, summary }) => [
        `[\`${type}\`](#${type.replaceAll(/[^a-z-]/gu, '')})`,
        severity,
        cell(summary),
      ]),
    ),
    ...events.map((definition) => section(definition)),
  ]);
}

function section({ type, version, summary, audited, severity, ocsf, payload, personal }: EventDefinition): string {
  // A JSON Schema; `Shape` names the parts of it that are read.
  // A JSON Schema; `Shape` names the parts of it that are read.
  const shape = payload.toJSONSchema({ unrepresentable: 'any' }) as Shape;
  const fields = Object.entries(shape.properties ?? {});
  const classOf = (field: string): string => personal[field] ?? 'none';
  return [
    `## ${type}`,
    cell(summary),
    `Version ${version}, severity ${severity}, OCSF ${ocsf.classUid}/${ocsf.activityId}, ${AUDITED[audited]}.`,
    fields.length === 0
      ? 'No payload.'
      : table(
          ['field', 'value', 'personal class'],
          fields.map(([field, value]) => [code(field), cell(inWords(value)), classOf(field)]),
        ),
  ].join('\n\n');
}
