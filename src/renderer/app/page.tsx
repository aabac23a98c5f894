import { useRouterState } from '@tanstack/react-router';
import { createContext, useContext, useEffect, useLayoutEffect, useRef } from 'react';
import { useLake } from '../data/index.ts';

/** Whether the first screen of this page was shown already: its heading takes no focus, that of every one after it does. */
export const ArrivalContext = createContext<{ arrived: boolean }>({ arrived: false });

/** Puts what the screen is into the title of the window, and the focus on its heading when one comes to it from another screen. */
export function useArrival(title: string): React.RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const lake = useLake().data?.name;
  const place = useRouterState({ select: ({ location }) => location.pathname });
  const arrival = useContext(ArrivalContext);
  useEffect(() => {
    document.title = [title, lake, 'HMS-DTA'].filter((part) => part !== undefined && part !== '').join(' – ');
  }, [title, lake]);
  // Before the screen is drawn: later, it would take the focus from who has already gone on.
  useLayoutEffect(() => {
    if (arrival.arrived) heading.current?.focus({ preventScroll: true });
    arrival.arrived = true;
  }, [place, arrival]);
  return heading;
}

interface PageHeaderProps {
  readonly title: string;
  /** What it stands in; a link. */
  readonly crumb?: React.ReactNode;
  readonly tags?: React.ReactNode;
  /** One sentence that tells the state in words. */
  readonly state?: React.ReactNode;
  /** At the right; one primary at most, and that last. */
  readonly actions?: React.ReactNode;
}

export function PageHeader({ title, crumb, tags, state, actions }: PageHeaderProps): React.ReactNode {
  const heading = useArrival(title);
  return (
    <div className="pagehead">
      <div className="pagehead-words">
        {crumb === undefined ? null : <p className="crumb">{crumb}</p>}
        <div className="row wrap">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {tags}
        </div>
        {state === undefined ? null : <p className="pagehead-state">{state}</p>}
      </div>
      {actions === undefined ? null : <div className="pagehead-actions">{actions}</div>}
    </div>
  );
}
