import { Alert } from 'antd';
import { Link, useParams } from 'react-router';
import { useCan, useSession } from '../../auth/index.ts';
import { ErrorFace, LoadingFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { FlowActs } from './flow-acts.tsx';
import { currentVersion, useFlow, type Flow, type FlowDefinition, type FlowVersion } from './flow-data.ts';
import { FlowDebugger } from './flow-debugger.tsx';
import { FlowStateMark } from './flow-marks.tsx';
import { FlowVersions } from './flow-versions.tsx';
import './flows.css';

/** What a reader must know before acting: whose turn it is, and which dialogues fail. */
function Notes({ flow, version }: { flow: Flow; version: FlowVersion }) {
  const { t } = useI18n();
  const { account } = useSession();
  const isOwn = version.authorId === account.id;
  const failures = flow.failures.map(({ flow: key, title }) =>
    title === '' ? t('flow.no_script') : `${key}: ${title}`,
  );
  return (
    <>
      {version.rejectedReason && version.state === 'draft' && (
        <Alert
          className="dialog-alert"
          type="warning"
          showIcon
          title={t('article.rejected', { reason: version.rejectedReason })}
        />
      )}
      {flow.state === 'review' && isOwn && (
        <Alert
          className="dialog-alert"
          type="info"
          showIcon
          title={<span id="own-version">{t('flow.approve_own')}</span>}
        />
      )}
      {failures.length > 0 && (
        <Alert
          className="dialog-alert"
          type="error"
          showIcon
          title={t('flow.failures', { count: failures.length })}
          description={
            <ul className="flow-failures">
              {failures.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          }
        />
      )}
    </>
  );
}

function Content({ definition }: { definition: FlowDefinition }) {
  const { t, tMaybe } = useI18n();
  return (
    <section className="panel" aria-label={t('flow.content')}>
      <h2>{t('flow.content')}</h2>
      <h3>{t('flow.phrases')}</h3>
      <p lang={definition.locale}>{definition.triggers.phrases.join(' · ')}</p>
      <h3>{t('flow.slots')}</h3>
      <ol className="flow-slots" lang={definition.locale}>
        {definition.slots.map((slot) => (
          <li key={slot.name}>
            <strong>{slot.title}</strong>{' '}
            <span className="soft">{tMaybe(`flow.type.${slot.type}`) ?? slot.type}</span>
            <br />
            {slot.ask}
          </li>
        ))}
      </ol>
      {definition.confirm && (
        <>
          <h3>{t('flow.confirm')}</h3>
          <p lang={definition.locale}>{definition.confirm}</p>
        </>
      )}
      <h3>{t('flow.end')}</h3>
      <p>
        {t(`flow.end.${definition.end.act}`)} · <span lang={definition.locale}>{definition.end.text}</span>
      </p>
      <h3>{t('flow.scripts', { count: definition.scripts.length })}</h3>
      <ul className="flow-slots" lang={definition.locale}>
        {definition.scripts.map((script) => (
          <li key={script.title}>
            <strong>{script.title}</strong> <span className="soft">{script.turns.join(' → ')}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One flow: its content, a debugger, its versions, and what may be done with it. */
export default function FlowPage() {
  const { id = '' } = useParams();
  const { t } = useI18n();
  const can = useCan();
  const { data: flow, error, refetch } = useFlow(id);
  if (error && !flow) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  const version = flow && currentVersion(flow);
  if (!flow || !version) return <LoadingFace />;
  return (
    <Page title={version.definition.title} tools={<FlowActs flow={flow} version={version} />}>
      <p className="page-back">
        <Link to="/flows">← {t('nav.flows')}</Link> · <FlowStateMark state={flow.state} /> ·{' '}
        {t('article.version', { version: version.version })}
      </p>
      <Notes flow={flow} version={version} />
      <div className="flow-columns">
        <Content definition={version.definition} />
        {can('robot:test') && <FlowDebugger definition={version.definition} />}
      </div>
      <FlowVersions flow={flow} />
    </Page>
  );
}
