import { useId } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import './button.css';

export type ButtonLook = 'plain' | 'primary' | 'danger' | 'quiet' | 'link';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'isDisabled'> {
  readonly look?: ButtonLook;
  readonly icon?: IconName;
  readonly small?: boolean;
  /** The words; where only the icon is shown they name it for assistive technology. */
  readonly children: string;
  readonly iconOnly?: boolean;
  /** Why it cannot be pressed now. It stands beside the button, which is off as long as there is a reason. */
  readonly why?: string | null | undefined;
  /** Off for a moment, while what it began is under way. */
  readonly busy?: boolean;
}

/** A button. Its words are a verb that names the result; an ellipsis means that more is asked before anything happens. */
export function Button({ look = 'plain', icon, small = false, iconOnly = false, why = null, busy = false, children, ...rest }: ButtonProps): React.ReactNode {
  const reason = useId();
  const button = (
    <AriaButton {...rest} className={buttonClass(look, small, iconOnly)} isDisabled={why !== null || busy} {...(iconOnly ? { 'aria-label': children } : {})} {...(why === null ? {} : { 'aria-describedby': reason })}>
      {icon === undefined ? null : <Icon name={icon} />}
      {iconOnly ? null : children}
    </AriaButton>
  );
  if (why === null) return button;
  return (
    <span className="btn-why">
      {button}
      <span id={reason} className="meta">
        {why}
      </span>
    </span>
  );
}

/** The classes of a button, for what looks like one and is a link. */
export function buttonClass(look: ButtonLook = 'plain', small = false, iconOnly = false): string {
  return ['btn', look === 'plain' ? '' : `btn-${look}`, small ? 'btn-small' : '', iconOnly ? 'btn-icon' : ''].filter((name) => name !== '').join(' ');
}
