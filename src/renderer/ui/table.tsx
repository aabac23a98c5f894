import { useMemo, useState } from 'react';
import { Cell, Row, Table as AriaTable, TableBody } from 'react-aria-components/Table';
import type { SortDescriptor } from 'react-aria-components/Table';
import { TableLayout, Virtualizer } from 'react-aria-components/Virtualizer';
import { rowHeight } from './row-height.ts';
import { TableColumns } from './table-columns.tsx';
import type { Column } from './table-columns.tsx';
import './table.css';

export type { Column } from './table-columns.tsx';

/** Rows from which on only those in sight stand in the page. Below that it is a plain table, which every screen reader knows best. */
export const VIRTUAL_FROM = 200;

export interface TableProps<R> {
  readonly label: string;
  readonly rows: readonly R[];
  readonly columns: readonly Column<R>[];
  rowKey(row: R): string;
  /** Enter, or a click. */
  onOpen?(row: R): void;
  /** Key of the row that is chosen; leave it out where none can be. */
  readonly chosen?: string | null;
  onChoose?(key: string): void;
  readonly empty?: React.ReactNode;
  /** It starts on the margin of what it stands in, not on its own. */
  readonly flush?: boolean;
  /** Sorted by it at first. */
  readonly sortedBy?: SortDescriptor;
}

/** Rows and columns. One line for each row; sorted in the page, so only by what is here. */
export function Table<R>({ label, rows, columns, rowKey, onOpen, chosen, onChoose, empty, flush = false, sortedBy }: TableProps<R>): React.ReactNode {
  const [sort, setSort] = useState<SortDescriptor | undefined>(sortedBy);
  const sorted = useMemo(() => sortRows(rows, columns, sort), [rows, columns, sort]);
  const virtual = rows.length > VIRTUAL_FROM;
  const byKey = useMemo(() => new Map(sorted.map((row) => [rowKey(row), row])), [sorted, rowKey]);
  const table = (
    <AriaTable
      aria-label={label}
      className={virtual ? 'tbl-virtual' : flush ? 'tbl tbl-flush' : 'tbl'}
      {...(sort === undefined ? {} : { sortDescriptor: sort })}
      onSortChange={setSort}
      {...(chosen === undefined ? {} : { selectionMode: 'single' as const, selectionBehavior: 'replace' as const, selectedKeys: chosen === null ? [] : [chosen], disallowEmptySelection: true })}
      onSelectionChange={(keys) => {
        const [key] = keys === 'all' ? [] : [...keys];
        if (key !== undefined) onChoose?.(String(key));
      }}
      {...(onOpen === undefined
        ? {}
        : {
            onRowAction: (key) => {
              const row = byKey.get(String(key));
              if (row !== undefined) onOpen(row);
            },
          })}
    >
      <TableColumns columns={columns} />
      <TableBody renderEmptyState={() => empty ?? null}>
        {sorted.map((row) => (
          <Row key={rowKey(row)} id={rowKey(row)} className="tbl-row">
            {columns.map((column) => (
              <Cell key={column.id} className={column.numeric === true ? 'tbl-cell tbl-numeric' : 'tbl-cell'}>
                {column.cell(row)}
              </Cell>
            ))}
          </Row>
        ))}
      </TableBody>
    </AriaTable>
  );
  if (!virtual) return <div className={flush ? undefined : 'tbl-scroll'}>{table}</div>;
  return (
    <div className="tbl-scroll">
      <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: rowHeight(), headingHeight: rowHeight() }}>
        {table}
      </Virtualizer>
    </div>
  );
}

/** Rows by the column that is chosen; those that are equal by it stay in the order they came in. */
export function sortRows<R>(rows: readonly R[], columns: readonly Column<R>[], sort: SortDescriptor | undefined): readonly R[] {
  const compare = columns.find(({ id }) => id === sort?.column)?.compare;
  if (compare === undefined) return rows;
  const turn = sort?.direction === 'descending' ? -1 : 1;
  return rows.toSorted((a, b) => turn * compare(a, b));
}
