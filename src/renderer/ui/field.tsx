import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import type { TextFieldProps } from 'react-aria-components/TextField';
import { SearchField } from 'react-aria-components/SearchField';
import { Icon } from './icon.tsx';
import './field.css';

export interface FieldProps extends Omit<TextFieldProps, 'className' | 'children'> {
  readonly label: string;
  /** What is asked for, and what it is for. */
  readonly hint?: string | undefined;
  /** Why what stands in it cannot be taken. */
  readonly error?: string | null | undefined;
  readonly placeholder?: string;
  /** Lines rather than a line. */
  readonly area?: boolean;
  readonly mono?: boolean;
}

/** A line, or lines, of text with its name above it. */
export function Field({ label, hint, error = null, placeholder, area = false, mono = false, ...rest }: FieldProps): React.ReactNode {
  const input = mono ? 'field-input mono' : 'field-input';
  return (
    <TextField {...rest} className="field" isInvalid={error !== null}>
      <Label className="field-label">{label}</Label>
      {hint === undefined ? null : (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <div className="field-box">{area ? <TextArea className={`${input} field-area`} {...(placeholder === undefined ? {} : { placeholder })} /> : <Input className={input} {...(placeholder === undefined ? {} : { placeholder })} />}</div>
      <FieldError className="field-error">
        <Icon name="bad" size="small" />
        <span>{error}</span>
      </FieldError>
    </TextField>
  );
}

/** A field that narrows a list while one types. Its words stand in it, and name it. */
export function FindField({ label, value, onChange }: { readonly label: string; readonly value: string; onChange(value: string): void }): React.ReactNode {
  return (
    <SearchField className="field-find" aria-label={label} value={value} onChange={onChange}>
      <div className="field-box">
        <Icon name="find" />
        <Input className="field-input" placeholder={label} />
      </div>
    </SearchField>
  );
}
