import { useState } from 'react';
import { formatMoment } from '../../state/format.ts';
import type { Series } from './series.ts';

interface PlotTableProps {
  readonly label: string;
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
}

/** The picture as figures, newest first, drawn only when somebody asks for it. */
export function PlotTable({ label, times, series, format }: PlotTableProps) {
  const [isOpen, open] = useState(false);
  return (
    <details className="mt-2 text-[0.8125rem]" onToggle={(event) => open(event.currentTarget.open)}>
      <summary className="w-fit text-soft">As a table</summary>
      {isOpen && (
        // A region that scrolls must be reachable by keyboard (WCAG 2.2 §2.1.1).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className="mt-2 max-h-64 overflow-auto rounded-md border border-line" role="region" aria-label={label} tabIndex={0}>
          <table className="w-full border-collapse">
            <caption className="sr-only">{label}</caption>
            <thead className="sticky top-0 bg-raised text-soft">
              <tr>
                <th scope="col" className="px-3 py-1.5 text-start font-medium">
                  Time
                </th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" className="px-3 py-1.5 text-end font-medium">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((time, index) => (
                  <tr key={time} className="border-t border-line">
                    <th scope="row" className="px-3 py-1 text-start font-normal whitespace-nowrap">
                      {formatMoment(time)}
                    </th>
                    {series.map(({ name, values }) => (
                      <td key={name} className="px-3 py-1 text-end">
                        {format(values[index] ?? 0)}
                      </td>
                    ))}
                  </tr>
                ))
                .toReversed()}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
