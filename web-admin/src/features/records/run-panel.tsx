import { Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { Chart } from '../../components/chart/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { RECORD_CLASSES, type ClassReport, type RecordClass, type Run } from './record-data.ts';

interface Line extends ClassReport {
  recordClass: RecordClass;
}

/** What becomes due in the next months, by class. */
function Outlook({ run }: { run: Run }) {
  const { t, format } = useI18n();
  const { outlook } = run.report;
  const content = useMemo(() => {
    const shown = RECORD_CLASSES.filter((name) => outlook.some(({ counts }) => name in counts));
    return {
      labels: outlook.map(({ month }) => month),
      series: shown.map((name) => ({
        name: t(`record.class.${name}`),
        kind: 'bar' as const,
        values: outlook.map(({ counts }) => counts[name] ?? 0),
      })),
    };
  }, [outlook, t]);
  if (outlook.length === 0) return null;
  return (
    <>
      <h3>{t('record.outlook')}</h3>
      <Chart
        {...content}
        title={t('record.outlook')}
        labelTitle={t('record.month')}
        formatValue={format.number}
      />
    </>
  );
}

/** What a run came to: a line for each class, and for a dry run what comes next. */
export function RunPanel({ title, run }: { title: string; run: Run }) {
  const { t, format } = useI18n();
  const lines = RECORD_CLASSES.flatMap((recordClass): Line[] => {
    const report = run.report.classes[recordClass];
    return report === undefined ? [] : [{ recordClass, ...report }];
  });
  const kept = (line: Line) => Object.values(line.keptByClass).reduce((sum, count) => sum + count, 0);
  const number = (value: number) => format.number(value);
  const columns: TableColumnsType<Line> = [
    { title: t('record.class'), render: (_, line) => t(`record.class.${line.recordClass}`) },
    { title: t('record.due_now'), align: 'right', render: (_, line) => number(line.due), responsive: ['md'] },
    {
      title: t(run.kind === 'dry' ? 'record.gone' : 'record.removed'),
      align: 'right',
      render: (_, line) => number(line.gone),
    },
    { title: t('record.held'), align: 'right', render: (_, line) => number(line.heldByHold) },
    { title: t('record.kept'), align: 'right', render: (_, line) => number(kept(line)) },
    { title: t('record.rows'), align: 'right', render: (_, line) => number(line.rows), responsive: ['md'] },
  ];
  const at = run.finishedAt ?? run.startedAt;
  const { manifest } = run.report;
  return (
    <>
      <h3>
        {title} <time className="soft" dateTime={at}>{`· ${format.exactTime(at)}`}</time>
      </h3>
      <Table<Line>
        rowKey="recordClass"
        size="small"
        pagination={false}
        columns={columns}
        dataSource={lines}
      />
      {manifest && <p className="soft records-archive">{t('record.archive', { ...manifest })}</p>}
      {run.kind === 'dry' && <Outlook run={run} />}
    </>
  );
}
