import { useLayoutEffect, useRef, useState } from 'react';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/index.ts';
import { fitting } from './fitting.ts';
import './provenance-label.css';

export interface Pair {
  readonly name: string;
  readonly value: React.ReactNode;
}

/**
 * What it is, what it was made from, who and when, ledger entry, hash: the same pairs in the same order beside every object, in one strip. Pairs that the strip
 * has no room for stand in a menu at its end, the last ones first.
 */
export function ProvenanceLabel({ pairs }: { readonly pairs: readonly Pair[] }): React.ReactNode {
  const { t } = useTranslation('ui');
  const [strip, shown] = useFitting(pairs.length);
  const rest = pairs.slice(shown);
  return (
    <div className="label" ref={strip}>
      <dl className="label-pairs">
        {pairs.map(({ name, value }, at) => (
          // Those without room stay, unseen: their widths say when there is room again.
          <div key={name} className={at < shown ? undefined : 'label-out'}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {rest.length === 0 ? null : (
        <DialogTrigger>
          <Button icon="more" iconOnly look="quiet">
            {t('label.more', { names: rest.map(({ name }) => name).join(', ') })}
          </Button>
          <Popover className="pop" placement="bottom end" offset={4}>
            <Dialog className="label-rest" aria-label={t('label.rest')}>
              <dl>
                {rest.map(({ name, value }) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </Dialog>
          </Popover>
        </DialogTrigger>
      )}
    </div>
  );
}

/** How many of the pairs in a strip there is room for; measured anew when the strip or a pair changes its width. */
function useFitting(count: number): [React.RefObject<HTMLDivElement | null>, number] {
  const strip = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState(count);
  useLayoutEffect(() => {
    const element = strip.current;
    const list = element?.firstElementChild;
    if (element === null || list === null || list === undefined) return undefined;
    const measure = (): void => {
      const style = getComputedStyle(element);
      const room = element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      setShown(fitting([...list.children].map((pair) => pair.getBoundingClientRect().width), room));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const pair of list.children) observer.observe(pair);
    measure();
    return () => observer.disconnect();
  }, [count]);
  return [strip, shown];
}
