import { useQuery } from '@tanstack/react-query';
import { Badge } from 'antd';
import { useApi } from '../api/index.ts';

const POLL_MS = 60_000;

/** How many acts wait for a decision of this account; asked for every minute, which is no use of the session. */
export function ApprovalsBadge() {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['approvals', 'waiting'],
    queryFn: ({ signal }) => api.get<{ count: number }>('/approvals/waiting', { signal, isBackground: true }),
    refetchInterval: POLL_MS,
  });
  return <Badge count={data?.count ?? 0} size="small" overflowCount={99} />;
}
