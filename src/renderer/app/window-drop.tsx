import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useLayoutEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useLake } from '../data/index.ts';
import { Icon } from '../ui/index.ts';
import { useIntakeStore } from '../upload/index.ts';
import './window-drop.css';

/**
 * Files may be dropped anywhere in the window: they lead to the intake, where nothing is written before the person says so. As long as the lake's state is not known they are taken, too: a drop that is refused
 * leaves no trace. The intake says what cannot be done.
 */
export function WindowDrop(): React.ReactNode {
  const { t } = useTranslation('app');
  const intakes = useIntakeStore();
  const navigate = useNavigate();
  const lake = useLake().data;
  const would = lake === null ? 'noLake' : (lake?.readOnly ?? null) !== null ? 'readOnly' : 'taken';
  const atIntake = useRouterState({ select: ({ location }) => location.pathname.startsWith('/intake') });
  const [over, setOver] = useState(false);
  // Before the page is drawn: what it shows, a drop onto it finds.
  useLayoutEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = would === 'taken' ? 'copy' : 'none';
      // At once: what is said lies over the whole page and is what the files are dropped on, so that a page that changes below cannot lose them.
      flushSync(() => setOver(true));
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      // Else the browser would leave the page and show the file.
      event.preventDefault();
      setOver(false);
      if (would !== 'taken' || event.dataTransfer === null) return;
      intakes.drop(event.dataTransfer);
      if (!atIntake) void navigate({ to: '/intake' });
    };
    // No pointer moves during a drag: one that was not seen to end is over.
    const move = (): void => setOver(false);
    window.addEventListener('pointermove', move);
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('pointermove', move);
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
    };
  }, [intakes, navigate, would, atIntake]);
  if (!over) return null;
  return (
    <div className="window-drop" role="status">
      <p>
        <Icon name={would === 'taken' ? 'intake' : 'lock'} />
        {t(`drop.${would}`)}
      </p>
    </div>
  );
}
