import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import './toast.css';

/** How long one stands, in ms; longer while a pointer or the focus is on it. */
const STAYS_MS = 6_000;

interface Note {
  readonly id: number;
  readonly words: string;
}

const ToastContext = createContext<(words: string) => void>(() => undefined);

/** Says that a small act was done: `Citation copied`. Never the only place for news, and never for what failed. */
export function useToast(): (words: string) => void {
  return useContext(ToastContext);
}

export function Toasts({ children }: { readonly children: React.ReactNode }): React.ReactNode {
  const [notes, setNotes] = useState<readonly Note[]>([]);
  const tell = useCallback((words: string) => setNotes((before) => [...before.slice(-2), { id: (before.at(-1)?.id ?? 0) + 1, words }]), []);
  const close = useCallback((id: number) => setNotes((before) => before.filter((note) => note.id !== id)), []);
  const list = useMemo(() => notes.map((note) => <Toast key={note.id} note={note} onClose={close} />), [notes, close]);
  return (
    <ToastContext value={tell}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {list}
      </div>
    </ToastContext>
  );
}

function Toast({ note, onClose }: { readonly note: Note; onClose(id: number): void }): React.ReactNode {
  const { t } = useTranslation('ui');
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => onClose(note.id), STAYS_MS);
    return () => clearTimeout(timer);
  }, [held, note.id, onClose]);
  return (
    <div className="toast" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      <Icon name="ok" />
      <span>{note.words}</span>
      <Button look="quiet" icon="close" iconOnly small onPress={() => onClose(note.id)}>
        {t('close')}
      </Button>
    </div>
  );
}
