import { useTranslation } from 'react-i18next';
import { useLake } from '../data/index.ts';
import { Icon } from '../ui/index.ts';
import { AppNotes } from './app-notes.tsx';
import { Omni } from './omni.tsx';
import { Rail } from './rail.tsx';
import { StatusBar } from './status-bar.tsx';
import { ViewMenu } from './view-menu.tsx';
import './frame.css';

/** What stands around every screen: title bar, rail, status bar. Without an open lake only the title bar is left. */
export function Frame({ children }: { readonly children: React.ReactNode }): React.ReactNode {
  const { t } = useTranslation('app');
  const lake = useLake().data;
  const bare = lake === undefined || lake === null;
  return (
    <div className={bare ? 'app app-bare' : 'app'}>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          // The address belongs to the router; the jump is made by hand.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {t('skip')}
      </a>
      <header className="titlebar">
        <div className="titlebar-name">
          <Icon name="mark" />
          <span className="clip">HMS-DTA</span>
        </div>
        {bare ? null : <Omni />}
        <div className="titlebar-end">
          <ViewMenu />
        </div>
      </header>
      {bare ? null : <Rail lake={lake} />}
      <main id="main" className="main" tabIndex={-1}>
        <AppNotes />
        {children}
      </main>
      {bare ? null : <StatusBar lake={lake} />}
    </div>
  );
}
