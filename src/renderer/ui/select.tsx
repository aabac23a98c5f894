import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select as AriaSelect, SelectValue } from 'react-aria-components/Select';
import { Icon } from './icon.tsx';
import './pop.css';
import './select.css';

export interface Option<V extends string> {
  readonly value: V;
  readonly words: string;
}

interface SelectProps<V extends string> {
  readonly label: string;
  readonly value: V | null;
  readonly options: readonly Option<V>[];
  readonly placeholder?: string;
  /** Its name stands before it, in one line. */
  readonly inline?: boolean;
  onChange(value: V): void;
}

/** One of several answers, out of a list that opens. */
export function Select<V extends string>({ label, value, options, placeholder = '–', inline = false, onChange }: SelectProps<V>): React.ReactNode {
  return (
    <AriaSelect className={inline ? 'select select-inline' : 'select'} value={value} placeholder={placeholder} onChange={(chosen) => onChange(String(chosen) as V)}>
      <Label className="field-label">{label}</Label>
      <Button className="select-button">
        <SelectValue className="clip" />
        <Icon name="down" />
      </Button>
      <Popover className="pop" offset={4}>
        <ListBox items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.words} className="item">
              {({ isSelected }) => (
                <>
                  {isSelected ? <Icon name="check" /> : <span className="item-mark" />}
                  <span className="item-words">{option.words}</span>
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
