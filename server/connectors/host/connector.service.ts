import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { createSchemaCheck } from './schema-check.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import type { AnyConnector, Place } from '../connector.ts';
import { removeCalls } from './call.repo.ts';
import type { ConnectorRow, ConnectorSecretRow, ConnectorState, ConnectorTls } from './connector.entity.ts';
import {
  findConnector,
  insertConnector,
  insertSecret,
  isConflict,
  listConnectors,
  listSecrets,
  removeConnector,
  setConnectorHealth,
  updateConnector,
  updateSecret,
} from './connector.repo.ts';
import type { ConnectorHost } from './host.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';
import type { HostPorts } from './ports.ts';
import { assertMappings } from './records.ts';
import { TLS_KEY_SECRET } from './registry.ts';
import { removeWrites } from './write.repo.ts';

/** What people enter. */
export interface ConnectorInput {
  name: string;
  module: string;
  config: Record<string, never>;
  tls?: ConnectorTls;
  /** Why the server should call there; for the person who opens the places. */
  reason?: string;
}

/** A change of the one who has read a version. */
interface Change {
  id: string;
  version: number;
}

interface ServiceDeps {
  ports: HostPorts;
  host: ConnectorHost;
  clock: Clock;
  ids: Ids;
}

/** Use cases of connectors: made and changed by the system administrator; places are opened by the security administrator. */
export class ConnectorService {
  readonly #deps: ServiceDeps;
  readonly #check = createSchemaCheck();

  constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  /** Makes a connector, switched off, and asks for the rules that open its places. */
  async create(tx: Tx, input: ConnectorInput): Promise<ConnectorRow> {
    if ((await listConnectors(tx)).length >= LIMITS.connectorsMax) throw new AppError('connector.limit');
    const module = this.#deps.host.registry.moduleOf(input.module);
    this.#assertConfig(module, input.config);
    const row: ConnectorRow = {
      ...{ id: this.#deps.ids.next(), name: input.name, module: input.module, config: input.config },
      ...{
        tls: this.#tlsOf(input),
        state: 'off',
        health: 'unknown',
        healthCode: null,
        drift: [],
        shapes: {},
      },
      ...{ checkedAt: null, certificateEndsAt: this.#endOf(input.tls), version: 1 },
      ...{ createdById: tx.context.actor.id, createdAt: this.#deps.clock.now() },
    };
    await this.#unique(() => insertConnector(tx, row));
    await this.#askPlaces(tx, row, { module, reason: input.reason });
    this.#record(tx, 'connector.create', row, { module: row.module });
    return row;
  }

  /** Changes settings; other places need other rules, and other settings begin without a known form of answers. */
  async update(tx: Tx, change: Change, input: ConnectorInput): Promise<ConnectorRow> {
    const known = await this.#current(tx, change);
    const module = this.#deps.host.registry.moduleOf(known.module);
    if (input.module !== known.module)
      throw new AppError('connector.config_invalid', { details: { reason: 'module' } });
    this.#assertConfig(module, input.config);
    const row: ConnectorRow = {
      ...known,
      ...{ name: input.name, config: input.config, tls: this.#tlsOf(input) },
      ...{ certificateEndsAt: this.#endOf(input.tls), shapes: {}, version: known.version + 1 },
    };
    await this.#unique(async () => {
      if (!(await updateConnector(tx, row))) throw new AppError('request.version_stale');
    });
    const isElsewhere = placesText(module, row) !== placesText(module, known);
    if (isElsewhere) {
      await this.#deps.ports.places.close(tx, row.id);
      await this.#askPlaces(tx, row, { module, reason: input.reason });
    }
    this.#record(tx, 'connector.update', row, { isElsewhere });
    return row;
  }

  /** Switches it off, live, to recording, or to answering from recordings. */
  async setState(tx: Tx, change: Change, state: ConnectorState): Promise<ConnectorRow> {
    const known = await this.#current(tx, change);
    if (known.state === state) throw new AppError('connector.state_refused');
    const row: ConnectorRow = { ...known, state, version: known.version + 1 };
    if (!(await updateConnector(tx, row))) throw new AppError('request.version_stale');
    this.#record(tx, 'connector.switch', row, { state });
    return row;
  }

  /**
   * Keeps a secret. The one before it is tried as well for a day, when the new one is refused. Throws
   * `connector.secret_invalid` for a name the module does not know or a key that cannot be read.
   */
  async setSecret(tx: Tx, id: string, secret: { name: string; value: string }): Promise<void> {
    const row = await this.#get(tx, id);
    const module = this.#deps.host.registry.moduleOf(row.module);
    const { ports, ids, clock } = this.#deps;
    if (!secretNames(module).includes(secret.name)) throw new AppError('connector.secret_invalid');
    const known = (await listSecrets(tx, id)).find(({ name }) => name === secret.name);
    const rowId = known?.id ?? ids.next();
    const now = clock.now();
    const before =
      known === undefined ? undefined : await ports.secrets.open(rowId, 'value_enc', known.valueEnc);
    const kept: ConnectorSecretRow = {
      ...{ id: rowId, connectorId: id, name: secret.name, changedAt: now, changedById: tx.context.actor.id },
      valueEnc: ports.secrets.seal(rowId, 'value_enc', secret.value),
      oldEnc: before === undefined ? null : ports.secrets.seal(rowId, 'old_enc', before),
      oldUntilAt: before === undefined ? null : new Date(now.getTime() + LIMITS.secretOverlapMs),
    };
    if (known === undefined) await insertSecret(tx, kept);
    else await updateSecret(tx, kept);
    this.#record(tx, 'connector.secret-set', row, { secret: secret.name, isRotated: known !== undefined });
  }

  /** Takes the answers of today as the agreed form: what is new is no drift any more. */
  async acceptShape(tx: Tx, change: Change): Promise<ConnectorRow> {
    const row = await this.#current(tx, change);
    const health = { health: 'unknown', healthCode: null, drift: [], shapes: {}, checkedAt: row.checkedAt };
    await setConnectorHealth(tx, row.id, health);
    this.#record(tx, 'connector.accept', row, { drift: row.drift });
    return { ...row, ...health };
  }

  /** Removes it with its rules, secrets, recordings, calls, and everything that waits for it. */
  async remove(tx: Tx, id: string): Promise<void> {
    const row = await this.#get(tx, id);
    await removeWrites(tx, id);
    await removeCalls(tx, id);
    await removeConnector(tx, id);
    await this.#deps.ports.places.close(tx, id);
    this.#record(tx, 'connector.delete', row, {});
  }

  async get(db: Db, id: string): Promise<ConnectorRow> {
    return this.#get(db, id);
  }

  async #get(db: Db, id: string): Promise<ConnectorRow> {
    const row = await findConnector(db, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  async #current(tx: Tx, { id, version }: Change): Promise<ConnectorRow> {
    const row = await this.#get(tx, id);
    if (row.version !== version) throw new AppError('request.version_stale');
    return row;
  }

  #assertConfig(module: AnyConnector, config: unknown): void {
    if (JSON.stringify(config).length > LIMITS.configBytesMax) throw configFault('size');
    this.#check(module.manifest.id, module.configSchema, config);
    module.assertConfig(config);
    const operations = module.operations(config);
    const names = new Set(operations.map(({ name }) => name));
    if (names.size !== operations.length) throw configFault('operation_twice');
    for (const operation of operations) assertMappings(operation);
  }

  #tlsOf({ tls = {} }: ConnectorInput): ConnectorTls {
    for (const pem of [tls.ca, tls.cert]) {
      if (pem !== undefined && this.#deps.ports.certificateEnd(pem) === undefined)
        throw configFault('certificate');
    }
    return tls;
  }

  #endOf(tls: ConnectorTls | undefined): Date | null {
    return tls?.cert === undefined ? null : (this.#deps.ports.certificateEnd(tls.cert) ?? null);
  }

  async #askPlaces(
    tx: Tx,
    row: ConnectorRow,
    { module, reason }: { module: AnyConnector; reason: string | undefined },
  ): Promise<void> {
    for (const place of distinct(module.places(row.config))) {
      await this.#deps.ports.places.ask(tx, {
        ...place,
        connectorId: row.id,
        reason: reason ?? `connector ${row.name}`,
      });
    }
  }

  async #unique(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (isConflict(error)) throw new AppError('connector.exists', { cause: error });
      throw error;
    }
  }

  #record(tx: Tx, action: ConnectorAction, row: ConnectorRow, details: Details): void {
    tx.record({ action, outcome: 'ok', target: { type: 'connector', id: row.id }, details });
    this.#deps.ports.announce(tx, row.id);
    tx.afterCommit(() => this.#deps.host.changed(row.id));
  }
}

type Details = Record<string, string | number | boolean | string[]>;
type ConnectorAction = `connector.${'create' | 'update' | 'switch' | 'secret-set' | 'accept' | 'delete'}`;

/** Names of the secrets a connector of a module takes. */
export function secretNames(module: AnyConnector): string[] {
  const properties = module.secretSchema['properties'] as Record<string, unknown> | undefined;
  return [...Object.keys(properties ?? {}), TLS_KEY_SECRET];
}

function configFault(reason: string): AppError {
  return new AppError('connector.config_invalid', { details: { reason } });
}

function placesText(module: AnyConnector, row: ConnectorRow): string {
  return JSON.stringify(distinct(module.places(row.config)));
}

/** Each place once. */
export function distinct(places: readonly Place[]): Place[] {
  const byText = new Map(places.map((place) => [`${place.protocol} ${place.host} ${place.port}`, place]));
  return [...byText.values()];
}
