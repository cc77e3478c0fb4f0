import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, usePageList, type ApiError } from '../../api/index.ts';
import { useI18n, type Locale } from '../../i18n/index.ts';
import type { Severity } from './notice-data.ts';

export const CHANNEL_TYPES = ['smtp', 'syslog', 'webhook', 'file'] as const;
export const SEVERITIES: readonly Severity[] = ['info', 'warning', 'alarm'];
export const TLS_MODES = ['implicit', 'starttls', 'none'] as const;

export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** What the server holds of every channel's place; each type uses some. */
export interface ChannelSettings {
  host?: string;
  port?: number;
  tls?: (typeof TLS_MODES)[number];
  user?: string;
  from?: string;
  recipients?: string[];
  url?: string;
  ca?: string;
}

/** A channel as the list shows it; its secret never comes here. */
export interface Channel {
  id: string;
  type: ChannelType;
  name: string;
  isEnabled: boolean;
  minSeverity: Severity;
  lang: Locale;
  settings: ChannelSettings;
  hasSecret: boolean;
  version: number;
  /** Where a file channel writes, below the home folder. */
  file: string | null;
  queued: number;
  dead: number;
  lastSentAt: string | null;
  failingAt: string | null;
  errorCode: string | null;
}

/** One notice for one channel. */
export interface Delivery {
  id: string;
  channelId: string;
  kind: string;
  severity: Severity;
  title: string;
  state: 'queued' | 'sent' | 'dead';
  attempts: number;
  createdAt: string;
  dueAt: string;
  errorCode: string | null;
}

/** What people enter; one field each, whatever the type. */
export interface ChannelForm {
  type: ChannelType;
  name: string;
  isEnabled: boolean;
  minSeverity: Severity;
  lang: Locale;
  host?: string;
  port?: number | null;
  tls?: (typeof TLS_MODES)[number];
  user?: string;
  from?: string;
  /** Addresses with blanks, commas, or line breaks between. */
  recipients?: string;
  url?: string;
  ca?: string;
  /** Empty keeps the one there is. */
  secret?: string;
  /** Takes the secret away. */
  isSecretDropped?: boolean;
}

/** What the server takes. */
export interface ChannelBody {
  type: ChannelType;
  name: string;
  isEnabled: boolean;
  minSeverity: Severity;
  lang: Locale;
  settings: ChannelSettings;
  secret?: string | null;
}

/** The one word that says most about a channel. */
export function stateOf(channel: Pick<Channel, 'isEnabled' | 'failingAt'>): 'off' | 'failing' | 'good' {
  if (!channel.isEnabled) return 'off';
  return channel.failingAt === null ? 'good' : 'failing';
}

/** Where a channel leads, in one line. */
export function placeOf({ type, settings, file }: Pick<Channel, 'type' | 'settings' | 'file'>): string {
  if (type === 'webhook') return settings.url ?? '';
  if (type === 'file') return file ?? '';
  return `${settings.host ?? ''}:${settings.port ?? ''}`;
}

/** The form of a channel there is; its secret stays empty. */
export function formOf(channel: Channel): ChannelForm {
  const { type, name, isEnabled, minSeverity, lang, settings } = channel;
  const { recipients, ...rest } = settings;
  return {
    ...{ type, name, isEnabled, minSeverity, lang, ...rest },
    ...(recipients ? { recipients: recipients.join('\n') } : {}),
  };
}

/** What the form sends: only fields of its type, none that is empty. */
export function bodyOf(form: ChannelForm): ChannelBody {
  const { type, name, isEnabled, minSeverity, lang } = form;
  const settings = settingsOf(form);
  const secret = type === 'smtp' || type === 'webhook' ? secretOf(form) : {};
  return { type, name: name.trim(), isEnabled, minSeverity, lang, settings, ...secret };
}

function secretOf({ secret, isSecretDropped }: ChannelForm): { secret?: string | null } {
  if (isSecretDropped) return { secret: null };
  return secret ? { secret } : {};
}

function settingsOf(form: ChannelForm): ChannelSettings {
  const text = (value: string | undefined) => (value ?? '').trim();
  const ca = text(form.ca) === '' ? {} : { ca: text(form.ca) };
  const place = { host: text(form.host), ...(form.port ? { port: form.port } : {}) };
  switch (form.type) {
    case 'file':
      return {};
    case 'webhook':
      return { url: text(form.url), ...ca };
    case 'syslog':
      return { ...place, ...ca };
    case 'smtp':
      return {
        ...{ ...place, tls: form.tls ?? 'implicit', from: text(form.from), ...ca },
        recipients: text(form.recipients)
          .split(/[\s,;，；]+/)
          .filter((each) => each !== ''),
        ...(text(form.user) === '' ? {} : { user: text(form.user) }),
      };
  }
}

const REFRESH_MS = 10_000;
const CHANNELS_KEY = ['notify-channels'];
const DEAD = 'notice-deliveries';

/** Every channel; there are at most twenty. */
export function useChannels() {
  const api = useApi();
  return useQuery<{ items: Channel[] }, ApiError>({
    queryKey: CHANNELS_KEY,
    queryFn: ({ signal }) =>
      api.get<{ items: Channel[] }>('/notify-channels', { signal, isBackground: true }),
    refetchInterval: REFRESH_MS,
  });
}

/** What the channels could not carry, the newest first. */
export function useDeadLetters() {
  const { locale } = useI18n();
  return usePageList<Delivery>({
    ...{ resource: DEAD, path: '/notice-deliveries', query: { state: 'dead' } },
    ...{ refetchIntervalMs: REFRESH_MS, isBackground: true, lang: locale },
  });
}

/** Acts on channels and dead letters; both lists are read again afterwards. */
export function useChannelActs() {
  const api = useApi();
  const cache = useQueryClient();
  const after = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    await Promise.all([
      cache.invalidateQueries({ queryKey: CHANNELS_KEY }),
      cache.invalidateQueries({ queryKey: [DEAD] }),
    ]);
    return result;
  };
  return {
    create: (form: ChannelForm) => after(api.post('/notify-channels', { body: bodyOf(form) })),
    update: ({ id, version }: Channel, form: ChannelForm) =>
      after(api.put(`/notify-channels/${id}`, { version, body: bodyOf(form) })),
    remove: ({ id, version }: Channel) => after(api.delete(`/notify-channels/${id}`, { version })),
    test: ({ id }: Channel) => after(api.post<{ errorCode: string | null }>(`/notify-channels/${id}/test`)),
    retry: (id: string) => after(api.post(`/notice-deliveries/${id}/retry`)),
  };
}
