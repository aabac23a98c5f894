import { Column as AriaColumn, TableHeader } from 'react-aria-components/Table';
import { Icon } from './icon.tsx';

export interface Column<R> {
  readonly id: string;
  readonly name: string;
  /** In px; columns without one share what is left. */
  readonly width?: number;
  readonly numeric?: boolean;
  /** It names the row. */
  readonly header?: boolean;
  cell(row: R): React.ReactNode;
  /** How two rows stand to one another; columns without it are not sorted by. */
  readonly compare?: (a: R, b: R) => number;
}

/** The head of a table and of a tree: names, and the arrow of what it is sorted by. The first column names the row where none says that it does. */
export function TableColumns<R>({ columns }: { readonly columns: readonly Column<R>[] }): React.ReactNode {
  const named = columns.some(({ header }) => header === true);
  return (
    <TableHeader>
      {columns.map((column, at) => (
        <AriaColumn
          key={column.id}
          id={column.id}
          isRowHeader={named ? column.header === true : at === 0}
          allowsSorting={column.compare !== undefined}
          textValue={column.name}
          className={column.numeric === true ? 'tbl-column tbl-numeric' : 'tbl-column'}
          {...(column.width === undefined ? {} : { width: column.width, style: { width: column.width } })}
        >
          {({ sortDirection }) => (
            <span className="tbl-column-words">
              <span className="clip">{column.name}</span>
              {sortDirection === undefined ? null : <Icon name={sortDirection === 'ascending' ? 'up' : 'down'} />}
            </span>
          )}
        </AriaColumn>
      ))}
    </TableHeader>
  );
}
