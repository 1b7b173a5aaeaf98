import { EVENTS, requestCompleted } from '@holdfast/contract';
import type { Logsource } from '@holdfast/sigma';
import { ownLogsources } from '../watch/fields/own-fields.ts';
import { isWatched } from '../watch/fields/sigma-event.ts';
import { WEB_LOGSOURCES } from '../watch/fields/web-fields.ts';

const sourcesOf = (type: string): readonly Logsource[] => (type === requestCompleted.type ? WEB_LOGSOURCES : ownLogsources(type));

const WATCHED = [...EVENTS.keys()].filter(isWatched);

/** Every log source that an event can have here. */
export const HEARD: readonly Logsource[] = [
  ...new Map(WATCHED.flatMap(sourcesOf).map((source) => [JSON.stringify(source), source])).values(),
];

/** Types of events that a rule of this log source is asked of. */
export function typesHeard({ category, product, service }: Logsource): readonly string[] {
  return WATCHED.filter((type) =>
    sourcesOf(type).some(
      (own) =>
        (category === undefined || category === own.category) &&
        (product === undefined || product === own.product) &&
        (service === undefined || service === own.service),
    ),
  );
}
