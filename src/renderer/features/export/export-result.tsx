import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf, routes } from '../../../contract/api/screens.ts';
import type { Exported, Job } from '../../../contract/api/index.ts';
import type { z } from 'zod';
import { PageHeader } from '../../app/page.tsx';
import { useFormats } from '../../format/index.ts';
import { download, useDoor } from '../../host/index.ts';
import { Button, ButtonLink, HashChip, Inspector, Link, ProblemView, Status, useCopy } from '../../ui/index.ts';

/** The package that was made: exact figures, who signed, and what to do with it. */
export function ExportResult({ job, exported }: { readonly job: Job; readonly exported: z.infer<typeof Exported> }): React.ReactNode {
  const { t } = useTranslation('exports');
  const formats = useFormats();
  const door = useDoor();
  const copy = useCopy();
  const [problem, setProblem] = useState<unknown>(null);
  const { signedBy, payload, path } = exported;
  const { desktop } = door.host;
  const file = exported.name.endsWith('.zip') || exported.form === 'dir' ? exported.name : `${exported.name}.zip`;
  const commands = [
    'sha256sum -c manifest-sha256.txt',
    'sha256sum -c tagmanifest-sha256.txt',
    'openssl cms -verify -binary \\',
    '  -inform DER \\',
    `  -in signatures/${signedBy.kind}.p7s \\`,
    '  -content tagmanifest-sha256.txt \\',
    `  -CAfile signatures/${signedBy.kind}.cert.pem \\`,
    '  -purpose any -out /dev/null',
  ].join('\n');
  const fetchIt = (): void => {
    setProblem(null);
    download(door, addressOf(routes.fetchExport, { job: job.id }), file).catch(setProblem);
  };
  return (
    <div className="page">
      <PageHeader
        title={t('made', { name: exported.name })}
        crumb={<Link to="/export">{t('title')}</Link>}
        state={path === null ? (exported.until === null ? undefined : t('until', { at: formats.instant(exported.until) })) : t('at', { path })}
        actions={
          <>
            <ButtonLink to="/verify" search={{ package: job.id }} icon="shield">
              {t('check')}
            </ButtonLink>
            {path === null ? (
              <Button look="primary" icon="export" onPress={fetchIt}>
                {t('download')}
              </Button>
            ) : desktop === null ? null : (
              <Button look="primary" icon="folder" onPress={() => void desktop.reveal(path)}>
                {t('reveal')}
              </Button>
            )}
          </>
        }
      />
      <div className="page-panes export">
        <div className="export-main">
          {problem === null ? null : <ProblemView error={problem} title={t('downloadFailed')} tight live />}
          <section>
            <h2>{t('result')}</h2>
            <dl className="facts">
              <Fact name={t('pairs.from')}>
                {exported.refs.map((ref) => (
                  <VersionLink key={ref} name={ref} />
                ))}
              </Fact>
              <Fact name={t('pairs.bytes')}>
                <span className="num" data-figure="bytes">{formats.count(exported.bytes)}</span>
              </Fact>
              <Fact name={t('pairs.payload')}>
                <span className="num">{t('payload', { count: payload.files, n: formats.count(payload.files), bytes: formats.count(payload.octets) })}</span>
              </Fact>
              <Fact name={t('pairs.signer')}>
                <Status kind={signedBy.kind === 'officer' ? 'ok' : 'info'}>{signedBy.kind === 'officer' ? t('signedOfficer', { name: signedBy.name }) : t('signedStation', { name: signedBy.name })}</Status>
              </Fact>
              <Fact name={t('pairs.ledger')}>
                <Status kind={exported.recorded ? 'ok' : 'warn'}>{exported.recorded ? t('recorded') : t('notRecorded')}</Status>
                {exported.actSigned ? <span className="two">{t('actSigned')}</span> : null}
              </Fact>
              <Fact name={t('pairs.hash')}>
                <HashChip hash={exported.tagmanifest} name={t('hashName')} />
              </Fact>
            </dl>
          </section>
          <div>
            <ButtonLink to="/export">{t('another')}</ButtonLink>
          </div>
        </div>
        <Inspector title={t('anyone')}>
          <section>
            <p className="two">{t('anyoneWords')}</p>
            <pre className="commands" tabIndex={0}>{commands}</pre>
            <div>
              <Button icon="copy" onPress={() => copy(commands, t('commandsCopied'))}>
                {t('copyCommands')}
              </Button>
            </div>
          </section>
          <section>
            <h3>{t('held')}</h3>
            <ul className="stack">
              {(['data', 'manifest', 'provenance', 'signature', 'read', 'check'] as const).map((part) => (
                <li key={part} className="two">
                  {t(`part.${part}`)}
                </li>
              ))}
            </ul>
          </section>
        </Inspector>
      </div>
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }): React.ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function VersionLink({ name }: { readonly name: string }): React.ReactNode {
  const at = name.lastIndexOf(':v');
  return (
    <Link to="/datasets/$id" params={{ id: name.slice(0, at) }} search={{ v: Number(name.slice(at + 2)) }} className="id">
      {name}
    </Link>
  );
}
