import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../contract/api/screens.ts';
import type { Problem } from '../../contract/api/index.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';
import { useCopy } from './use-copy.ts';
import './problem-view.css';

/** The three sentences of a problem and its code, from whatever was thrown. */
export interface Told {
  readonly what: string;
  readonly kept: string | null;
  readonly next: string | null;
  readonly code: string;
  readonly problem: Problem | null;
}

/** Reads what was thrown. What the door did not tell is a lost connection, or a fault of this page. */
export function useTold(): (error: unknown) => Told {
  const { t } = useTranslation('ui');
  return (error) => {
    if (error instanceof ProblemError) return ofProblem(error.problem);
    // fetch rejects with a TypeError where nobody answers.
    if (error instanceof TypeError && /fetch/i.test(error.message)) return { what: t('problem.unreached'), kept: t('problem.unreachedKept'), next: t('problem.unreachedNext'), code: 'ENGINE_UNREACHED', problem: null };
    return { what: t('problem.fault'), kept: t('problem.faultKept'), next: t('problem.faultNext'), code: error instanceof Error ? error.name : 'FAULT', problem: null };
  };
}

export function ofProblem(problem: Problem): Told {
  return { what: problem.detail, kept: problem.kept, next: problem.next, code: problem.code, problem };
}

/** Details for whoever helps: codes and the request's id, no content of records. */
export function detailsOf(told: Told): string {
  const lines = [`code: ${told.code}`, `what: ${told.what}`, `kept: ${told.kept ?? '-'}`, `next: ${told.next ?? '-'}`];
  if (told.problem !== null) lines.push(`status: ${told.problem.status}`, `request: ${told.problem.instance ?? '-'}`);
  return lines.join('\n');
}

interface ProblemViewProps {
  readonly error: unknown;
  /** A heading of the screen's own; else what happened is the heading. */
  readonly title?: string;
  readonly tight?: boolean;
  /** It came up after an act, and is told at once. */
  readonly live?: boolean;
  readonly action?: React.ReactNode;
  onRetry?(): void;
}

/** What happened, what was kept, the code, and what to do. */
export function ProblemView({ error, title, tight = false, live = false, action, onRetry }: ProblemViewProps): React.ReactNode {
  const { t } = useTranslation('ui');
  const told = useTold()(error);
  const copy = useCopy();
  return (
    <section className={tight ? 'problem problem-tight' : 'problem'} {...(live ? { role: 'alert' } : {})}>
      <h2 className="problem-head">
        <Icon name="bad" />
        <span>{title ?? told.what}</span>
      </h2>
      {title === undefined ? null : <p>{told.what}</p>}
      {told.kept === null ? null : <p>{told.kept}</p>}
      {told.next === null ? null : <p>{told.next}</p>}
      <p className="meta">
        {t('problem.code')} <code>{told.code}</code>
      </p>
      <div className="problem-acts">
        {action}
        {onRetry === undefined ? null : <Button onPress={onRetry}>{t('retry')}</Button>}
        <Button look="quiet" icon="copy" onPress={() => copy(detailsOf(told), t('problem.copied'))}>
          {t('problem.copy')}
        </Button>
      </div>
    </section>
  );
}
