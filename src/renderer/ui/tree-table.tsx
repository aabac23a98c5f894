import { Button } from 'react-aria-components/Button';
import { Collection } from 'react-aria-components/Collection';
import { Cell, Row, Table as AriaTable, TableBody } from 'react-aria-components/Table';
import { useTranslation } from 'react-i18next';
import { TableLayout, Virtualizer } from 'react-aria-components/Virtualizer';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import { rowHeight } from './row-height.ts';
import { VIRTUAL_FROM } from './table.tsx';
import { TableColumns } from './table-columns.tsx';
import type { Column } from './table-columns.tsx';
import './table.css';

export interface TreeNode<R> {
  readonly key: string;
  readonly row: R;
  /** Words for assistive technology and for typing ahead. */
  readonly text: string;
  /** Null for what cannot be opened. Empty while what is in it is still being read. */
  readonly children: readonly TreeNode<R>[] | null;
}

interface TreeTableProps<R> {
  readonly label: string;
  readonly nodes: readonly TreeNode<R>[];
  /** The first is the tree's. */
  readonly columns: readonly Column<R>[];
  icon(row: R): IconName;
  readonly open: ReadonlySet<string>;
  onOpenChange(keys: ReadonlySet<string>): void;
  readonly chosen: string | null;
  onChoose(key: string): void;
  onOpen?(key: string): void;
}

/** A table whose rows stand in one another: arrows right and left open and close, up and down go on. */
export function TreeTable<R>({ label, nodes, columns, icon, open, onOpenChange, chosen, onChoose, onOpen }: TreeTableProps<R>): React.ReactNode {
  const { t } = useTranslation('ui');
  const virtual = countOpen(nodes, open) > VIRTUAL_FROM;
  const renderNode = (node: TreeNode<R>): React.ReactElement => (
    <Row key={node.key} id={node.key} textValue={node.text} className="tbl-row" hasChildItems={node.children !== null}>
      {columns.map((column, at) => (
        <Cell key={column.id} className={column.numeric === true ? 'tbl-cell tbl-numeric' : 'tbl-cell'}>
          {at > 0 ? (
            column.cell(node.row)
          ) : (
            <span className="tree-cell">
              {node.children === null ? (
                <span className="tree-leaf" />
              ) : (
                <Button slot="chevron" className="tree-twist" aria-label={t('tree.twist', { name: node.text })}>
                  <Icon name="right" />
                </Button>
              )}
              <Icon name={icon(node.row)} />
              {column.cell(node.row)}
            </span>
          )}
        </Cell>
      ))}
      <Collection items={node.children ?? []}>{renderNode}</Collection>
    </Row>
  );
  const table = (
    <AriaTable
      aria-label={label}
      className={virtual ? 'tbl-virtual' : 'tbl'}
      treeColumn={columns[0]?.id ?? ''}
      expandedKeys={open}
      onExpandedChange={(keys) => onOpenChange(new Set([...keys].map(String)))}
      selectionMode="single"
      selectionBehavior="replace"
      disallowEmptySelection
      selectedKeys={chosen === null ? [] : [chosen]}
      onSelectionChange={(keys) => {
        const [key] = keys === 'all' ? [] : [...keys];
        if (key !== undefined) onChoose(String(key));
      }}
      {...(onOpen === undefined ? {} : { onRowAction: (key) => onOpen(String(key)) })}
    >
      <TableColumns columns={columns} />
      <TableBody items={nodes}>{renderNode}</TableBody>
    </AriaTable>
  );
  if (!virtual) return <div className="tbl-scroll">{table}</div>;
  return (
    <div className="tbl-scroll">
      <Virtualizer layout={TableLayout} layoutOptions={{ rowHeight: rowHeight(), headingHeight: rowHeight() }}>
        {table}
      </Virtualizer>
    </div>
  );
}

function countOpen<R>(nodes: readonly TreeNode<R>[], open: ReadonlySet<string>): number {
  return nodes.reduce((sum, node) => sum + 1 + (node.children !== null && open.has(node.key) ? countOpen(node.children, open) : 0), 0);
}
