import type pg from 'pg';
import type { Desk } from '../../../desk/test/build-desk.ts';
import { ROOT_UNIT_ID } from '../../../kernel/index.ts';
import type { Dek } from '../../../platform/crypto/index.ts';

/** A requester of the load, with the key its texts are sealed under. */
export interface Owner {
  id: string;
  dek: Dek;
}

const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文建国志海燕波宁'];

function nameOf(i: number): string {
  const pick = (list: readonly string[], n: number) => list[n % list.length] as string;
  return pick(SURNAMES, i) + pick(GIVEN, Math.floor(i / 20)) + pick(GIVEN, Math.floor(i / 640) * 7 + i);
}

/** Makes requesters, each under a key of its own, as the product does. */
export async function insertRequesters(
  client: pg.Client,
  { crypto, ids, clock }: Desk['core'],
  { first, count }: { first: number; count: number },
): Promise<Owner[]> {
  const made = await Promise.all(
    Array.from({ length: count }, async (_, offset) => {
      const id = ids.next();
      const { dek, row } = await crypto.newDek('requester', id);
      const nameEnc = dek.seal({ table: 'requester', column: 'name_enc', rowId: id }, nameOf(first + offset));
      return { id, dek, row, nameEnc };
    }),
  );
  const of = made.map(({ id }) => id);
  const dekIds = made.map(({ row }) => row.id);
  const wrapped = made.map(({ row }) => row.wrapped);
  await client.query(
    `INSERT INTO crypto_dek (id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes)
      SELECT d, 'requester', o, $4, $5, 'active', w, now(), 0 FROM unnest($1::bigint[], $2::text[], $3::bytea[]) AS u (d, o, w)`,
    [dekIds, of, wrapped, made[0]?.row.kekId, made[0]?.row.alg],
  );
  await client.query(
    `INSERT INTO requester (id, dek_id, unit_id, is_identified, name_enc, created_at, updated_at, version)
      SELECT i, d, $4, 1, n, $5::timestamp, $5::timestamp, 1 FROM unnest($1::uuid[], $2::bigint[], $3::bytea[]) AS u (i, d, n)`,
    [of, dekIds, made.map(({ nameEnc }) => nameEnc), ROOT_UNIT_ID, clock.now().toISOString()],
  );
  return made.map(({ id, dek }) => ({ id, dek }));
}
