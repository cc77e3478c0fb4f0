import { PlusOutlined } from '@ant-design/icons';
import { Button, Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { Link, useNavigate } from 'react-router';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useFlows, type FlowItem } from './flow-data.ts';
import { FlowStateMark } from './flow-marks.tsx';
import './flows.css';

function useColumns(): TableColumnsType<FlowItem> {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        title: t('flow.title'),
        dataIndex: 'title',
        render: (title: string, flow) => (
          <>
            <Link to={`/flows/${flow.id}`} lang={flow.locale}>
              {title}
            </Link>
            <span className="flow-key">{flow.key}</span>
          </>
        ),
      },
      {
        title: t('article.state'),
        dataIndex: 'state',
        width: 120,
        render: (state: FlowItem['state']) => <FlowStateMark state={state} />,
      },
      {
        title: t('article.locale'),
        dataIndex: 'locale',
        width: 100,
        responsive: ['md'],
        render: (locale: FlowItem['locale']) => t(`article.locale.${locale}`),
      },
      {
        title: t('article.live'),
        dataIndex: 'publishedVersion',
        width: 130,
        responsive: ['md'],
        render: (version?: number) =>
          version === undefined ? t('article.live_none') : t('article.version', { version }),
      },
      { title: t('article.owner'), dataIndex: 'owner', width: 140, responsive: ['lg'], ellipsis: true },
      {
        title: t('article.updated'),
        dataIndex: 'updatedAt',
        width: 160,
        responsive: ['lg'],
        render: (at: string) => format.dateTime(at),
      },
    ],
    [t, format],
  );
}

/** The robot's flows of several turns. */
export default function FlowsPage() {
  const { t } = useI18n();
  const can = useCan();
  const navigate = useNavigate();
  const { data, error, isLoading, refetch } = useFlows();
  const columns = useColumns();
  return (
    <Page
      title={t('nav.flows')}
      tools={
        can('knowledge:write') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate('/flows/new')}>
            {t('flow.create')}
          </Button>
        )
      }
    >
      <p className="soft">{t('flow.hint')}</p>
      {error && !data ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : (
        <Table<FlowItem>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={data ?? []}
          loading={isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('flow.empty')} /> }}
        />
      )}
    </Page>
  );
}
