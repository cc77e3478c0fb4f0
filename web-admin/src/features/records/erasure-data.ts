import { useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/index.ts';
import type { Outcome } from './record-data.ts';

/** Why a person cannot be erased now. */
export type ErasureCover =
  | { kind: 'hold'; holdId: string; placedAt: string }
  | { kind: 'period'; recordClass: string; count: number; until: string | null }
  | { kind: 'archive'; count: number }
  | { kind: 'too-many' };

/** The erasure of one person. */
export interface Erasure {
  id: string;
  requesterId: string;
  state: 'destroying' | 'done';
  askedBy: { id: string; name: string };
  approvedBy: { id: string; name: string };
  startedAt: string;
  finishedAt: string | null;
  keys: number;
  rows: Record<string, number>;
  acknowledged: string[];
}

/** Checks and asks; what it changes is read again. */
export function useErasureActions() {
  const api = useApi();
  const cache = useQueryClient();
  return {
    check: (requesterId: string) =>
      api.post<{ covers: ErasureCover[] }>('/erasures/check', { body: { requesterId } }),
    async ask(requesterId: string, reason: string): Promise<Outcome> {
      try {
        return await api.create<Outcome>('/erasures', { body: { requesterId, reason } });
      } finally {
        await cache.invalidateQueries({ queryKey: ['approvals'] });
      }
    },
  };
}
