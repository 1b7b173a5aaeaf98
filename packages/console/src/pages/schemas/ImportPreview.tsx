import type { SchemaChanges, SchemaImported, SchemaPreview } from '@holdfast/contract';
import { formatCount, formatCountOf } from '../../state/format.ts';
import { Callout } from '../../ui/Callout.tsx';

type Placed = SchemaImported['faults'];

interface PreviewProps {
  readonly read: SchemaImported;
  readonly onGoTo: (line: number) => void;
}

function Places({ places, onGoTo }: { readonly places: Placed; readonly onGoTo: (line: number) => void }) {
  return (
    <ul className="list-disc ps-5">
      {places.map(({ pointer, detail, line }) => (
        <li key={`${pointer} ${detail}`} className="[overflow-wrap:anywhere]">
          {line !== null && (
            <>
              <button type="button" className="link" onClick={() => onGoTo(line)}>
                Line {line}
              </button>{' '}
            </>
          )}
          <code>{pointer === '' ? '(the document)' : pointer}</code> {detail}
        </li>
      ))}
    </ul>
  );
}

/** What is wrong with a document and where, what it lets in unchecked, what it changes, and which recent requests it does not list. */
export function ImportPreview({ read: { faults, notes, operations, preview, changes }, onGoTo }: PreviewProps) {
  if (faults.length > 0)
    return (
      <Callout tone="stop" title={`${formatCountOf(faults.length, 'fault')}: it cannot be put in force`}>
        <Places places={faults} onGoTo={onGoTo} />
      </Callout>
    );
  return (
    <div className="flex flex-col gap-2">
      <Callout tone="ok" title={`${formatCount(operations)} operations, no fault`}>
        {preview === null
          ? ''
          : `${formatCount(preview.covered)} of ${formatCount(preview.requests)} requests of the last week went to a listed route.`}
      </Callout>
      {changes !== null && <Changes changes={changes} />}
      {notes.length > 0 && (
        <Callout tone="watch" title="Let in unchecked">
          <Places places={notes} onGoTo={onGoTo} />
        </Callout>
      )}
      {preview !== null && preview.unlisted.length > 0 && <Unlisted unlisted={preview.unlisted} />}
    </div>
  );
}

const SHOWN_MAX = 20;

function Changes({ changes: { added, removed, changed, operations } }: { readonly changes: SchemaChanges }) {
  const shown = operations.slice(0, SHOWN_MAX);
  const more = added + removed + changed - shown.length;
  if (shown.length === 0) return <Callout>It says the same as what is in force.</Callout>;
  return (
    <Callout title={`Against what is in force: ${added} added, ${removed} removed, ${changed} changed`}>
      <ul className="list-disc ps-5">
        {shown.map(({ method, path, change }) => (
          <li key={`${method} ${path}`}>
            {change} <code className="break-all">{`${method} ${path}`}</code>
          </li>
        ))}
        {more > 0 && <li>and {formatCount(more)} more</li>}
      </ul>
    </Callout>
  );
}

function Unlisted({ unlisted }: { readonly unlisted: SchemaPreview['unlisted'] }) {
  return (
    <Callout tone="watch" title="Seen, but not listed">
      <ul className="list-disc ps-5">
        {unlisted.map(({ method, route, location, name, requests }) => (
          <li key={`${method} ${route} ${location ?? ''} ${name}`}>
            <code className="break-all">{`${method} ${route}`}</code>
            {location === null ? '' : `, ${location} ${name}`}: {formatCount(requests)}
          </li>
        ))}
      </ul>
    </Callout>
  );
}
