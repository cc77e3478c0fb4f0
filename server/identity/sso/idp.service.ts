import type { IdpMap, IdpParty } from '../../../sso/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';
import { DatabaseConflict, type Json, type Tx, type UnitOfWork } from '../../platform/persistence/index.ts';
import { certificateRows, readDraft, type IdpDraft, type IdpInput } from './idp.draft.ts';
import { mapOf, type IdpCertificateRow, type IdpRow, type IdpState } from './sso.entity.ts';
import {
  findIdp,
  IDPS_MAX,
  insertIdp,
  listIdps,
  noteFetch,
  removeIdp,
  setIdpState,
  updateIdp,
} from './sso.repo.ts';

/** What identity providers need. */
export interface IdpDeps {
  uow: UnitOfWork;
  clock: Clock;
}

/** An identity provider with its certificates. */
export interface KnownIdp {
  idp: IdpRow;
  map: IdpMap;
  certificates: readonly IdpCertificateRow[];
}

/** An id stands in addresses that the identity provider stores. */
export const IDP_ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,39}$';
/** Changes of other processes are seen after that long; certificates and maps change rarely. */
const CACHE_MS = 2_000;

/** Identity providers in the database; who may change them is decided by `idp-approvals.ts`. */
export class IdpService {
  readonly #deps: IdpDeps;
  #cache: { atMs: number; idps: readonly KnownIdp[] } | undefined;

  constructor(deps: IdpDeps) {
    this.#deps = deps;
  }

