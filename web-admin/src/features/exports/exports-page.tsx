import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Progress, Space, Table, Tag, type TableColumnsType } from 'antd';
import { useMemo, useState } from 'react';
import { ConfirmDialog, EmptyFace, ErrorFace, LoadMore, Page } from '../../components/index.ts';
import {
  fileAddress,
  isActive,
  ratioOf,
  sizeText,
  useExportActs,
  useExports,
  type ExportItem,
  type ExportState,
} from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import '../../components/export/export.css';

const TONES: Record<ExportState, string> = {
  waiting: 'gold',
  queued: 'blue',
  running: 'blue',
  ready: 'green',
  expired: 'default',
  failed: 'red',
  cancelled: 'default',
  refused: 'red',
};
const CANCELLABLE: ReadonlySet<ExportState> = new Set(['waiting', 'queued', 'running', 'ready']);

function State({ item }: { item: ExportItem }) {
  const { t, tMaybe, format } = useI18n();
  const ratio = ratioOf(item);
  return (
    <div>
      <Tag color={TONES[item.state]}>{t(`export.state.${item.state}`)}</Tag>
      {item.state === 'running' && ratio === undefined && (
        <span role="status">{t('export.collecting', { count: format.number(item.rowCount) })}</span>
      )}
      {item.state === 'running' && ratio !== undefined && (
        <Progress
          className="export-progress"
          aria-label={t('export.writing')}
          percent={Math.floor(ratio * 100)}
          size="small"
          status="active"
        />
      )}
      {item.errorCode && item.state === 'failed' && (
        <p className="export-problem">{tMaybe(`error.${item.errorCode}`) ?? item.errorCode}</p>
      )}
    </div>
  );
}

function Acts({ item, onEnd }: { item: ExportItem; onEnd: (item: ExportItem) => void }) {
  const { t } = useI18n();
  return (
    <Space wrap>
      {item.state === 'ready' && (
        <Button type="primary" icon={<DownloadOutlined />} href={fileAddress(item.id)} download>
          {t('export.download')}
        </Button>
      )}
      {CANCELLABLE.has(item.state) && (
        <Button onClick={() => onEnd(item)}>
          {t(item.state === 'ready' ? 'export.discard' : 'export.cancel')}
        </Button>
      )}
    </Space>
  );
}

function useColumns(onEnd: (item: ExportItem) => void): TableColumnsType<ExportItem> {
  const { t, locale, format } = useI18n();
  return useMemo(
    () => [
      {
        title: t('export.what'),
        render: (_value, item) => (
          <div>
            {item.title[locale === 'zh-CN' ? 'zh' : 'en']} <Tag>{item.format.toUpperCase()}</Tag>
            {item.isUnmasked && <Tag color="orange">{t('export.unmasked_mark')}</Tag>}
            <div className="soft">{format.dateTime(item.askedAt)}</div>
            <div className="export-acts-narrow">
              <Acts item={item} onEnd={onEnd} />
            </div>
          </div>
        ),
      },
      { title: t('export.state'), render: (_value, item) => <State item={item} /> },
      {
        title: t('export.rows'),
        width: 100,
        align: 'right',
        responsive: ['md'],
        render: (_value, item) => (item.isCollected ? format.number(item.rowCount) : '—'),
      },
      {
        title: t('export.size'),
        width: 100,
        align: 'right',
        responsive: ['lg'],
        render: (_value, item) => (item.sizeBytes === null ? '—' : sizeText(item.sizeBytes)),
      },
      {
        title: t('export.expires'),
        width: 160,
        responsive: ['md'],
        render: (_value, item) =>
          item.state === 'ready' && item.expiresAt ? format.dateTime(item.expiresAt) : '—',
      },
      { width: 230, responsive: ['md'], render: (_value, item) => <Acts item={item} onEnd={onEnd} /> },
    ],
    [t, locale, format, onEnd],
  );
}

/** The own exports: how far they are, and the finished files. */
export default function ExportsPage() {
  const { t } = useI18n();
  const [isAnyActive, setAnyActive] = useState(true);
  const [ending, setEnding] = useState<ExportItem>();
  const list = useExports(isAnyActive);
  const { cancel } = useExportActs();
  const columns = useColumns(setEnding);
  const isActiveNow = list.isLoading || list.items.some(isActive);
  if (isActiveNow !== isAnyActive) setAnyActive(isActiveNow);
  return (
    <Page title={t('export.title')}>
      <Alert className="dialog-alert" type="info" showIcon title={t('export.hint')} />
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<ExportItem>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('export.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      {ending && (
        <ConfirmDialog
          title={t(ending.state === 'ready' ? 'export.discard' : 'export.cancel')}
          text={t(ending.state === 'ready' ? 'export.discard_text' : 'export.cancel_text')}
          okText={t(ending.state === 'ready' ? 'export.discard' : 'export.cancel')}
          cancelText={t('export.keep')}
          isDanger
          onConfirm={async () => {
            await cancel(ending.id);
            setEnding(undefined);
          }}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Page>
  );
}
