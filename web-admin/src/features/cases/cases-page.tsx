import { DownloadOutlined } from '@ant-design/icons';
import { Button, Table, Tag, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { CopyButton, EmptyFace, ErrorFace, LoadMore, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { OfficerNav } from '../../officer/index.ts';
import { AskCaseDialog } from './ask-case-dialog.tsx';
import { caseAddress, useCases, type CaseFile, type CasePerson, type CaseState } from './case-data.ts';
import './cases.css';
import { LookUpPanel } from './look-up-panel.tsx';

const TONES: Record<CaseState, string> = {
  asked: 'gold',
  first: 'gold',
  making: 'blue',
  ready: 'green',
  expired: 'default',
  refused: 'red',
  failed: 'red',
};
const MEGABYTE = 1_000_000;

function Subject({ item }: { item: CaseFile }) {
  const { t, format } = useI18n();
  const day = (at: string | null) => (at === null ? '…' : format.dateTime(at));
  return (
    <>
      <strong>{item.caseNumber}</strong> {item.isUnmasked && <Tag color="orange">{t('case.plain')}</Tag>}
      <span className="second-line">
        {item.authority} · {item.reason}
      </span>
      <span className="soft second-line case-reference">
        {t('case.requester')} {item.requesterId}
      </span>
      {(item.from ?? item.to) && (
        <span className="soft second-line">
          {t('case.period')} {day(item.from)} – {day(item.to)}
        </span>
      )}
    </>
  );
}

function People({ item }: { item: CaseFile }) {
  const { t, format } = useI18n();
  const lines = [
    ['case.asked_by', item.askedBy],
    ['case.first_by', item.firstBy],
    ['case.second_by', item.secondBy],
  ] as const;
  return (
    <>
      {lines.map(
        ([label, somebody]) =>
          somebody && (
            <span key={label} className="second-line" title={format.exactTime(somebody.at)}>
              <span className="soft">{t(label)}</span> {somebody.name}
            </span>
          ),
      )}
    </>
  );
}

function Result({ item }: { item: CaseFile }) {
  const { t, tMaybe, format } = useI18n();
  const { state, sizeBytes, sha256, expiresAt, errorCode } = item;
  return (
    <>
      <Tag color={TONES[state]}>{t(`case.state.${state}`)}</Tag>
      {errorCode && <span className="second-line">{tMaybe(`error.${errorCode}`) ?? errorCode}</span>}
      {state === 'ready' && (
        <>
          <Button icon={<DownloadOutlined />} href={caseAddress(item.id)} download>
            {t('case.download', { size: ((sizeBytes ?? 0) / MEGABYTE).toFixed(1) })}
          </Button>
          <span className="soft second-line">
            {t('case.until', { at: format.dateTime(expiresAt ?? ''), count: item.downloadCount })}
          </span>
        </>
      )}
      {sha256 && (
        <span className="second-line">
          <code className="hash">{sha256.slice(0, 16)}…</code> <CopyButton text={sha256} />
        </span>
      )}
    </>
  );
}

function useColumns(): TableColumnsType<CaseFile> {
  const { t } = useI18n();
  return [
    {
      title: t('case.number'),
      render: (_value, item) => (
        <>
          <Subject item={item} />
          <span className="narrow-only">
            <People item={item} />
            <Result item={item} />
          </span>
        </>
      ),
    },
    {
      title: t('case.people'),
      width: 220,
      responsive: ['md'],
      render: (_value, item) => <People item={item} />,
    },
    {
      title: t('case.result'),
      width: 260,
      responsive: ['md'],
      render: (_value, item) => <Result item={item} />,
    },
  ];
}

/** Records of one person for a regulator: looked up, asked for, agreed to by two others, fetched. */
export default function CasesPage() {
  const { t } = useI18n();
  const [isAnyMade, setAnyMade] = useState(false);
  const [asking, setAsking] = useState<CasePerson>();
  const list = useCases(isAnyMade);
  const columns = useColumns();
  const isMadeNow = list.items.some(({ state }) => state === 'making');
  if (isMadeNow !== isAnyMade) setAnyMade(isMadeNow);
  return (
    <Page title={t('case.title')} tools={<Button onClick={list.reload}>{t('action.refresh')}</Button>}>
      <OfficerNav />
      <LookUpPanel onAsk={setAsking} />
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<CaseFile>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('case.none')} /> }}
        />
      )}
      <LoadMore list={list} />
      {asking && <AskCaseDialog person={asking} onClose={() => setAsking(undefined)} />}
    </Page>
  );
}
