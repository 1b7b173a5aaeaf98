import type { PlaybookFault } from '@holdfast/contract';
import { formatCountOf } from '../../../state/format.ts';
import { Callout } from '../../../ui/Callout.tsx';
import { lineAt, type LinesByPointer } from './json-lines.ts';

interface FaultListProps {
  readonly faults: readonly PlaybookFault[];
  readonly lines: LinesByPointer;
  readonly onGoTo: (line: number) => void;
}

/** What is wrong with a document and where; each leads to its line. */
export function FaultList({ faults, lines, onGoTo }: FaultListProps) {
  const errors = faults.filter(({ level }) => level === 'error');
  const warnings = faults.filter(({ level }) => level === 'warning');
  const places = (each: readonly PlaybookFault[]) => (
    <ul className="list-disc ps-5">
      {each.map(({ pointer, detail }) => {
        const line = lineAt(lines, pointer);
        return (
          <li key={`${pointer} ${detail}`} className="[overflow-wrap:anywhere]">
            <button type="button" className="link" onClick={() => onGoTo(line)}>
              Line {line}
            </button>{' '}
            <code>{pointer === '' ? '(the document)' : pointer}</code> {detail}
          </li>
        );
      })}
    </ul>
  );
  return (
    <div className="flex flex-col gap-2">
      {errors.length > 0 && (
        <Callout tone="stop" title={`${formatCountOf(errors.length, 'error')}: it cannot be kept`}>
          {places(errors)}
        </Callout>
      )}
      {warnings.length > 0 && (
        <Callout tone="watch" title={`${formatCountOf(warnings.length, 'warning')}: it runs all the same`}>
          {places(warnings)}
        </Callout>
      )}
    </div>
  );
}
