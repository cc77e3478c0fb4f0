import { CheckCircleOutlined, CloseCircleOutlined, ReloadOutlined, WarningOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import type { ReactNode } from 'react';
import { useApi, type ApiError } from '../../api/index.ts';
import { ErrorFace, LoadingFace, Page } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import {
  judgeAudit,
  judgeDatabase,
  judgeFiles,
  judgeOutbox,
  judgeRobot,
  readFact,
  robotFacts,
  type Facts,
  type Health,
  type SystemStatus,
  type Verdict,
} from './system-rules.ts';
import './settings.css';

const SECOND_MS = 1_000;
const MEBIBYTE = 1024 * 1024;
const SHORT_HASH = 16;

const HEALTH_ICONS = {
  good: CheckCircleOutlined,
  attention: WarningOutlined,
  bad: CloseCircleOutlined,
} as const;

function HealthMark({ health }: { health: Health }) {
  const { t } = useI18n();
  const Icon = HEALTH_ICONS[health];
  return (
    <span className={`health-mark health-${health}`}>
      <Icon /> {t(`system.${health}`)}
    </span>
  );
}

/** Facts that the server counts no further than ten thousand. */
const COUNTED: ReadonlySet<string> = new Set(['pending', 'dead']);

/** The value of a fact in the reader's language; nothing when it has no single value. */
function useFactText(): (name: string, value: unknown) => ReactNode {
  const { t, tMaybe, format } = useI18n();
  return (name, value) => {
    const fact = readFact(name, value);
    switch (fact?.kind) {
      case 'number':
        if (COUNTED.has(name)) return format.counted(fact.value);
        return format.number(fact.value, Number.isInteger(fact.value) ? 0 : 2);
      case 'duration':
        return fact.ms < SECOND_MS ? `${format.number(fact.ms)} ms` : format.duration(fact.ms);
      case 'bytes':
        return `${format.number(fact.bytes / MEBIBYTE, 1)} MiB`;
      case 'instant':
        return <time dateTime={fact.at}>{format.exactTime(fact.at)}</time>;
      case 'flag':
        return t(fact.value ? 'common.yes' : 'common.no');
      case 'hash':
        return <code title={fact.text}>{fact.text.slice(0, SHORT_HASH)}…</code>;
      case 'text':
        return tMaybe(`system.state.${fact.text}`) ?? fact.text;
      case undefined:
        return null;
    }
  };
}

function Card(props: { title: MessageKey; verdict: Verdict; facts: Facts }) {
  const { t, tMaybe } = useI18n();
  const factText = useFactText();
  const { verdict, facts } = props;
  const title = t(props.title);
  return (
    <section className={`panel system-card system-${verdict.health}`} aria-label={title}>
      <div className="system-card-head">
        <h2>{title}</h2>
        <HealthMark health={verdict.health} />
      </div>
      {verdict.hint && (
        <Alert
          className="dialog-alert"
          type={verdict.health === 'bad' ? 'error' : 'warning'}
          showIcon
          title={t(verdict.hint)}
        />
      )}
      <dl className="facts">
        {Object.entries(facts).map(([name, value]) => {
          const text = factText(name, value);
          return text === null ? null : (
            <div key={name}>
              <dt>{tMaybe(`system.fact.${name}`) ?? tMaybe(`system.${name}`) ?? name}</dt>
              <dd>{text}</dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

function Cards({ status }: { status: SystemStatus }) {
  const { version, uptimeSeconds, sockets, database, robot, audit, outbox, files } = status;
  const good: Verdict = { health: 'good' };
  return (
    <div className="system-cards">
      <Card
        title="system.server"
        verdict={good}
        facts={{ version, uptimeMs: uptimeSeconds * SECOND_MS, sockets }}
      />
      <Card title="system.database" verdict={judgeDatabase(database)} facts={database} />
      <Card title="system.outbox" verdict={judgeOutbox(outbox)} facts={outbox} />
      <Card title="system.robot" verdict={judgeRobot(robot)} facts={robotFacts(robot)} />
      <Card title="system.audit" verdict={judgeAudit(audit)} facts={audit} />
      <Card title="system.files" verdict={judgeFiles(files)} facts={files} />
    </div>
  );
}

/** State of the running system. Reading it is an entry of the trail, so it is read when somebody asks. */
export default function SystemPage() {
  const { t, format } = useI18n();
  const api = useApi();
  const { data, error, isFetching, refetch, dataUpdatedAt } = useQuery<SystemStatus, ApiError>({
    queryKey: ['system', 'status'],
    queryFn: ({ signal }) => api.get<SystemStatus>('/system/status', { signal }),
    refetchOnWindowFocus: false,
  });
  const reload = () => void refetch();
  if (error && !data) return <ErrorFace error={error} onRetry={reload} />;
  if (!data) return <LoadingFace />;
  const at = format.exactTime(new Date(dataUpdatedAt).toISOString());
  return (
    <Page
      title={t('system.title')}
      tools={
        <>
          <span className="soft system-read-at" role="status">
            {t('system.read_at', { at })}
          </span>
          <Button icon={<ReloadOutlined />} loading={isFetching} onClick={reload}>
            {t('action.refresh')}
          </Button>
        </>
      }
    >
      <Cards status={data} />
    </Page>
  );
}
