import { useTranslation } from 'react-i18next';
import { Empty, ProblemView } from '../ui/index.ts';

/** A fault of a screen, told in words; the rest of the program goes on. */
export function ErrorScreen({ error, reset }: { readonly error: unknown; reset(): void }): React.ReactNode {
  return <ProblemView error={error} onRetry={reset} />;
}

export function NotFound(): React.ReactNode {
  const { t } = useTranslation('app');
  return (
    <Empty title={t('notFound.title')} action={<a href="#/">{t('notFound.home')}</a>}>
      {t('notFound.words')}
    </Empty>
  );
}
