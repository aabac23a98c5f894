import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../format/index.ts';
import { versionOn } from './ruler-marks.ts';
import type { RulerVersion } from './ruler-marks.ts';

interface RulerDateProps {
  readonly versions: readonly RulerVersion[];
  readonly shown: RulerVersion | undefined;
  readonly input: React.RefObject<HTMLInputElement | null>;
  onShow(version: number): void;
}

/** The date beside the ruler: type or pick one, and the version that was the newest at the end of that day in the office's zone is shown. */
export function RulerDate({ versions, shown, input, onShow }: RulerDateProps): React.ReactNode {
  const { t } = useTranslation('ui');
  const formats = useFormats();
  const id = useId();
  // What is typed stands as long as one is typing; otherwise the field says the date of the version that is shown.
  const [typed, setTyped] = useState<string | null>(null);
  const day = typed ?? (shown === undefined ? '' : formats.isoDay(shown.at));
  const none = typed !== null && typed !== '' && versionOn(typed, versions, formats.isoDay) === null;
  const type = (value: string): void => {
    setTyped(value);
    const version = value === '' ? null : versionOn(value, versions, formats.isoDay);
    if (version !== null && version !== shown?.version) onShow(version);
  };
  return (
    <div className="field field-quiet ruler-date">
      <label className="field-label" htmlFor={id}>
        {t('ruler.date')}
      </label>
      <div className="field-box">
        <input ref={input} id={id} type="date" className="field-input num" value={day} aria-describedby={`${id}-words`} onChange={({ target }) => type(target.value)} onBlur={() => setTyped(null)} />
      </div>
      <span id={`${id}-words`} className="meta" role="status">
        {none ? t('ruler.dateNone') : ''}
      </span>
    </div>
  );
}
