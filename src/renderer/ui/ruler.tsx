import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../format/index.ts';
import { RulerDate } from './ruler-date.tsx';
import { marksOf, scaleOf, ticksOf } from './ruler-marks.ts';
import type { Mark, RulerVersion } from './ruler-marks.ts';
import './ruler.css';

export type { RulerVersion } from './ruler-marks.ts';

interface RulerProps {
  readonly versions: readonly RulerVersion[];
  readonly now: number;
  /** The version that is shown. */
  readonly shown: number;
  /** The one it is compared with; null where there is none. */
  readonly compared: number | null;
  onShow(version: number): void;
}

/**
 * The versions of a dataset in time. One tab stop with the role of a slider: arrows step from version to version, Home and End go to the first and the newest, and
 * a digit goes to the date beside it.
 */
export function Ruler({ versions, now, shown, compared, onShow }: RulerProps): React.ReactNode {
  const { t } = useTranslation('ui');
  const formats = useFormats();
  const [box, width] = useWidth();
  const date = useRef<HTMLInputElement>(null);
  const order = versions.toSorted((a, b) => a.version - b.version);
  const at = order.findIndex(({ version }) => version === shown);
  const current = order[at];
  const x = scaleOf(versions, now, width);
  const marks = marksOf(versions, x);
  const start = Math.min(...versions.map((version) => Date.parse(version.at)), now);
  const xOf = (version: number | null): number | null => marks.find((mark) => mark.versions.some((one) => one.version === version))?.x ?? null;
  const step = (event: React.KeyboardEvent): void => {
    if (/^\d$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // The digit itself goes into the field that now has the focus.
      date.current?.focus();
      return;
    }
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: order.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const version = order[Math.min(Math.max(to, 0), order.length - 1)];
    if (version !== undefined && version.version !== shown) onShow(version.version);
  };
  const [from, to] = [xOf(compared), xOf(shown)];
  return (
    <div className="ruler-wrap">
      <div
        ref={box}
        className="ruler"
        role="slider"
        tabIndex={0}
        aria-label={t('ruler.name')}
        aria-valuemin={order[0]?.version ?? 0}
        aria-valuemax={order.at(-1)?.version ?? 0}
        aria-valuenow={shown}
        aria-valuetext={current === undefined ? '' : t(current.raw ? 'ruler.raw' : 'ruler.made', { version: shown, at: formats.instant(current.at) })}
        onKeyDown={step}
      >
        <div className="ruler-axis" />
        {ticksOf(start, now, width).filter((tick) => x(tick.at) < width - 48).map((tick) => (
          <i key={tick.at} className="ruler-tick" style={{ left: x(tick.at) }}>
            <span>{formats[tick.form](new Date(tick.at).toISOString())}</span>
          </i>
        ))}
        {from === null || to === null || from === to ? null : <div className="ruler-band" style={{ left: Math.min(from, to), width: Math.abs(to - from) }} />}
        {marks.map((mark) => (
          <MarkView key={mark.versions[0]?.version} mark={mark} shown={shown} compared={compared} onShow={onShow} />
        ))}
        {wordsOf(marks, shown, compared).map(({ mark, version, word }) => (
          <span key={version} className="ruler-word" style={{ left: mark.x }}>
            <b>v{version}</b> {word === null ? null : t(word)}
          </span>
        ))}
        <i className="ruler-now" />
        <span className="ruler-now-word">{t('ruler.now')}</span>
      </div>
      <RulerDate versions={order} shown={current} input={date} onShow={onShow} />
      <div className="ruler-legend" aria-hidden="true">
        <span>
          <i className="ruler-key ruler-key-raw" />
          {t('ruler.keyRaw')}
        </span>
        <span>
          <i className="ruler-key" />
          {t('ruler.keyMade')}
        </span>
        {compared === null ? null : (
          <span>
            <i className="ruler-key ruler-key-band" />
            {t('ruler.keyBand')}
          </span>
        )}
      </div>
    </div>
  );
}

function MarkView({ mark, shown, compared, onShow }: { readonly mark: Mark; readonly shown: number; readonly compared: number | null; onShow(version: number): void }): React.ReactNode {
  const holds = (version: number | null): boolean => mark.versions.some((one) => one.version === version);
  const newest = mark.versions.at(-1);
  if (newest === undefined) return null;
  const many = mark.versions.length > 1;
  const names = ['ruler-mark', newest.raw ? 'ruler-mark-raw' : '', holds(shown) || holds(compared) ? 'ruler-mark-on' : '', many ? 'ruler-mark-many' : ''];
  // A pointer's way only: keys go to the slider that it stands in.
  return (
    <span className={names.filter((name) => name !== '').join(' ')} style={{ left: mark.x }} onClick={() => onShow(newest.version)} title={mark.versions.map(({ version }) => `v${version}`).join(', ')}>
      <i>{many ? mark.versions.length : null}</i>
    </span>
  );
}

interface MarkWord {
  readonly mark: Mark;
  readonly version: number;
  readonly word: 'ruler.shown' | 'ruler.compared' | null;
  /** What its name takes, in px. */
  readonly room: number;
}

/** The marks that are named: those shown and compared first, then the newest of each, where there is room for its name. */
function wordsOf(marks: readonly Mark[], shown: number, compared: number | null): readonly MarkWord[] {
  const wanted = marks.map((mark): MarkWord => {
    const has = (version: number | null): boolean => mark.versions.some((one) => one.version === version);
    if (has(shown)) return { mark, version: shown, word: 'ruler.shown', room: 72 };
    if (compared !== null && has(compared)) return { mark, version: compared, word: 'ruler.compared', room: 96 };
    return { mark, version: mark.versions.at(-1)?.version ?? 0, word: null, room: 28 };
  });
  const kept: MarkWord[] = [];
  for (const one of wanted.toSorted((a, b) => Number(b.word !== null) - Number(a.word !== null) || b.version - a.version)) {
    if (kept.every((other) => Math.abs(other.mark.x - one.mark.x) > (other.room + one.room) / 2 + 4)) kept.push(one);
  }
  return kept;
}

/** The width of an element in px, as long as it is there. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    setWidth(element.clientWidth);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, width];
}
