import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';
import { useI18n } from '../../i18n/index.ts';

interface Collected {
  title?: string;
  slots: { title: string; value: string }[];
}

/** What the robot has asked for already, so that nobody asks the customer again; nothing when no flow ran. */
export function CollectedFacts({ conversationId, lastSeq }: { conversationId: string; lastSeq: number }) {
  const { t } = useI18n();
  const api = useApi();
  const { data } = useQuery<Collected, ApiError>({
    queryKey: ['collected', conversationId, lastSeq],
    queryFn: ({ signal }) => api.get<Collected>(`/conversations/${conversationId}/collected`, { signal }),
    staleTime: Infinity,
  });
  if (!data?.title || data.slots.length === 0) return null;
  return (
    <section className="side-section">
      <h3>{t('conversation.collected', { title: data.title })}</h3>
      <dl className="facts">
        {data.slots.map(({ title, value }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
