import type { Clock, Ids } from '../../kernel/index.ts';
import { col } from './columns.ts';
import type { Database } from './data-source.ts';
import { defineEntity } from './entity.ts';
import { insert, select } from './statements.ts';

const installationEntity = defineEntity(
  'installation',
  { id: col.uuid(), createdAt: col.instant() },
  { primaryKey: ['id'] },
);
const INSTALLATION_INSERT = insert(installationEntity);
const INSTALLATION_FIRST = select(installationEntity, {
  name: 'installation.first',
  orderBy: [['createdAt', 'asc']],
  limit: true,
});

/** The id of this installation; made at the first start. It is bound into every sealed value and audit entry. */
export async function openInstallation(
  database: Database,
  deps: { clock: Clock; ids: Ids },
): Promise<string> {
  return database.read(async (session) => {
    const known = await session.one(INSTALLATION_FIRST, { limit: 1 });
    if (known) return known.id;
    const row = { id: deps.ids.next(), createdAt: deps.clock.now() };
    await session.run(INSTALLATION_INSERT, row);
    return row.id;
  });
}
