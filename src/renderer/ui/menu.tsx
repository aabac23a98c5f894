import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu';
import { Popover } from 'react-aria-components/Popover';
import { Separator } from 'react-aria-components/Separator';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import './pop.css';

export interface MenuEntry {
  readonly id: string;
  readonly words: string;
  readonly icon?: IconName;
  /** Keys, as they are shown: `Ctrl K`. */
  readonly keys?: string;
  readonly danger?: boolean;
  /** Why it cannot be chosen now. */
  readonly why?: string | null;
  /** A line above it. */
  readonly parted?: boolean;
  run(): void;
}

/** A button and the menu that it opens. The rare and the dangerous stand here, away from the primary. */
export function MenuButton({ label, entries, children }: { readonly label: string; readonly entries: readonly MenuEntry[]; readonly children: React.ReactNode }): React.ReactNode {
  return (
    <MenuTrigger>
      {children}
      <Popover className="pop" offset={4}>
        <Menu aria-label={label} onAction={(id) => entries.find((entry) => entry.id === id)?.run()} disabledKeys={entries.filter(({ why }) => (why ?? null) !== null).map(({ id }) => id)}>
          {entries.flatMap((entry) => [
            ...(entry.parted === true ? [<Separator key={`${entry.id}-line`} className="pop-line" />] : []),
            <MenuItem key={entry.id} id={entry.id} textValue={entry.words} className={entry.danger === true ? 'item item-danger' : 'item'}>
              {entry.icon === undefined ? <span className="item-mark" /> : <Icon name={entry.icon} />}
              <span className="item-words">
                {entry.words}
                {(entry.why ?? null) === null ? null : <span className="item-why">{entry.why}</span>}
              </span>
              {entry.keys === undefined ? null : <kbd>{entry.keys}</kbd>}
            </MenuItem>,
          ])}
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
