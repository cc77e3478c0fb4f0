import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import type { Crypto } from '../crypto/index.ts';
import type { Egress } from '../egress/index.ts';
import type { Db, Json, Tx } from '../persistence/index.ts';
import {
  CHANNEL_BY_ID,
  CHANNEL_INSERT,
  CHANNEL_REMOVE,
  CHANNEL_UPDATE,
  CHANNELS,
  DELIVERIES_OF_CHANNEL,
  DELIVERIES_REMOVE,
} from './channel.repo.ts';
import { createFileSender } from './channels/file.ts';
import type { Sender } from './channels/message.ts';
import {
  checkSettings,
  type ChannelSettings,
  type ChannelType,
  type SmtpSettings,
  type SyslogSettings,
  type WebhookSettings,
} from './channels/settings.ts';
import { createSmtpSender } from './channels/smtp.ts';
import { createSyslogSender } from './channels/syslog.ts';
import { createWebhookSender } from './channels/webhook.ts';
import type { NotifyChannelRow } from './notice.entity.ts';
import { NOTIFY_LIMITS, type Severity } from './notice.rules.ts';
import type { NoticeLang } from './templates.ts';

/** A channel as a person sets it. */
export interface ChannelInput {
  type: ChannelType;
  name: string;
  isEnabled: boolean;
  minSeverity: Severity;
  lang: NoticeLang;
  settings: ChannelSettings[ChannelType];
  /** Password or signing key; absent keeps the one there is, null takes it away. */
  secret?: string | null;
}

/** What channels need. */
export interface ChannelDeps {
  crypto: Pick<Crypto, 'installation' | 'open'>;
  clock: Clock;
  ids: Ids;
  egress: Pick<Egress, 'connect' | 'request'>;
  /** Folder of the files that file channels write. */
  folder: string;
  /** Name of this machine in syslog. */
  hostname: string;
}

const REMOVED_AT_ONCE = 500;

/** Channels: made and changed by the system administrator, their secrets sealed and never given out. */
export class ChannelService {
  readonly #deps: ChannelDeps;

  constructor(deps: ChannelDeps) {
    this.#deps = deps;
  }

  list(db: Db): Promise<NotifyChannelRow[]> {
    return db.all(CHANNELS, { limit: NOTIFY_LIMITS.channelsMax });
  }

  /** Throws `request.not_found`. */
  async find(db: Db, id: string): Promise<NotifyChannelRow> {
    const row = await db.one(CHANNEL_BY_ID, { id });
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  async create(tx: Tx, input: ChannelInput): Promise<NotifyChannelRow> {
    if ((await this.list(tx)).length >= NOTIFY_LIMITS.channelsMax)
      throw new AppError('notify.channels_limit');
    const secret = input.secret ?? null;
    checkSettings(input.type, input.settings, secret !== null);
    const id = this.#deps.ids.next();
    const row: NotifyChannelRow = {
      ...{ id, type: input.type, name: input.name, isEnabled: input.isEnabled },
      ...{ minSeverity: input.minSeverity, lang: input.lang, settings: input.settings as unknown as Json },
      secretEnc: secret === null ? null : this.#deps.crypto.installation.seal(cellOf(id), secret),
      ...{ createdAt: this.#deps.clock.now(), changedBy: tx.context.actor.id, version: 1 },
      ...{ lastSentAt: null, failingAt: null, errorCode: null },
    };
    await tx.run(CHANNEL_INSERT, row);
    record(tx, 'notify.channel-create', row);
    return row;
  }

  async update(tx: Tx, id: string, version: number, input: ChannelInput): Promise<NotifyChannelRow> {
    const before = await this.find(tx, id);
    if (before.type !== input.type) throw new AppError('notify.setting_invalid', { details: { at: 'type' } });
    const secretEnc =
      input.secret === undefined
        ? before.secretEnc
        : input.secret === null
          ? null
          : this.#deps.crypto.installation.seal(cellOf(id), input.secret);
    checkSettings(input.type, input.settings, secretEnc !== null);
    const change = {
      ...{ name: input.name, isEnabled: input.isEnabled, minSeverity: input.minSeverity, lang: input.lang },
      ...{ settings: input.settings as unknown as Json, secretEnc, changedBy: tx.context.actor.id },
      ...{ version: version + 1, failingAt: null, errorCode: null },
    };
    const changed = await tx.run(CHANNEL_UPDATE, { ...change, whereId: id, whereVersion: version });
    if (changed === 0) throw new AppError('request.version_stale');
    const row = { ...before, ...change };
    record(tx, 'notify.channel-update', row);
    return row;
  }

  /** Removes a channel with everything that waits for it or was sent by it. */
  async remove(tx: Tx, id: string, version: number): Promise<void> {
    const row = await this.find(tx, id);
    for (;;) {
      const found = await tx.all(DELIVERIES_OF_CHANNEL, { channelId: id, limit: REMOVED_AT_ONCE });
      if (found.length === 0) break;
      await tx.run(DELIVERIES_REMOVE, { idList: found.map((each) => each.id) });
    }
    if ((await tx.run(CHANNEL_REMOVE, { id, version })) === 0) throw new AppError('request.version_stale');
    record(tx, 'notify.channel-remove', row);
  }

  /** What talks to the channel's other side. */
  async senderOf(row: NotifyChannelRow): Promise<Sender> {
    const { egress, clock, crypto, folder, hostname } = this.#deps;
    const secret = row.secretEnc === null ? undefined : await crypto.open(cellOf(row.id), row.secretEnc);
    const settings = row.settings as unknown;
    switch (row.type as ChannelType) {
      case 'smtp':
        return createSmtpSender({ egress, settings: settings as SmtpSettings, password: secret });
      case 'syslog':
        return createSyslogSender({ egress, settings: settings as SyslogSettings, hostname });
      case 'webhook':
        return createWebhookSender({
          ...{ egress, settings: settings as WebhookSettings, key: secret ?? '', clock },
        });
      case 'file':
        return createFileSender({ folder, name: row.id });
    }
  }
}

function cellOf(rowId: string) {
  return { table: 'notify_channel', column: 'secret_enc', rowId };
}

function record(
  tx: Tx,
  action: 'notify.channel-create' | 'notify.channel-update' | 'notify.channel-remove',
  row: NotifyChannelRow,
): void {
  tx.record({
    ...{ action, outcome: 'ok', target: { type: 'notify-channel', id: row.id } },
    details: { type: row.type, isEnabled: row.isEnabled, minSeverity: row.minSeverity },
  });
}
