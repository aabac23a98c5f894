import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useToast } from './toast.tsx';

/** Copies a text and says so; says too where the system does not allow it. */
export function useCopy(): (text: string, said: string) => void {
  const tell = useToast();
  const { t } = useTranslation('ui');
  return useCallback(
    (text, said) => {
      navigator.clipboard.writeText(text).then(
        () => tell(said),
        () => tell(t('copyRefused')),
      );
    },
    [tell, t],
  );
}
