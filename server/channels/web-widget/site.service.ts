import { AppError, ROOT_UNIT_ID, type Clock } from '../../kernel/index.ts';
import {
  DatabaseConflict,
  insert,
  select,
  update,
  unitRows,
  type Db,
  type Tx,
  type UnitOfWork,
  type UnitRows,
} from '../../platform/persistence/index.ts';
import { siteEntity, type SiteRow, type SiteTexts } from './site.entity.ts';

const SITE_INSERT = insert(siteEntity);
const SITE_BY_ID = select(siteEntity, { name: 'site.by_id', where: ['id'] });
const SITES = select(siteEntity, { name: 'site.list', orderBy: [['id', 'asc']], keyset: true, limit: true });
const SITE_UPDATE = update(siteEntity, {
  name: 'site.update',
  set: [
    'name',
    'origins',
    'publicKeyPem',
    'skillGroupId',
    'unitId',
    'locale',
    'texts',
    'isActive',
    'version',
  ],
  where: ['id', 'version'],
});

/** Sites as the organisation hands them from one unit to another. */
export const SITE_UNIT_ROWS: UnitRows = unitRows('site');

/** A changed site is in force everywhere after this long. */
const CACHE_MS = 5_000;
const CACHE_SITES_MAX = 1_000;

/** What people enter for a site. */
export interface SiteInput {
  name: string;
  origins: string[];
  publicKeyPem?: string | null;
  skillGroupId?: string | null;
  /** The head office when absent. */
  unitId?: string;
  locale: 'zh-CN' | 'en';
  texts: SiteTexts;
  isActive: boolean;
}

/** Use cases of sites. */
export class SiteService {
  readonly #uow: UnitOfWork;
  readonly #clock: Clock;
  readonly #cache = new Map<string, { row: SiteRow; readAtMs: number }>();
  #origins: { listed: Set<string>; readAtMs: number } = { listed: new Set(), readAtMs: 0 };

  constructor(deps: { uow: UnitOfWork; clock: Clock }) {
    this.#uow = deps.uow;
    this.#clock = deps.clock;
  }

  /** An active site, at most five seconds old; throws `site.unknown`. */
  async active(id: string): Promise<SiteRow> {
    const row = await this.find(id);
    if (!row?.isActive) throw new AppError('site.unknown');
    return row;
  }

  /** A site, active or not, at most five seconds old. */
  async find(id: string): Promise<SiteRow | undefined> {
    const nowMs = this.#clock.now().getTime();
    const known = this.#cache.get(id);
    if (known && nowMs - known.readAtMs < CACHE_MS) return known.row;
    const row = await this.#uow.read((db) => db.one(SITE_BY_ID, { id }));
    if (row && this.#cache.size < CACHE_SITES_MAX) this.#cache.set(id, { row, readAtMs: nowMs });
    else this.#cache.delete(id);
    return row;
  }

  /** Whether an active site lists this origin; at most five seconds old. */
  async isListedOrigin(origin: string): Promise<boolean> {
    const nowMs = this.#clock.now().getTime();
    if (nowMs - this.#origins.readAtMs > CACHE_MS) {
      const rows = await this.#uow.read((db) => db.all(SITES, { limit: CACHE_SITES_MAX }));
      const listed = rows.filter(({ isActive }) => isActive).flatMap(({ origins }) => origins);
      this.#origins = { listed: new Set(listed), readAtMs: nowMs };
    }
    return this.#origins.listed.has(origin);
  }

  /** The language of a site's system sentences. */
  async localeOf(id: string): Promise<string> {
    return (await this.find(id))?.locale ?? 'zh-CN';
  }

  list(db: Db, limit: number, after?: readonly unknown[]): Promise<SiteRow[]> {
    return db.all(SITES, { limit, after });
  }

  /** Makes a site; throws `site.exists`. */
  async create(tx: Tx, id: string, input: SiteInput): Promise<SiteRow> {
    const row: SiteRow = { id, ...columns(input), createdAt: this.#clock.now(), version: 1 };
    try {
      await tx.run(SITE_INSERT, row);
    } catch (error) {
      if (error instanceof DatabaseConflict) throw new AppError('site.exists', { cause: error });
      throw error;
    }
    tx.record({ action: 'site.create', outcome: 'ok', target: { type: 'site', id }, details: facts(row) });
    return row;
  }

  /** Changes a site; throws `request.version_stale` or `site.unknown`. */
  async update(tx: Tx, id: string, version: number, input: SiteInput): Promise<SiteRow> {
    const current = await tx.one(SITE_BY_ID, { id });
    if (!current) throw new AppError('site.unknown');
    const row: SiteRow = {
      ...current,
      ...columns({ unitId: current.unitId, ...input }),
      version: version + 1,
    };
    const { id: whereId, createdAt: _createdAt, ...set } = row;
    if ((await tx.run(SITE_UPDATE, { ...set, whereId, whereVersion: version })) === 0) {
      throw new AppError('request.version_stale');
    }
    tx.record({ action: 'site.update', outcome: 'ok', target: { type: 'site', id }, details: facts(row) });
    tx.afterCommit(() => this.#cache.delete(id));
    return row;
  }
}

function columns(input: SiteInput): Omit<SiteRow, 'id' | 'createdAt' | 'version'> {
  return {
    name: input.name,
    origins: input.origins,
    publicKeyPem: input.publicKeyPem ?? null,
    skillGroupId: input.skillGroupId ?? null,
    unitId: input.unitId ?? ROOT_UNIT_ID,
    locale: input.locale,
    texts: input.texts,
    isActive: input.isActive,
  };
}

function facts(row: SiteRow): { origins: string[]; isActive: boolean; hasKey: boolean } {
  return { origins: row.origins, isActive: row.isActive, hasKey: row.publicKeyPem !== null };
}
