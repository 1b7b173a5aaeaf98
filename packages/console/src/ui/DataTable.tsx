import { useRef, type ReactNode } from 'react';
import { classes } from './classes.ts';
import { LinkTo } from './LinkTo.tsx';
import { useRowKeys } from './use-row-keys.ts';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
}

interface DataTableProps<Row> {
  /** What the rows are, for whoever cannot see the heading above. */
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
  /** Where Enter leads; without it rows are only read. */
  readonly hrefOf?: (row: Row) => string | null;
  /** Where `e` leads: the explanation of the row. */
  readonly explainOf?: (row: Row) => string | null;
  /** Instead of the rows when there are none. */
  readonly empty: ReactNode;
}

/**
 * A list: j and k move, Enter opens, e explains. On narrow screens each row becomes a card; the roles are written out because a
 * table that is laid out as blocks is no table any more for readers.
 */
export function DataTable<Row>({ caption, rows, keyOf, columns, hrefOf, explainOf, empty }: DataTableProps<Row>) {
  const table = useRef<HTMLTableElement>(null);
  useRowKeys(table, (index) => {
    const row = rows[index];
    return row === undefined ? null : (explainOf?.(row) ?? null);
  });
  if (rows.length === 0) return empty;
  return (
    <table ref={table} role="table" className="rows">
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, isNumber }) => (
            <th key={head} scope="col" role="columnheader" className={classes(isNumber === true && 'number')}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map(({ head, cell, isNumber }, index) => (
              <td key={head} role="cell" data-label={head} className={classes(isNumber === true && 'number')}>
                {index === 0 ? <RowName to={hrefOf?.(row) ?? null}>{cell(row)}</RowName> : <span>{cell(row)}</span>}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RowName({ to, children }: { readonly to: string | null; readonly children: ReactNode }) {
  if (to === null)
    return (
      <span data-row="" tabIndex={-1}>
        {children}
      </span>
    );
  return (
    <LinkTo to={to} data-row="" className="link font-medium">
      {children}
    </LinkTo>
  );
}
