import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import type { Option } from './select.tsx';
import './segmented.css';

/** A switch between two to four views. More is a menu. */
export function Segmented<V extends string>({ label, value, options, onChange }: { readonly label: string; readonly value: V; readonly options: readonly Option<V>[]; onChange(value: V): void }): React.ReactNode {
  return (
    <ToggleButtonGroup
      className="segmented"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [chosen] = [...keys];
        if (chosen !== undefined) onChange(String(chosen) as V);
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value}>
          {option.words}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
