import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button } from 'antd';
import { useState } from 'react';
import { useApi, type ApiError } from '../api/index.ts';
import { ConfirmDialog, useProblemToast } from '../components/index.ts';
import { useI18n } from '../i18n/index.ts';

const POLL_MS = 3_000;

interface Operation {
  connectorId: string;
  connectorName: string;
  operation: string;
  title: { zh: string; en: string };
}
interface SystemRecord {
  id: string;
  connectorId: string;
  operation: string;
  state: 'waiting' | 'done' | 'failed' | 'unknown';
  lastCode: string | null;
  reference: string | null;
  createdAt: string;
}
interface Records {
  items: SystemRecord[];
  operations: Operation[];
}

/** One record: what it is, its number over there, and how it fares. */
function RecordLine({ record, name }: { record: SystemRecord; name: string }) {
  const { t, tMaybe, format } = useI18n();
  const { reference, state, createdAt, lastCode } = record;
  return (
    <li>
      {name} {reference && <code>{reference}</code>}{' '}
      <span className="soft">
        {t(`system.state.${state}`)} · {format.dateTime(createdAt)}
      </span>
      {lastCode && <span className="soft second-line">{tMaybe(`error.${lastCode}`) ?? lastCode}</span>}
    </li>
  );
}

/** Records of a ticket in other systems: which there are, how they fare, and the ways to make one. */
export function SystemRecords({ ticketId }: { ticketId: string }) {
  const { t, locale } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const [asked, setAsked] = useState<{ operation: Operation; fields: string[] }>();
  const path = `/tickets/${ticketId}/records`;
  const { data } = useQuery<Records, ApiError>({
    queryKey: ['ticket-records', ticketId],
    queryFn: ({ signal }) => api.get<Records>(path, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.items.some((one) => one.state === 'waiting') ? POLL_MS : false,
  });
  if (!data || (data.items.length === 0 && data.operations.length === 0)) return null;
  const titleOf = ({ title, connectorName }: Operation) =>
    `${locale === 'zh-CN' ? title.zh : title.en} · ${connectorName}`;
  const bodyOf = ({ connectorId, operation }: Operation, isDryRun: boolean) => ({
    body: { connectorId, operation, isDryRun },
  });
  // A dry run first: what cannot be made is said before anybody confirms.
  const handleAsk = (operation: Operation) =>
    void api
      .post<{ fields: string[] }>(path, bodyOf(operation, true))
      .then(({ fields }) => setAsked({ operation, fields }))
      .catch(showProblem);
  const nameOf = (record: SystemRecord) => {
    const known = data.operations.find(
      ({ connectorId, operation }) => connectorId === record.connectorId && operation === record.operation,
    );
    return known ? titleOf(known) : record.operation;
  };
  return (
    <section className="panel" aria-label={t('system.records')}>
      <h2>{t('system.records')}</h2>
      <ul className="plain-list">
        {data.items.map((record) => (
          <RecordLine key={record.id} record={record} name={nameOf(record)} />
        ))}
      </ul>
      <div className="side-tools">
        {data.operations.map((operation) => (
          <Button
            key={`${operation.connectorId}${operation.operation}`}
            size="small"
            onClick={() => handleAsk(operation)}
          >
            {titleOf(operation)}
          </Button>
        ))}
      </div>
      {asked && (
        <ConfirmDialog
          title={titleOf(asked.operation)}
          text={t('system.record_text', { fields: asked.fields.join(', ') })}
          okText={t('system.record_make')}
          onConfirm={async () => {
            await api.create(path, bodyOf(asked.operation, false));
            await cache.invalidateQueries({ queryKey: ['ticket-records', ticketId] });
            void message.success(t('system.record_made'));
            setAsked(undefined);
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </section>
  );
}
