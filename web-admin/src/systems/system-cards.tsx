import { ReloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useApi, type ApiError } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';

const FRESH_MS = 60_000;
/** Records one card shows; the other system's own screen has the rest. */
const SHOWN_MAX = 5;

interface Titles {
  zh: string;
  en: string;
}
interface Offer {
  connectorId: string;
  connectorName: string;
  operation: string;
  title: Titles;
  fields: { name: string; type: string; title: Titles }[];
}
interface Answer {
  records: Record<string, string | null>[];
  source: 'live' | 'cache' | 'stale' | 'recorded';
  at: string;
}

/** One lookup: it loads by itself, says how old its answer is, and can be asked again. */
function SystemCard(props: { requesterId: string; conversationId: string | undefined; offer: Offer }) {
  const { requesterId, conversationId, offer } = props;
  const { connectorId, operation } = offer;
  const { t, tMaybe, locale, format } = useI18n();
  const api = useApi();
  const { data, error, isFetching, refetch } = useQuery<Answer, ApiError>({
    queryKey: ['lookups', requesterId, connectorId, operation],
    queryFn: ({ signal }) =>
      api.post<Answer>(`/requesters/${requesterId}/lookups`, {
        body: { connectorId, operation, ...(conversationId ? { conversationId } : {}) },
        signal,
      }),
    staleTime: FRESH_MS,
    retry: false,
  });
  const textOf = ({ zh, en }: Titles) => (locale === 'zh-CN' ? zh : en);
  const valueOf = (type: string, value: string | null | undefined) => {
    if (value === null || value === undefined || value === '') return '—';
    if (type === 'date') return format.date(value);
    return type === 'instant' ? format.dateTime(value) : value;
  };
  const records = data?.records ?? [];
  return (
    <section className="side-section" aria-label={textOf(offer.title)} aria-busy={isFetching}>
      <h3>
        {textOf(offer.title)} <small className="soft">{offer.connectorName}</small>{' '}
        <Button
          type="text"
          size="small"
          icon={<ReloadOutlined spin={isFetching} />}
          aria-label={`${t('system.reload')} ${textOf(offer.title)}`}
          onClick={() => void refetch()}
        />
      </h3>
      {isFetching && !data && <p className="soft">{t('system.loading')}</p>}
      {error && !isFetching && <p className="soft">{tMaybe(`error.${error.code}`) ?? t('system.failed')}</p>}
      {data && records.length === 0 && <p className="soft">{t('system.none')}</p>}
      {records.slice(0, SHOWN_MAX).map((record, index) => (
        <dl className="facts" key={index}>
          {offer.fields.map(({ name, type, title }) => (
            <div key={name}>
              <dt>{textOf(title)}</dt>
              <dd>{valueOf(type, record[name])}</dd>
            </div>
          ))}
        </dl>
      ))}
      {records.length > SHOWN_MAX && (
        <p className="soft">{t('system.more', { count: records.length - SHOWN_MAX })}</p>
      )}
      {data && (
        <p className="soft">
          {t(data.source === 'stale' ? 'system.stale' : 'system.as_of', { at: format.dateTime(data.at) })}
        </p>
      )}
    </section>
  );
}

/** What connected systems know of the customer; nothing else on the page waits for it. */
export function SystemCards(props: { requesterId: string; conversationId: string | undefined }) {
  const { requesterId, conversationId } = props;
  const api = useApi();
  const { data } = useQuery<{ items: Offer[] }, ApiError>({
    queryKey: ['lookups', requesterId],
    queryFn: ({ signal }) => api.get<{ items: Offer[] }>(`/requesters/${requesterId}/lookups`, { signal }),
    staleTime: FRESH_MS,
  });
  return (data?.items ?? []).map((offer) => (
    <SystemCard
      key={`${offer.connectorId}${offer.operation}`}
      requesterId={requesterId}
      conversationId={conversationId}
      offer={offer}
    />
  ));
}
