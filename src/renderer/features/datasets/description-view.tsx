import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { routes } from '../../../contract/api/screens.ts';
import type { Dataset } from '../../../contract/api/index.ts';
import { keys, useAct, useReadOnly } from '../../data/index.ts';
import { Button, Empty, Field, ProblemView, useToast } from '../../ui/index.ts';

/** Names that the form offers, in this order; others that a description has are kept and shown after them. */
const offered = ['title', 'creator', 'office', 'recordSeries', 'description', 'subject', 'date', 'coverage', 'rights', 'source'] as const;
type Offered = (typeof offered)[number];
const isOffered = (name: string): name is Offered => offered.some((one) => one === name);
const long: ReadonlySet<string> = new Set(['description', 'rights']);

/** What a dataset is, in Dublin Core names: to read and to change. */
export function DescriptionView({ dataset }: { readonly dataset: Dataset }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const readOnly = useReadOnly();
  const [editing, setEditing] = useState(false);
  const known = Object.entries(dataset.description ?? {}).filter(([, text]) => text !== '');
  if (editing) return <Editor dataset={dataset} onDone={() => setEditing(false)} />;
  if (known.length === 0) {
    return (
      <Empty
        title={t('description.none')}
        action={
          <Button why={readOnly} onPress={() => setEditing(true)}>
            {t('description.describe')}
          </Button>
        }
      >
        {t('description.noneWords')}
      </Empty>
    );
  }
  return (
    <div className="panel-text">
      <dl className="kv description">
        {ordered(known).map(([name, text]) => (
          <div key={name}>
            <dt>{isOffered(name) ? t(`description.field.${name}`) : name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <div>
        <Button icon="draft" why={readOnly} onPress={() => setEditing(true)}>
          {t('description.edit')}
        </Button>
      </div>
    </div>
  );
}

function ordered(known: readonly [string, string][]): readonly [string, string][] {
  const place = (name: string): number => (isOffered(name) ? offered.indexOf(name) : offered.length);
  return known.toSorted(([a], [b]) => place(a) - place(b));
}

function Editor({ dataset, onDone }: { readonly dataset: Dataset; onDone(): void }): React.ReactNode {
  const { t } = useTranslation('datasets');
  const tell = useToast();
  const describe = useAct(routes.describeDataset, [keys.allDatasets, keys.allEntries]);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() => dataset.description ?? {});
  const others = Object.keys(texts).filter((name) => !isOffered(name));
  const submit = (event: React.FormEvent): void => {
    event.preventDefault();
    const body: Record<string, string> = Object.fromEntries(Object.entries(texts).map(([name, text]): [string, string] => [name, text.trim()]).filter(([, text]) => text !== ''));
    describe.mutate(
      { params: { id: dataset.id }, body },
      {
        onSuccess: () => {
          tell(t('description.saved', { id: dataset.id }));
          onDone();
        },
      },
    );
  };
  return (
    <form className="panel-text description-form" onSubmit={submit}>
      {[...offered, ...others].map((name) => (
        <Field key={name} label={isOffered(name) ? t(`description.field.${name}`) : name} value={texts[name] ?? ''} onChange={(text) => setTexts({ ...texts, [name]: text })} area={long.has(name)} maxLength={10_000} autoComplete="off" />
      ))}
      {describe.error === null ? null : <ProblemView error={describe.error} tight live />}
      <p className="meta">{t('description.saveHint')}</p>
      <div className="row wrap">
        <Button onPress={onDone}>{t('description.stay')}</Button>
        <Button look="primary" type="submit" busy={describe.isPending}>
          {t('description.save')}
        </Button>
      </div>
    </form>
  );
}
