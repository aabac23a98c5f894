import './styles/tokens.css';
import './styles/base.css';
import { QueryClient } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { ProblemError } from '../contract/api/screens.ts';
import { Application } from './app/application.tsx';
import { makeRouter } from './app/router.ts';
import { readView, showView } from './app/view-settings.ts';
import { queries } from './data/index.ts';
import { doorOf, findHost } from './host/index.ts';
import { addLakeWords, wordsOf } from './i18n/i18n.ts';

/** Starts the screens in the page that loaded this. */
function start(): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no element with the id root.');
  showView(document.documentElement, readView(localStorage));
  const host = findHost(window);
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // Events say what changed; asking by the clock would only hide a stream that does not work.
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        // The engine's refusals do not change by asking twice.
        retry: (times, error) => !(error instanceof ProblemError) && times < 2,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
  const locale = new URLSearchParams(location.search).get('locale') === 'pseudo' ? 'pseudo' : 'en-US';
  const mac = host.desktop === null ? /Mac|iPhone|iPad/.test(navigator.userAgent) : host.desktop.platform === 'darwin';
  const words = wordsOf(locale);
  const door = doorOf(host);
  const hasLake = (): Promise<boolean> =>
    client.ensureQueryData(queries.lake(door.call)).then(
      (lake) => lake !== null,
      // Whether there is one could not be asked: the lake's screens say why.
      () => true,
    );
  const router = makeRouter({ loadWords: () => addLakeWords(words), hasLake });
  createRoot(root).render(<Application door={door} client={client} words={words} router={router} mac={mac} />);
}

start();
