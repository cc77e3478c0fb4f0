import { AppError } from '../../kernel/index.ts';
import type { AnyConnector, Operation, Session } from '../connector.ts';
import type { ConnectorRow, ConnectorSecretRow } from './connector.entity.ts';
import { listConnectors, listSecrets } from './connector.repo.ts';
import { Gate } from './gate.ts';
import { openIo } from './io.ts';
import type { HostPorts } from './ports.ts';

/** A connector changed in another process is in force here after this long. */
const CACHE_MS = 5_000;
/** Name of the secret that holds the private key of the own certificate. */
export const TLS_KEY_SECRET = 'tlsKey';

/** A connector in use. */
export interface OpenConnector {
  row: ConnectorRow;
  module: AnyConnector;
  operations: ReadonlyMap<string, Operation>;
  gate: Gate;
  /** With the secrets of now, and with those before them while a change lasts. */
  sessions: readonly [Session, ...Session[]];
}

interface Kept extends OpenConnector {
  mark: string;
}

/** Connectors of the database as sessions; their tokens, breakers, and buckets live as long as their settings. */
export class Registry {
  readonly #ports: HostPorts;
  readonly #modules: ReadonlyMap<string, AnyConnector>;
  readonly #gates = new Map<string, Gate>();
  #kept = new Map<string, Kept>();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.#modules = new Map(ports.modules.map((module) => [module.manifest.id, module]));
  }

  get modules(): readonly AnyConnector[] {
    return [...this.#modules.values()];
  }

  /** The module of an id; throws `connector.config_invalid`. */
  moduleOf(id: string): AnyConnector {
    const module = this.#modules.get(id);
    if (module === undefined)
      throw new AppError('connector.config_invalid', { details: { reason: 'module' } });
    return module;
  }

  /** The connector as it is now; throws `request.not_found`. */
  async get(id: string): Promise<OpenConnector> {
    const known = (await this.all()).find(({ row }) => row.id === id);
    if (known === undefined) throw new AppError('request.not_found');
    return known;
  }

  /** All connectors, at most five seconds old. */
  async all(): Promise<readonly OpenConnector[]> {
    if (Math.abs(this.#ports.clock.now().getTime() - this.#readAtMs) >= CACHE_MS) {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined;
      });
      await this.#reading;
    }
    return [...this.#kept.values()];
  }

  /** After a change in this process, or a notice of one in another. */
  forget(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }

  gateOf(id: string): Gate {
    const known = this.#gates.get(id) ?? new Gate(() => this.#ports.clock.now().getTime());
    this.#gates.set(id, known);
    return known;
  }

  async #read(): Promise<void> {
    const nowMs = this.#ports.clock.now().getTime();
    const rows = await this.#ports.uow.read(async (db) => {
      const found: { row: ConnectorRow; secrets: ConnectorSecretRow[] }[] = [];
      for (const row of await listConnectors(db)) found.push({ row, secrets: await listSecrets(db, row.id) });
      return found;
    });
    const kept = new Map<string, Kept>();
    for (const { row, secrets } of rows) {
      const module = this.#modules.get(row.module);
      // A module of a newer version of the product; its connectors rest until the product has it.
      if (module === undefined) continue;
      const isOverlapping = (secret: ConnectorSecretRow) =>
        secret.oldUntilAt !== null && secret.oldUntilAt.getTime() > nowMs;
      const marks = secrets.map((one) => `${one.id} ${one.changedAt.getTime()} ${isOverlapping(one)}`);
      const mark = [row.version, ...marks.sort()].join('|');
      const known = this.#kept.get(row.id);
      kept.set(
        row.id,
        known?.mark === mark ? { ...known, row } : await this.#open(row, module, { secrets, mark, nowMs }),
      );
    }
    this.#kept = kept;
    this.#readAtMs = nowMs;
  }

  async #open(
    row: ConnectorRow,
    module: AnyConnector,
    { secrets, mark, nowMs }: { secrets: readonly ConnectorSecretRow[]; mark: string; nowMs: number },
  ): Promise<Kept> {
    const current = new Map<string, string>();
    const before = new Map<string, string>();
    for (const secret of secrets) {
      const value = await this.#ports.secrets.open(secret.id, 'value_enc', secret.valueEnc);
      current.set(secret.name, value);
      const isOld = secret.oldEnc !== null && (secret.oldUntilAt?.getTime() ?? 0) > nowMs;
      if (isOld)
        before.set(
          secret.name,
          await this.#ports.secrets.open(secret.id, 'old_enc', secret.oldEnc as Buffer),
        );
    }
    const sessionWith = (values: ReadonlyMap<string, string>) => this.sessionOf(row, module, values);
    const old = before.size > 0 ? [sessionWith(new Map([...current, ...before]))] : [];
    const operations = new Map(module.operations(row.config).map((operation) => [operation.name, operation]));
    return {
      row,
      module,
      operations,
      gate: this.gateOf(row.id),
      sessions: [sessionWith(current), ...old],
      mark,
    };
  }

  /** A session with given secrets. */
  sessionOf(row: ConnectorRow, module: AnyConnector, secrets: ReadonlyMap<string, string>): Session {
    const key = secrets.get(TLS_KEY_SECRET);
    const tls = { ...row.tls, ...(key === undefined || row.tls.cert === undefined ? {} : { key }) };
    return module.open(row.config, openIo(this.#ports, { id: row.id, tls, secrets }));
  }
}
