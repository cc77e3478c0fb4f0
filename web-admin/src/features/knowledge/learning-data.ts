import { useQuery, useQueryClient } from '@tanstack/react-query';
import { toApiError, useApi, usePageList, type ApiError } from '../../api/index.ts';
import type { ArticleLocale } from './article-data.ts';

/** Whose idea a proposal was. */
export type ProposalSource = 'agent' | 'chosen' | 'used' | 'model' | 'cluster';

/** What the robot would like to learn. Texts are masked by the server. */
export interface Proposal {
  id: string;
  locale: ArticleLocale;
  /** Another wording of an article, or something nobody wrote an article for. */
  kind: 'similar' | 'article';
  source: ProposalSource;
  /** 0 to 1. */
  score: number;
  articleId: string | null;
  articleQuestion: string | null;
  /** The most typical first. */
  questions: string[];
  /** How many messages said it. */
  askedCount: number;
  reply: string | null;
  createdAt: string;
  version: number;
}

/** One night, and what accepting all of its proposals would change. */
export interface LearningBatch {
  id: string;
  locale: ArticleLocale;
  turnCount: number;
  proposalCount: number;
  measuredCount: number;
  rightBefore: number;
  rightAfter: number;
  guardCount: number;
  guardsBefore: number;
  guardsAfter: number;
  createdAt: string;
}

/** What a person makes of a proposal. */
export interface Acceptance {
  question: string;
  similar: string[];
  answer?: string | undefined;
  articleId?: string | undefined;
}

/** What became of several decisions: how many were made, and the refused ones with their problems. */
export interface Outcome {
  done: number;
  refused: { proposal: Proposal; error: ApiError }[];
}

/** Characters of a wording that an article takes; longer messages are shortened by hand. */
const WORDING_MAX = 300;
/** What masking leaves of a number: nothing to learn from before somebody has put it in general words. */
const MASK = '**';

/** What accepting a proposal as it stands means: its first question, the others as further wordings of a new article. */
export function asProposed({ kind, questions }: Pick<Proposal, 'kind' | 'questions'>): Acceptance {
  const fitting = questions.filter((text) => [...text].length <= WORDING_MAX && !text.includes(MASK));
  const [question = '', ...others] = fitting;
  return { question, similar: kind === 'article' ? others : [] };
}

/** Whether it can be accepted with one click: a new article needs an answer that somebody has read. */
export function isReady(proposal: Proposal): boolean {
  return proposal.kind === 'similar' && proposal.articleId !== null && asProposed(proposal).question !== '';
}

/** Filters of the address: what kind, whose idea, which language. */
export function fits(
  proposal: Proposal,
  filters: { kind?: string | undefined; source?: string | undefined; locale?: string | undefined },
): boolean {
  return (
    (filters.kind === undefined || proposal.kind === filters.kind) &&
    (filters.source === undefined || proposal.source === filters.source) &&
    (filters.locale === undefined || proposal.locale === filters.locale)
  );
}

/** Open proposals, oldest first. Reading them stands in the trail, so it happens when somebody asks. */
export function useProposals() {
  return usePageList<Proposal>({ resource: 'proposals', path: '/robot/proposals', isQuiet: true });
}

/** The last nights, newest first. */
export function useBatches() {
  const api = useApi();
  return useQuery<LearningBatch[], ApiError>({
    queryKey: ['learning'],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: LearningBatch[] }>('/robot/learning', { signal })).items,
  });
}

/** Decisions; the list is read again afterwards, after a refusal too. */
export function useProposalActs() {
  const api = useApi();
  const cache = useQueryClient();
  const accept = ({ id, version }: Proposal, body: Acceptance) =>
    api.post<{ articleId: string }>(`/robot/proposals/${id}/accept`, { version, body });
  const reject = ({ id, version }: Proposal) => api.post(`/robot/proposals/${id}/reject`, { version });
  async function reread<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await Promise.all(['proposals', 'articles'].map((key) => cache.invalidateQueries({ queryKey: [key] })));
    }
  }
  /** One after the other: several may belong to one article, whose draft grows with each. */
  const each = (proposals: readonly Proposal[], decide: (proposal: Proposal) => Promise<unknown>) =>
    reread(async (): Promise<Outcome> => {
      const refused: Outcome['refused'] = [];
      for (const proposal of proposals) {
        await decide(proposal).catch((thrown: unknown) => {
          refused.push({ proposal, error: toApiError(thrown) });
        });
      }
      return { done: proposals.length - refused.length, refused };
    });
  return {
    accept: (proposal: Proposal, body: Acceptance) => reread(() => accept(proposal, body)),
    acceptAll: (proposals: readonly Proposal[]) =>
      each(proposals, (proposal) => accept(proposal, asProposed(proposal))),
    rejectAll: (proposals: readonly Proposal[]) => each(proposals, reject),
  };
}
