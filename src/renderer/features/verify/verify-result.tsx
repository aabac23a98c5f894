import { useTranslation } from 'react-i18next';
import type { Job, VerifyReport } from '../../../contract/api/index.ts';
import { PageHeader } from '../../app/page.tsx';
import { useFormats } from '../../format/index.ts';
import { Button, ButtonLink, HashChip, Icon, Inspector, Link, Status, useCopy } from '../../ui/index.ts';
import { reportText } from './report-text.ts';

/** What a check found: for a package four answers side by side, for everything the findings and what was read. */
export function VerifyResult({ job, report }: { readonly job: Job; readonly report: VerifyReport }): React.ReactNode {
  const { t } = useTranslation('verify');
  const formats = useFormats();
  const copy = useCopy();
  const { findings, findingCount, checked } = report;
  return (
    <div className="page">
      <PageHeader
        title={t('results', { subject: report.subject })}
        crumb={<Link to="/verify">{t('title')}</Link>}
        state={report.summary}
        actions={
          <>
            <Button icon="copy" onPress={() => copy(reportText(report, job), t('copied'))}>
              {t('copy')}
            </Button>
            <ButtonLink to="/verify">{t('another')}</ButtonLink>
          </>
        }
      />
      <div className="page-panes verify">
        <div className="verify-main">
          {report.answers === null ? null : <Answers answers={report.answers} />}
          <section>
            <h2>{t('findings')}</h2>
            {findingCount === 0 ? (
              <p>
                <Status kind="ok">{t('noFindings')}</Status>
              </p>
            ) : (
              <ul className="verify-findings">
                {findings.map(({ code, severity, path, message }, at) => (
                  <li key={`${at} ${code} ${path}`}>
                    <Status kind={severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'info'}>{t(`weight.${severity}`)}</Status>
                    <code>{code}</code>
                    <div>
                      <p>{message}</p>
                      {path === '' ? null : <p className="mono two">{path}</p>}
                    </div>
                  </li>
                ))}
              </ul>
            )}
            {findingCount > findings.length ? <p className="meta">{t('findingsShown', { shown: formats.count(findings.length), n: formats.count(findingCount) })}</p> : null}
          </section>
        </div>
        <Inspector title={t('checked')}>
          <section>
            <p className="two">{t(`kind.${report.kind}`)}</p>
            <dl className="figures">
              {(['files', 'bytes', 'entries', 'datasets', 'versions', 'objects'] as const).map((name) =>
                checked[name] === null || (checked[name] === 0 && name !== 'files' && name !== 'bytes') ? null : (
                  <div key={name}>
                    <dt>{t(`count.${name}`)}</dt>
                    <dd>{formats.count(checked[name])}</dd>
                  </div>
                ),
              )}
            </dl>
          </section>
        </Inspector>
      </div>
    </div>
  );
}

const icons = { ok: 'ok', bad: 'bad', part: 'part', info: 'info' } as const;

/** Four questions get four answers; an open one stays open. They are never folded into one. */
function Answers({ answers }: { readonly answers: NonNullable<VerifyReport['answers']> }): React.ReactNode {
  const { t } = useTranslation('verify');
  const formats = useFormats();
  const { unchanged, signedBy, trusted, when } = answers;
  const who = signedBy.answer === 'nobody' ? t('nobody') : t(signedBy.answer, { name: signedBy.name ?? t('unnamed') });
  return (
    <section>
      <h2>{t('four')}</h2>
      <dl className="answers">
        <Answer name={t('unchanged')} look={unchanged.answer === 'yes' ? 'ok' : 'bad'} head={unchanged.answer === 'yes' ? t('yes') : t('no')} sentence={unchanged.sentence} />
        <Answer name={t('signedBy')} look={signedBy.answer === 'nobody' ? 'bad' : signedBy.answer === 'officer' ? 'ok' : 'info'} head={who} sentence={signedBy.sentence}>
          {signedBy.fingerprint === null ? null : (
            <p className="row wrap">
              <span className="meta">{t('fingerprint')}</span> <HashChip hash={signedBy.fingerprint} name={t('fingerprint')} />
            </p>
          )}
        </Answer>
        <Answer name={t('trusted')} look={trusted.answer === 'yes' ? 'ok' : trusted.answer === 'no' ? 'bad' : 'part'} head={trusted.answer === 'not asked' ? t('notAsked') : t(trusted.answer)} sentence={trusted.sentence} />
        <Answer name={t('when')} look={when.at === null ? 'part' : 'info'} head={when.at === null ? t('unknownTime') : formats.full(when.at)} sentence={when.sentence} />
      </dl>
    </section>
  );
}

function Answer({ name, look, head, sentence, children }: { readonly name: string; readonly look: keyof typeof icons; readonly head: string; readonly sentence: string; readonly children?: React.ReactNode }): React.ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <p className={`answer-head answer-${look}`}>
          <Icon name={icons[look]} />
          {head}
        </p>
        <p>{sentence}</p>
        {children}
      </dd>
    </div>
  );
}
