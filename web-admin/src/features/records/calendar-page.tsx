import { LockOutlined } from '@ant-design/icons';
import { Table, type TableColumnsType } from 'antd';
import { Link } from 'react-router';
import { ErrorFace, LoadingFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { OfficerNav } from '../../officer/index.ts';
import { useCalendar, type Calendar, type CalendarCell, type CalendarLine } from './calendar-data.ts';
import './records.css';

/** A count with a lock when holds may keep some of it. */
function Cell({ cell }: { cell: CalendarCell }) {
  const { t, format } = useI18n();
  const { count, holds } = cell;
  if (!count && holds === 0) return <span className="soft">{count ?? '—'}</span>;
  return (
    <span className="calendar-cell">
      {count === null ? '—' : format.number(count)}
      {holds > 0 && (
        <span className="calendar-holds" title={t('calendar.holds', { count: holds })}>
          <LockOutlined aria-hidden="true" /> {format.number(holds)}
          <span className="visually-hidden">{t('calendar.holds', { count: holds })}</span>
        </span>
      )}
    </span>
  );
}

function Lines(props: {
  title: string;
  hint: string;
  months: readonly string[];
  lines: CalendarLine[];
  nameOf: (name: string) => string;
}) {
  const { title, hint, months, lines, nameOf } = props;
  const { t } = useI18n();
  const columns: TableColumnsType<CalendarLine> = [
    { title: t('record.class'), fixed: 'left', width: 120, render: (_, { name }) => nameOf(name) },
    { title: t('record.due_now'), align: 'right', width: 110, render: (_, { due }) => <Cell cell={due} /> },
    ...months.map((month, index) => ({
      title: month,
      key: month,
      align: 'right' as const,
      width: 100,
      render: (_: unknown, line: CalendarLine) => (
        <Cell cell={line.months[index] ?? { count: null, holds: 0 }} />
      ),
    })),
  ];
  return (
    <section className="panel records-panel" aria-label={title}>
      <h2>{title}</h2>
      <p className="soft">{hint}</p>
      <Table<CalendarLine>
        rowKey="name"
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        columns={columns}
        dataSource={lines}
      />
    </section>
  );
}

function Runs({ data }: { data: Calendar }) {
  const { t, format } = useI18n();
  const [sweep] = data.runs;
  return (
    <section className="panel records-panel" aria-label={t('calendar.runs')}>
      <h2>{t('calendar.runs')}</h2>
      <dl className="facts">
        <div>
          <dt>{t('calendar.sweep')}</dt>
          <dd>
            {data.isScheduled && sweep ? format.dateTime(sweep.nextAt) : t('calendar.sweep_off')}{' '}
            <Link to="/records">{t('record.title')}</Link>
          </dd>
        </div>
        <div>
          <dt>{t('calendar.purge')}</dt>
          <dd>
            {t('calendar.purge_on_demand')} <Link to="/audit/purges">{t('purge.title')}</Link>
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Waiting({ waiting }: { waiting: Calendar['waiting'] }) {
  const { t, format, locale } = useI18n();
  return (
    <section className="panel records-panel" aria-label={t('calendar.waiting')}>
      <h2>{t('calendar.waiting')}</h2>
      {waiting.length === 0 && <p className="soft">{t('calendar.waiting_none')}</p>}
      <ul className="plain-list">
        {waiting.map(({ id, title, requestedBy, requestedAt, expiresAt }) => (
          <li key={id} className="erasure-row">
            <Link to="/approvals">{locale === 'zh-CN' ? title.zh : title.en}</Link>
            <span>
              {requestedBy.name} · {format.dateTime(requestedAt)}
            </span>
            <span className="soft">{t('calendar.expires', { at: format.dateTime(expiresAt) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What of records and trail ends when, what keeps it, and what comes next. */
export default function CalendarPage() {
  const { t, tMaybe, format } = useI18n();
  const { data, error, refetch } = useCalendar();
  return (
    <Page title={t('calendar.title')} isWide>
      <OfficerNav />
      <p className="soft">{t('calendar.hint')}</p>
      {error && !data && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {!error && !data && <LoadingFace />}
      {data && (
        <>
          <Waiting waiting={data.waiting} />
          <Runs data={data} />
          <Lines
            title={t('calendar.records')}
            hint={
              data.countedAt === null
                ? t('calendar.not_counted')
                : t('calendar.counted', { at: format.dateTime(data.countedAt) })
            }
            months={data.months}
            lines={data.records}
            nameOf={(name) => tMaybe(`record.class.${name}`) ?? name}
          />
          <Lines
            title={t('calendar.trail')}
            hint={t('calendar.trail_hint')}
            months={data.months}
            lines={data.trail}
            nameOf={(name) => tMaybe(`audit.class.${name}`) ?? name}
          />
        </>
      )}
    </Page>
  );
}
