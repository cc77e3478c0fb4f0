import { DownloadOutlined } from '@ant-design/icons';
import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { usePageList } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { ExportButton } from '../../components/export/index.ts';
import { ErrorFace, LoadingFace, LoadMore, ReasonDialog, useProblemToast } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import { useErasureActions, type Erasure, type ErasureCover } from './erasure-data.ts';
import { useOutcomeToast } from './outcome-toast.ts';

const REASON_CHARACTERS_MAX = 500;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Until the keys are gone everywhere the list looks again by itself. */
const LOOK_EVERY_MS = 10_000;

/** What keeps somebody from being erased, in words. */
function useCoverText(): (cover: ErasureCover) => string {
  const { t, format } = useI18n();
  return (cover) => {
    switch (cover.kind) {
      case 'hold':
        return t('erasure.cover_hold', { id: cover.holdId, at: format.dateTime(cover.placedAt) });
      case 'period': {
        const recordClass = t(`record.class.${cover.recordClass}` as MessageKey);
        return cover.until === null
          ? t('erasure.cover_open', { recordClass, count: cover.count })
          : t('erasure.cover_period', { recordClass, count: cover.count, until: format.date(cover.until) });
      }
      case 'archive':
        return t('erasure.cover_archive');
      default:
        return t('erasure.cover_many');
    }
  };
}

function Covers({ covers }: { covers: readonly ErasureCover[] }) {
  const { t } = useI18n();
  const textOf = useCoverText();
  if (covers.length === 0) return <Alert type="success" showIcon title={t('erasure.free')} />;
  return (
    <Alert
      type="warning"
      showIcon
      title={t('erasure.covered')}
      description={
        <ul className="plain-list">
          {covers.map((cover) => (
            <li key={textOf(cover)}>{textOf(cover)}</li>
          ))}
        </ul>
      }
    />
  );
}

/** Names a person, says what keeps the person, and asks for the erasure. */
function AskForm() {
  const { t } = useI18n();
  const { check, ask } = useErasureActions();
  const toast = useOutcomeToast();
  const showProblem = useProblemToast();
  const [checked, setChecked] = useState<{ requesterId: string; covers: ErasureCover[] }>();
  const [isAsking, setAsking] = useState(false);
  async function handleCheck({ requesterId }: { requesterId: string }): Promise<void> {
    setChecked(undefined);
    try {
      setChecked({ requesterId, ...(await check(requesterId)) });
    } catch (thrown) {
      showProblem(thrown);
    }
  }
  return (
    <>
      <Form layout="vertical" requiredMark={false} onFinish={handleCheck} className="erasure-form">
        <Form.Item
          name="requesterId"
          label={t('erasure.person')}
          normalize={(value: string) => value.trim().toLowerCase()}
          rules={[{ required: true, pattern: UUID, message: t('erasure.person_form') }]}
        >
          <Input maxLength={36} autoComplete="off" />
        </Form.Item>
        <Button htmlType="submit">{t('erasure.check')}</Button>
        {checked?.covers.length === 0 && (
          <Button danger onClick={() => setAsking(true)}>
            {t('erasure.ask')}
          </Button>
        )}
        {checked && (
          <ExportButton
            permission="record:manage"
            subject={{
              kind: 'requester.everything',
              params: { requesterId: checked.requesterId },
              filters: [t('erasure.one_person', { id: checked.requesterId })],
            }}
          />
        )}
      </Form>
      {checked && <Covers covers={checked.covers} />}
      {isAsking && checked && (
        <ReasonDialog
          title={t('erasure.ask')}
          hint={t('erasure.ask_hint')}
          label={t('record.reason_field')}
          okText={t('erasure.ask')}
          isDanger
          charactersMax={REASON_CHARACTERS_MAX}
          onSubmit={async (reason) => toast(await ask(checked.requesterId, reason))}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Row({ erasure }: { erasure: Erasure }) {
  const { t, format } = useI18n();
  const isDone = erasure.state === 'done';
  const rows = Object.values(erasure.rows).reduce((sum, count) => sum + count, 0);
  return (
    <li className="erasure-row">
      <strong>{erasure.requesterId}</strong>
      <span className={`state-mark state-${isDone ? 'closed' : 'queued'}`}>
        {t(isDone ? 'erasure.done' : 'erasure.destroying')}
      </span>
      <span className="soft">
        {t('erasure.summary', {
          at: format.dateTime(erasure.startedAt),
          keys: erasure.keys,
          rows: format.number(rows),
          processes: erasure.acknowledged.length,
          asked: erasure.askedBy.name,
          approved: erasure.approvedBy.name,
        })}
      </span>
      {isDone && (
        <Button
          size="small"
          icon={<DownloadOutlined />}
          href={`/api/v1/erasures/${erasure.id}/certificate`}
          download
        >
          {t('erasure.certificate')}
        </Button>
      )}
    </li>
  );
}

/** Erasure of persons: asked for by one officer, approved by another, certified. */
export function ErasurePanel() {
  const { t } = useI18n();
  const can = useCan();
  const list = usePageList<Erasure>({
    ...{ resource: 'erasures', path: '/erasures', isQuiet: true, isBackground: true },
    refetchIntervalMs: LOOK_EVERY_MS,
  });
  return (
    <section className="panel records-panel" aria-label={t('erasure.title')}>
      <h2>{t('erasure.title')}</h2>
      <p className="soft">{t('erasure.hint')}</p>
      {can('record:manage') && <AskForm />}
      {list.isLoading && <LoadingFace />}
      {list.error && list.items.length === 0 && <ErrorFace error={list.error} onRetry={list.reload} />}
      <ul className="plain-list">
        {list.items.map((erasure) => (
          <Row key={erasure.id} erasure={erasure} />
        ))}
      </ul>
      {list.hasMore && <LoadMore list={list} />}
    </section>
  );
}
