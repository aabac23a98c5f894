import { Checkbox as AriaCheckbox } from 'react-aria-components/Checkbox';
import type { CheckboxProps as AriaCheckboxProps } from 'react-aria-components/Checkbox';
import { Label } from 'react-aria-components/Label';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import { Icon } from './icon.tsx';
import './checkbox.css';

export interface CheckboxProps extends Omit<AriaCheckboxProps, 'className' | 'children'> {
  readonly children?: React.ReactNode;
}

export function Checkbox({ children, ...rest }: CheckboxProps): React.ReactNode {
  return (
    <AriaCheckbox {...rest} className="checkbox">
      {({ isSelected, isIndeterminate }) => (
        <>
          <span className="checkbox-box">{isIndeterminate ? <Icon name="dash" /> : isSelected ? <Icon name="check" /> : null}</span>
          {children}
        </>
      )}
    </AriaCheckbox>
  );
}

export interface Choice<V extends string> {
  readonly value: V;
  readonly words: React.ReactNode;
  readonly off?: boolean;
}

/** One of a few answers, all in sight. */
export function Choices<V extends string>({ label, value, choices, onChange }: { readonly label: string; readonly value: V | null; readonly choices: readonly Choice<V>[]; onChange(value: V): void }): React.ReactNode {
  return (
    <RadioGroup className="radio-group" value={value} onChange={(chosen) => onChange(chosen as V)}>
      <Label className="field-label">{label}</Label>
      {choices.map((choice) => (
        <Radio key={choice.value} className="radio" value={choice.value} isDisabled={choice.off ?? false}>
          <span className="radio-mark" />
          <span>{choice.words}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
