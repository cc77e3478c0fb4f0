import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList } from '../../api/index.ts';

/** A text in both languages, as modules and settings give it. */
export interface Titles {
  zh: string;
  en: string;
}

/** A connector as the list shows it. */
export interface Connector {
  id: string;
  name: string;
  module: string;
  state: 'off' | 'live' | 'record' | 'replay';
  health: 'unknown' | 'ok' | 'degraded' | 'down';
  healthCode: string | null;
  drift: string[];
  breaker: 'closed' | 'open' | 'probing';
  checkedAt: string | null;
  certificateEndsAt: string | null;
  places: { protocol: string; host: string; port: number; isOpen: boolean }[];
  version: number;
}

/** An operation as its settings declare it. */
export interface Operation {
  name: string;
  title: Titles;
  isReadOnly: boolean;
  output: Record<string, object>;
}

/** A connector with its settings; of secrets only when they were set. */
export interface ConnectorDetail extends Connector {
  config: Record<string, unknown>;
  tls: { ca?: string; cert?: string; servername?: string };
  operations: Operation[];
  secrets: { name: string; changedAt: string | null; oldUntilAt: string | null }[];
}

/** A property of a module's settings or secrets; the form is drawn from it. */
export interface FieldSchema {
  type?: string;
  enum?: (string | number)[];
  'x-title'?: Titles;
  'x-multiline'?: boolean;
}

/** A kind of system. */
export interface ConnectorModule {
  manifest: { id: string; title: Titles; about: Titles };
  configSchema: { properties: Record<string, FieldSchema>; required?: string[] };
  secretSchema: { properties: Record<string, FieldSchema> };
  presets: { id: string; title: Titles; config: Record<string, unknown> }[];
}

/** One call, without what was asked or answered. */
export interface ConnectorCall {
  id: string;
  operation: string;
  purpose: string;
  outcome: 'ok' | 'cached' | 'stale' | 'replayed' | 'refused' | 'failed';
  code: string | null;
  tookMs: number;
  recordCount: number;
  correlationId: string;
  at: string;
}

/** What a test of the connection came to. */
export interface Probe {
  outcome: string;
  code: string | null;
  reason: string | null;
  ms: number;
}

/** What a mapping makes of recorded answers. */
export interface Preview {
  records: Record<string, string | null>[];
  drift: string[];
  documents: unknown[];
}

/** What people enter. */
export interface ConnectorBody {
  name: string;
  module: string;
  config: Record<string, unknown>;
  tls: ConnectorDetail['tls'];
  reason?: string;
}

const REFRESH_MS = 10_000;

/** Every connector; there are at most a hundred. */
export function useConnectors() {
  return usePageList<Connector>({
    resource: 'connectors',
    path: '/connectors',
    refetchIntervalMs: REFRESH_MS,
  });
}

/** One connector with its settings. */
export function useConnector(id: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['connector', id],
    queryFn: () => api.get<ConnectorDetail>(`/connectors/${id}`),
    enabled: id !== undefined,
  });
}

/** The kinds of systems. */
export function useConnectorModules() {
  const api = useApi();
  return useQuery({
    queryKey: ['connector-modules'],
    queryFn: () => api.get<{ items: ConnectorModule[] }>('/connector-modules'),
    staleTime: Infinity,
  });
}

/** The calls of one connector, the newest first. */
export function useConnectorCalls(id: string) {
  return usePageList<ConnectorCall>({ resource: `connector-calls-${id}`, path: `/connectors/${id}/calls` });
}

/** Acts on connectors; each refreshes what is shown. */
export function useConnectorActs() {
  const api = useApi();
  const cache = useQueryClient();
  const then = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    await Promise.all([
      cache.invalidateQueries({ queryKey: ['connectors'] }),
      cache.invalidateQueries({ queryKey: ['connector'] }),
    ]);
    return result;
  };
  return {
    create: (body: ConnectorBody) => then(api.create<ConnectorDetail>('/connectors', { body })),
    update: (id: string, version: number, body: ConnectorBody) =>
      then(api.put<ConnectorDetail>(`/connectors/${id}`, { body, version })),
    setState: ({ id, version }: Connector, state: Connector['state']) =>
      then(api.post(`/connectors/${id}/state`, { body: { state }, version })),
    accept: ({ id, version }: Connector) => then(api.post(`/connectors/${id}/accept`, { version })),
    setSecret: (id: string, name: string, value: string) =>
      then(api.post(`/connectors/${id}/secrets`, { body: { name, value } })),
    test: ({ id }: Connector) => then(api.post<Probe>(`/connectors/${id}/test`)),
    preview: (id: string, operation: string, output: object) =>
      api.post<Preview>(`/connectors/${id}/preview`, { body: { operation, output } }),
    remove: ({ id }: Connector) => then(api.delete(`/connectors/${id}`)),
  };
}
