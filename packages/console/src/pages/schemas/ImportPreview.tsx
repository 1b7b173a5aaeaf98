import type { SchemaImported } from '@holdfast/contract';
import { formatCount } from '../../state/format.ts';
import { Callout } from '../../ui/Callout.tsx';

type Placed = SchemaImported['faults'];

function Places({ places }: { readonly places: Placed }) {
  return (
    <ul className="list-disc ps-5">
      {places.map(({ pointer, detail }) => (
        <li key={`${pointer} ${detail}`}>
          <code className="break-all">{pointer === '' ? '/' : pointer}</code>: {detail}
        </li>
      ))}
    </ul>
  );
}

/** What is wrong with a document and where, what it lets in unchecked, and which recent requests it does not list. */
export function ImportPreview({ read: { faults, notes, operations, preview } }: { readonly read: SchemaImported }) {
  return (
    <div role="status" className="flex flex-col gap-2">
      {faults.length > 0 ? (
        <Callout tone="stop" title="It cannot be put in force">
          <Places places={faults} />
        </Callout>
      ) : (
        <Callout tone="ok" title={`${formatCount(operations)} operations, no fault`}>
          {preview === null
            ? ''
            : `${formatCount(preview.covered)} of ${formatCount(preview.requests)} requests of the last week went to a listed route.`}
        </Callout>
      )}
      {notes.length > 0 && (
        <Callout tone="watch" title="Let in unchecked">
          <Places places={notes} />
        </Callout>
      )}
      {preview !== null && preview.unlisted.length > 0 && (
        <Callout tone="watch" title="Seen, but not listed">
          <ul className="list-disc ps-5">
            {preview.unlisted.map(({ method, route, location, name, requests }) => (
              <li key={`${method} ${route} ${location ?? ''} ${name}`}>
                <code className="break-all">{`${method} ${route}`}</code>
                {location === null ? '' : `, ${location} ${name}`}: {formatCount(requests)}
              </li>
            ))}
          </ul>
        </Callout>
      )}
    </div>
  );
}
