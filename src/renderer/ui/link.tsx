import { createLink } from '@tanstack/react-router';
import { Icon } from './icon.tsx';
import type { IconName } from './icon.tsx';
import { buttonClass } from './button.tsx';
import type { ButtonLook } from './button.tsx';

export { Link } from '@tanstack/react-router';

interface ButtonAnchorProps extends Omit<React.AnchorHTMLAttributes<HTMLAnchorElement>, 'className'> {
  readonly ref?: React.Ref<HTMLAnchorElement>;
  readonly look?: ButtonLook;
  readonly small?: boolean;
  readonly icon?: IconName;
}

function ButtonAnchor({ look = 'plain', small = false, icon, children, ...rest }: ButtonAnchorProps): React.ReactNode {
  return (
    <a {...rest} className={buttonClass(look, small)}>
      {icon === undefined ? null : <Icon name={icon} />}
      {children}
    </a>
  );
}

/** A link to another screen that looks like a button: it leads to where the act is done. */
export const ButtonLink = createLink(ButtonAnchor);
