import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import { redrive, removeDeliveries } from './delivery.repo.ts';
import { ALL_EVENTS, EVENT_TYPES } from './event-catalogue.ts';
import type { WebhookPorts } from './ports.ts';
import type { WebhookRow } from './webhook.entity.ts';
import {
  findWebhook,
  insertWebhook,
  listWebhooks,
  removeWebhook,
  setWebhookSecrets,
  setWebhookState,
  updateWebhook,
} from './webhook.repo.ts';
import { placeOfUrl, WEBHOOK_RULES } from './webhook.rules.ts';

/** What people enter. */
export interface WebhookInput {
  name: string;
  /** Absent on a change: stays as it is, and is shown to nobody. */
  url?: string;
  eventTypes: string[];
  /** Why the server should call there; for the person who approves. */
  reason?: string;
}

/** A change of the one who has read a version. */
interface Change {
  id: string;
  version: number;
}

/** Use cases of webhooks. */
export class WebhookService {
  readonly #deps: { clock: Clock; ids: Ids; ports: WebhookPorts; onChanged(): void };

  constructor(deps: { clock: Clock; ids: Ids; ports: WebhookPorts; onChanged(): void }) {
    this.#deps = deps;
  }

  /**
   * Makes a webhook, asks for the rule that opens its place, and gives the secret: the only time it is shown. Throws
   * `webhook.limit`, `webhook.url_invalid`, `webhook.event_unknown`, `webhook.exists`.
   */
  async create(tx: Tx, input: WebhookInput): Promise<{ row: WebhookRow; secret: string }> {
    const known = await listWebhooks(tx);
    if (known.length >= WEBHOOK_RULES.webhooksMax) throw new AppError('webhook.limit');
    const id = this.#deps.ids.next();
    const { secrets } = this.#deps.ports;
    const secret = secrets.make();
    const url = input.url ?? '';
    const place = placeFor(url);
    await this.#assertFree(known, url);
    const row: WebhookRow = {
      ...{ id, name: input.name, eventTypes: eventTypesOf(input.eventTypes), ...place },
      ...{ urlEnc: secrets.seal(id, 'url_enc', url), secretEnc: secrets.seal(id, 'secret_enc', secret) },
      ...{ oldSecretEnc: null, oldUntilAt: null, state: 'active', stoppedCode: null },
      ...{ failureCount: 0, failingSinceAt: null, openUntilAt: null, lastErrorCode: null },
      ...{
        lastDeliveredAt: null,
        createdById: tx.context.actor.id,
        createdAt: this.#deps.clock.now(),
        version: 1,
      },
    };
    await insertWebhook(tx, row);
    await this.#deps.ports.places.ask(tx, { webhookId: id, ...place, reason: reasonOf(input) });
    this.#record(tx, 'webhook.create', row, { eventTypes: row.eventTypes, host: row.host, port: row.port });
    return { row, secret };
  }

