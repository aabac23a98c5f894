import { Tooltip, TooltipTrigger } from 'react-aria-components/Tooltip';
import './pop.css';

/** Words that come up on hover and focus of the control inside. */
export function Tip({ words, children }: { readonly words: string; readonly children: React.ReactElement }): React.ReactNode {
  return (
    <TooltipTrigger delay={400} closeDelay={100}>
      {children}
      <Tooltip className="tip" offset={4}>
        {words}
      </Tooltip>
    </TooltipTrigger>
  );
}
