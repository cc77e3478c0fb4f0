import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** What a slot can hold. */
export const SLOT_TYPES = [
  ...[
    'amount',
    'number',
    'date',
    'month',
    'time',
    'card-tail',
    'phone',
    'id-number',
    'branch',
    'choice',
    'text',
  ],
] as const;

/** What a flow can end with. */
export const END_ACTS = ['say', 'ticket', 'handoff'] as const;

export type EndAct = (typeof END_ACTS)[number];

export interface FlowSlot {
  name: string;
  type: string;
  title: string;
  ask?: string;
  optional?: boolean;
  choices?: { value: string; title: string; synonyms?: string[] }[];
  [other: string]: unknown;
}

export interface FlowScript {
  title: string;
  turns: string[];
  end: string;
  slots?: Record<string, string | number>;
  [other: string]: unknown;
}

/** A flow as it is written; what this console has no field for is kept as it is. */
export interface FlowDefinition {
  key: string;
  locale: 'zh-CN' | 'en';
  title: string;
  triggers: { phrases: string[]; words?: string[][]; unless?: string[] };
  slots: FlowSlot[];
  confirm?: string;
  end: { act: EndAct; text: string; subject?: string; [other: string]: unknown };
  scripts: FlowScript[];
  [other: string]: unknown;
}

export type FlowState = 'draft' | 'review' | 'approved' | 'published' | 'retired';

export interface FlowItem {
  id: string;
  key: string;
  locale: 'zh-CN' | 'en';
  title: string;
  state: FlowState;
  publishedVersion?: number;
  draftVersion?: number;
  owner: string;
  updatedAt: string;
}

export interface FlowVersion {
  version: number;
  state: FlowState;
  definition: FlowDefinition;
  author: string;
  authorId: string;
  reason?: string;
  approver?: string;
  approvedAt?: string;
  rejectedReason?: string;
  createdAt: string;
}

/** A flow with its versions, newest first, and the dialogues its version in work fails. */
export interface Flow extends FlowItem {
  versions: FlowVersion[];
  failures: { flow: string; title: string; end: string }[];
}

/** One step of a dialogue on the debugger. */
export interface TriedTurn {
  text: string;
  reply: string;
  stage: string;
  asked?: string;
  misses?: number;
  slots?: Record<string, string | number | null>;
}

export interface Tried {
  end: string;
  slots: Record<string, string | number | null>;
  turns: TriedTurn[];
}

export type FlowAct = 'submit' | 'approve' | 'publish' | 'reject' | 'retire' | 'roll-back';

const ACTS: Record<FlowState, readonly (FlowAct | 'revise')[]> = {
  draft: ['revise', 'submit', 'retire'],
  review: ['revise', 'approve', 'reject', 'retire'],
  approved: ['revise', 'publish', 'reject', 'retire'],
  published: ['revise', 'retire'],
  retired: ['revise'],
};

/** Tells whether a flow's state allows an act; the server has the same table and decides. */
export function allows(flow: FlowItem, act: FlowAct | 'revise'): boolean {
  return ACTS[flow.state].includes(act);
}

/** The version in work, else the live one, else the newest. */
export function currentVersion(flow: Flow): FlowVersion | undefined {
  const wanted = flow.draftVersion ?? flow.publishedVersion;
  return flow.versions.find(({ version }) => version === wanted) ?? flow.versions[0];
}

/** Every flow. */
export function useFlows() {
  const api = useApi();
  return useQuery<FlowItem[], ApiError>({
    queryKey: ['flows'],
    queryFn: async ({ signal }) => (await api.get<{ items: FlowItem[] }>('/flows', { signal })).items,
  });
}

/** A flow by id. */
export function useFlow(id: string) {
  const api = useApi();
  return useQuery<Flow, ApiError>({
    queryKey: ['flows', id],
    queryFn: ({ signal }) => api.get<Flow>(`/flows/${id}`, { signal }),
  });
}

/** Writes of flows; each reads everything again afterwards, after a refusal too. */
export function useFlowActions() {
  const api = useApi();
  const cache = useQueryClient();
  async function change(send: () => Promise<Flow>): Promise<Flow> {
    try {
      return await send();
    } finally {
      await cache.invalidateQueries({ queryKey: ['flows'] });
    }
  }
  return {
    create: (definition: FlowDefinition) =>
      change(() => api.create<Flow>('/flows', { body: { definition } })),
    revise: (id: string, definition: FlowDefinition, reason: string) =>
      change(() => api.create<Flow>(`/flows/${id}/versions`, { body: { definition, reason } })),
    act: (id: string, act: FlowAct, body: object = {}) =>
      change(() => api.post<Flow>(`/flows/${id}/${act}`, { body })),
    attempt: (definition: FlowDefinition, turns: readonly string[]) =>
      api.post<Tried>('/flows/try', { body: { definition, turns } }),
  };
}

/** A flow to begin with. */
export function emptyFlow(locale: 'zh-CN' | 'en'): FlowDefinition {
  return {
    ...{ key: '', locale, title: '', triggers: { phrases: [] } },
    slots: [{ name: 'amount', type: 'amount', title: '', ask: '' }],
    end: { act: 'say', text: '' },
    scripts: [],
  };
}

/** Lines of a text field, without empty ones. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Choices as people write them: one a line, `value = title, synonym, synonym`. */
export function parseChoices(text: string): NonNullable<FlowSlot['choices']> {
  return linesOf(text).map((line) => {
    const [value = '', rest = value] = line.split('=').map((part) => part.trim());
    const [title = value, ...synonyms] = rest.split(/[,，]/).map((part) => part.trim());
    return { value, title, ...(synonyms.length > 0 ? { synonyms } : {}) };
  });
}

/** The other way round. */
export function presentChoices(choices: FlowSlot['choices']): string {
  return (choices ?? [])
    .map(({ value, title, synonyms = [] }) => `${value} = ${[title, ...synonyms].join(', ')}`)
    .join('\n');
}