  /** Changes it; another place needs another rule. */
  async update(tx: Tx, change: Change, input: WebhookInput): Promise<WebhookRow> {
    const known = await this.#current(tx, change);
    const { url, name } = input;
    const place = url === undefined ? pickPlace(known) : placeFor(url);
    if (url !== undefined) {
      await this.#assertFree(
        (await listWebhooks(tx)).filter(({ id }) => id !== known.id),
        url,
      );
    }
    const { secrets, places } = this.#deps.ports;
    const urlEnc = url === undefined ? known.urlEnc : secrets.seal(known.id, 'url_enc', url);
    const eventTypes = eventTypesOf(input.eventTypes);
    const row: WebhookRow = { ...known, ...place, name, urlEnc, eventTypes, version: known.version + 1 };
    if (!(await updateWebhook(tx, row))) throw new AppError('request.version_stale');
    const isElsewhere = !isSamePlace(place, known);
    if (isElsewhere) {
      await places.close(tx, row.id);
      await places.ask(tx, { webhookId: row.id, ...place, reason: reasonOf(input) });
    }
    this.#record(tx, 'webhook.update', row, { eventTypes, host: row.host, port: row.port, isElsewhere });
    return row;
  }

  /** Stops sending by a person's wish, or goes on; what waits is kept. */
  async setPaused(tx: Tx, change: Change, isPaused: boolean): Promise<WebhookRow> {
    const known = await this.#current(tx, change);
    if ((known.state === 'active') === !isPaused) throw new AppError('webhook.state_refused');
    const row: WebhookRow = {
      ...known,
      ...{ state: isPaused ? 'paused' : 'active', stoppedCode: null, version: known.version + 1 },
      ...{ failureCount: 0, failingSinceAt: null, openUntilAt: null },
    };
    if (!(await setWebhookState(tx, row))) throw new AppError('request.version_stale');
    this.#record(tx, isPaused ? 'webhook.pause' : 'webhook.resume', row, {});
    return row;
  }

  /** Stops it because nobody takes its events; tells people. Does nothing when it does not run. */
  async stop(tx: Tx, id: string, stoppedCode: string): Promise<void> {
    const known = await findWebhook(tx, id);
    if (known === undefined || known.state === 'stopped') return;
    const row: WebhookRow = { ...known, state: 'stopped', stoppedCode, version: known.version + 1 };
    if (!(await setWebhookState(tx, row))) throw new AppError('request.version_stale');
    this.#record(tx, 'webhook.stop', row, { code: stoppedCode });
    await this.#deps.ports.notifyStopped(tx, { webhookId: id, name: row.name, reason: stoppedCode });
  }

  /** Makes a new secret; the one before signs as well for a day. The new one is shown now and never again. */
  async rotate(tx: Tx, change: Change): Promise<{ row: WebhookRow; secret: string }> {
    const known = await this.#current(tx, change);
    const { secrets } = this.#deps.ports;
    const secret = secrets.make();
    const before = await secrets.open(known.id, 'secret_enc', known.secretEnc);
    const oldUntilAt = new Date(this.#deps.clock.now().getTime() + WEBHOOK_RULES.rotationOverlapMs);
    const row: WebhookRow = {
      ...known,
      secretEnc: secrets.seal(known.id, 'secret_enc', secret),
      oldSecretEnc: secrets.seal(known.id, 'old_secret_enc', before),
      ...{ oldUntilAt, version: known.version + 1 },
    };
    if (!(await setWebhookSecrets(tx, row))) throw new AppError('request.version_stale');
    this.#record(tx, 'webhook.rotate', row, {});
    return { row, secret };
  }

  /** Removes it with its rule and everything that waits for it. */
  async remove(tx: Tx, id: string): Promise<void> {
    const known = await findWebhook(tx, id);
    if (known === undefined) throw new AppError('request.not_found');
    await removeDeliveries(tx, id);
    await removeWebhook(tx, id);
    await this.#deps.ports.places.close(tx, id);
    this.#record(tx, 'webhook.delete', known, {});
  }

  /** Puts dead letters, or one delivery that ended, back into the queue; gives their number. */
  async redrive(tx: Tx, id: string, deliveryId?: string): Promise<number> {
    const known = await findWebhook(tx, id);
    if (known === undefined) throw new AppError('request.not_found');
    const count = await redrive(tx, id, this.#deps.clock.now(), deliveryId);
    if (deliveryId !== undefined && count === 0) throw new AppError('webhook.delivery_refused');
    this.#record(tx, 'webhook.redrive', known, { count });
    return count;
  }

  async #current(tx: Tx, { id, version }: Change): Promise<WebhookRow> {
    const row = await findWebhook(tx, id);
    if (row === undefined) throw new AppError('request.not_found');
    if (row.version !== version) throw new AppError('request.version_stale');
    return row;
  }

  /** One address, one webhook: two would tell a receiver everything twice. */
  async #assertFree(others: readonly WebhookRow[], url: string): Promise<void> {
    const { secrets } = this.#deps.ports;
    for (const other of others) {
      const theirs = await secrets.open(other.id, 'url_enc', other.urlEnc);
      if (theirs === url) throw new AppError('webhook.exists', { details: { webhookId: other.id } });
    }
  }

  #record(tx: Tx, action: WebhookAction, row: WebhookRow, details: Details): void {
    tx.record({ action, outcome: 'ok', target: { type: 'webhook', id: row.id }, details });
    tx.afterCommit(() => this.#deps.onChanged());
  }
}

type Details = Record<string, string | number | boolean | string[]>;
type WebhookAction = `webhook.${
  'create' | 'update' | 'pause' | 'resume' | 'stop' | 'rotate' | 'delete' | 'redrive'}`;

function reasonOf({ reason, name }: WebhookInput): string {
  return reason ?? `webhook ${name}`;
}

function placeFor(url: string): ReturnType<typeof pickPlace> {
  const place = placeOfUrl(url);
  if (place === undefined) throw new AppError('webhook.url_invalid');
  return place;
}

function pickPlace(row: WebhookRow): { protocol: 'https' | 'http'; host: string; port: number } {
  return { protocol: row.protocol as 'https' | 'http', host: row.host, port: row.port };
}

function isSamePlace(one: ReturnType<typeof pickPlace>, other: WebhookRow): boolean {
  return one.protocol === other.protocol && one.host === other.host && one.port === other.port;
}

/** Known types, each once; all of them stands alone. Throws `webhook.event_unknown`. */
function eventTypesOf(types: readonly string[]): string[] {
  const unknown = types.filter((type) => type !== ALL_EVENTS && !Object.hasOwn(EVENT_TYPES, type));
  if (unknown.length > 0) throw new AppError('webhook.event_unknown');
  return types.includes(ALL_EVENTS) ? [ALL_EVENTS] : [...new Set(types)].sort();
}