  /** All of them, at most two seconds old. */
  async list(): Promise<readonly KnownIdp[]> {
    const nowMs = this.#deps.clock.now().getTime();
    if (this.#cache !== undefined && Math.abs(nowMs - this.#cache.atMs) < CACHE_MS) return this.#cache.idps;
    const rows = await this.#deps.uow.read(listIdps);
    const idps = rows.map(({ idp, certificates }) => ({ idp, map: mapOf(idp), certificates }));
    this.#cache = { atMs: nowMs, idps };
    return idps;
  }

  /** One of them, whatever its state. */
  async find(id: string): Promise<KnownIdp | undefined> {
    return (await this.list()).find(({ idp }) => idp.id === id);
  }

  /** How the library knows one. Certificates that ended are left out. */
  partyOf({ idp, map, certificates }: KnownIdp): IdpParty {
    const nowMs = this.#deps.clock.now().getTime();
    const inForce = certificates.filter(({ notAfter }) => notAfter.getTime() > nowMs);
    return {
      entityId: idp.entityId,
      ssoUrl: idp.ssoUrl,
      ssoBinding: idp.ssoBinding as IdpParty['ssoBinding'],
      ...(idp.sloUrl === null ? {} : { sloUrl: idp.sloUrl }),
      ...(idp.sloBinding === null ? {} : { sloBinding: idp.sloBinding as IdpParty['ssoBinding'] }),
      ...(idp.sloResponseUrl === null ? {} : { sloResponseUrl: idp.sloResponseUrl }),
      certificates: inForce.map(({ pem }) => pem),
      signPolicy: map.signPolicy,
      allowCbc: map.allowCbc,
      allow3des: map.allow3des,
      requireEncrypted: map.requireEncrypted,
    };
  }

  /**
   * Reads what somebody asks for and checks that it could be put in force. Throws `idp.invalid`, `idp.entity_taken`,
   * `idp.limit`; writes nothing.
   */
  async draft(tx: Tx, input: IdpInput): Promise<IdpDraft> {
    const all = await listIdps(tx);
    const draft = readDraft(
      input,
      all.find(({ idp }) => idp.id === input.id),
      this.#deps.clock,
    );
    const others = all.filter(({ idp }) => idp.id !== input.id);
    if (others.length >= IDPS_MAX) throw new AppError('idp.limit');
    if (others.some(({ idp }) => idp.entityId === draft.party.entityId)) {
      throw new AppError('idp.entity_taken');
    }
    return draft;
  }

  /** Puts a draft in force in a state, which the caller has decided on. Throws `idp.entity_taken`. */
  async put(tx: Tx, draft: IdpDraft, state: IdpState): Promise<IdpRow> {
    const { id, party, map } = draft;
    const known = await findIdp(tx, id);
    const now = this.#deps.clock.now();
    const row: IdpRow = {
      ...{ id, ...party, mapJson: map as unknown as Json, state },
      fetchedAt: party.metadataUrl === null ? null : now,
      fetchFault: null,
      createdAt: known?.createdAt ?? now,
      changedAt: now,
      changedById: tx.context.actor.id,
      version: known?.version ?? 1,
    };
    const before = (await listIdps(tx)).find(({ idp }) => idp.id === id)?.certificates ?? [];
    const rows = certificateRows(id, draft.certificates, before);
    await orEntityTaken(async () => {
      if (known === undefined) await insertIdp(tx, row, rows);
      else if (!(await updateIdp(tx, row, rows))) throw new AppError('request.version_stale');
    });
    this.#forget(tx);
    const details = { roles: [...new Set(map.roles.map(({ role }) => role))].sort(), jit: map.jit };
    this.#record(tx, known === undefined ? 'idp.add' : 'idp.update', { id, details });
    return row;
  }

  /** A sign-in through it was tested and went well: it is live. Does nothing unless it was approved. */
  async noteTested(tx: Tx, id: string): Promise<void> {
    const row = await findIdp(tx, id);
    if (row?.state !== 'approved') return;
    await this.#move(tx, row, 'live');
    this.#record(tx, 'idp.live', { id });
  }

  /** Switches it off, or on again: then it is tested anew before people can use it. Throws `idp.state_refused`. */
  async switch(tx: Tx, id: string, isOn: boolean): Promise<void> {
    const row = await this.get(tx, id);
    if ((row.state === 'off') !== isOn) throw new AppError('idp.state_refused');
    await this.#move(tx, row, isOn ? 'approved' : 'off');
    this.#record(tx, isOn ? 'idp.on' : 'idp.off', { id });
  }

  async #move(tx: Tx, row: IdpRow, state: IdpState): Promise<void> {
    const isDone = await setIdpState(tx, row, state, this.#deps.clock.now());
    if (!isDone) throw new AppError('request.version_stale');
    this.#forget(tx);
  }

  /** The row of an id. Throws `request.not_found`. */
  async get(tx: Tx, id: string): Promise<IdpRow> {
    const row = await findIdp(tx, id);
    if (row === undefined) throw new AppError('request.not_found');
    return row;
  }

  /** Removes one; the caller ends the sessions it opened. */
  async remove(tx: Tx, id: string): Promise<void> {
    await this.get(tx, id);
    await removeIdp(tx, id);
    this.#forget(tx);
    this.#record(tx, 'idp.remove', { id });
  }

  /** Notes that its metadata was looked at, and why that failed. */
  async noteFetch(tx: Tx, id: string, fault: string | null): Promise<void> {
    await noteFetch(tx, id, this.#deps.clock.now(), fault);
    this.#forget(tx);
  }

  #record(
    tx: Tx,
    action: IdpAct,
    { id, details }: { id: string; details?: Record<string, string[] | boolean> },
  ): void {
    const target = { type: 'idp', id };
    tx.record({ action, outcome: 'ok', target, ...(details === undefined ? {} : { details }) });
  }

  #forget(tx: Tx): void {
    tx.afterCommit(() => {
      this.#cache = undefined;
    });
  }
}

type IdpAct = 'idp.add' | 'idp.update' | 'idp.live' | 'idp.on' | 'idp.off' | 'idp.remove';

/** Two identity providers of one name could not be told apart. */
async function orEntityTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DatabaseConflict && error.constraint === 'ux_sso_idp_entity') {
      throw new AppError('idp.entity_taken', { cause: error });
    }
    throw error;
  }
}
