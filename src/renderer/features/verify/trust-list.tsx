import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, Tag } from '../../ui/index.ts';
import { pemOf } from './pem.ts';

export interface Trusted {
  readonly name: string;
  readonly pem: string;
}

/** A certificate has a few thousand characters; what is far longer is something else. */
const MOST_BYTES = 200_000;

/** Certificates that the person has by another way than the package. */
export function TrustList({ trusted, onChange }: { readonly trusted: readonly Trusted[]; onChange(trusted: readonly Trusted[]): void }): React.ReactNode {
  const { t } = useTranslation('verify');
  const input = useRef<HTMLInputElement>(null);
  const [bad, setBad] = useState<string | null>(null);
  const take = async (files: readonly File[]): Promise<void> => {
    const read = await Promise.all(files.map(async (file) => ({ name: file.name, pem: file.size > MOST_BYTES ? '' : await file.arrayBuffer().then(pemOf, () => '') })));
    const good = read.filter(({ pem }) => pem.includes('-----BEGIN CERTIFICATE-----'));
    setBad(read.find((one) => !good.includes(one))?.name ?? null);
    onChange([...trusted.filter(({ name }) => !good.some((one) => one.name === name)), ...good]);
  };
  return (
    <>
      <h2>{t('trust')}</h2>
      <p className="two">{t('trustWords')}</p>
      {trusted.length === 0 ? null : (
        <div className="row wrap">
          {trusted.map(({ name }) => (
            <Tag key={name} icon="key" onRemove={() => onChange(trusted.filter((one) => one.name !== name))} removeWords={t('removeTrust', { name })}>
              {name}
            </Tag>
          ))}
        </div>
      )}
      {bad === null ? null : <p role="alert">{t('trustBad', { name: bad })}</p>}
      <div>
        <Button icon="plus" onPress={() => input.current?.click()}>
          {t('chooseTrust')}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept=".pem,.crt,.cer"
          data-pick="trust"
          onChange={(event) => {
            void take([...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = '';
          }}
        />
      </div>
    </>
  );
}
