import type { EventRow, LaneKey } from '../../../audit/index.ts';
import type { TechnicalDb } from '../../platform/jobs/index.ts';
import { insert, portable, select, update, type Db } from '../../platform/persistence/index.ts';
import { EVENT_COLUMNS, EVENT_RESULT } from './event.columns.ts';
import { auditBlockEntity, type AuditBlockRow, type AuditWordRow } from './word-index.entity.ts';

const BLOCK_INSERT = insert(auditBlockEntity);
const BLOCK_LAST = select(auditBlockEntity, {
  name: 'audit_block.last',
  orderBy: [['blockNo', 'desc']],
  limit: true,
});
const BLOCKS = select(auditBlockEntity, { name: 'audit_block.by_numbers', whereIn: 'blockNo' });
const BLOCK_DONE = update(auditBlockEntity, {
  name: 'audit_block.done',
  set: ['isDone'],
  where: ['blockNo'],
});

/** All words of a block in one statement; those that a killed process has written already stay as they are. */
const WORDS_PUT = portable<{ blockNo: number; list: string }>(
  'audit_word.put',
  {
    postgres: `INSERT INTO audit_word (word, block_no, places)
      SELECT x.w, :blockNo, decode(x.p, 'hex')
      FROM json_to_recordset(CAST(:list AS json)) AS x(w varchar, p text)
      ON CONFLICT DO NOTHING`,
    oracle: `INSERT INTO audit_word (word, block_no, places)
      SELECT x.w, :blockNo, HEXTORAW(x.p)
      FROM JSON_TABLE(:list, '$[*]' COLUMNS (w VARCHAR2(64 CHAR) PATH '$.w', p VARCHAR2(256) PATH '$.p')) x
      WHERE NOT EXISTS (SELECT 1 FROM audit_word h WHERE h.word = x.w AND h.block_no = :blockNo)`,
  },
  { params: { blockNo: 'int', list: 'clob' } },
);

interface PlacesRow {
  blockNo: number;
  places: Buffer;
}
const WORD_PAGE = portable<{ word: string; toBlock: number; limit: number }, PlacesRow>(
  'audit_word.page',
  `SELECT block_no, places FROM audit_word WHERE word = :word AND block_no <= :toBlock
    ORDER BY block_no DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { word: 'text', toBlock: 'int', limit: 'int' },
    result: { blockNo: 'int', places: 'bytes' },
  },
);
const WORDS_IN_BLOCKS = portable<{ words: readonly string[]; blocks: readonly number[] }, AuditWordRow>(
  'audit_word.in_blocks',
  'SELECT word, block_no, places FROM audit_word WHERE word IN (:words...) AND block_no IN (:blocks...)',
  {
    params: { words: 'text', blocks: 'int' },
    result: { word: 'text', blockNo: 'int', places: 'bytes' },
  },
);
const WORD_COUNT = portable<{ word: string; limit: number }, { blockCount: number }>(
  'audit_word.count',
  `SELECT COUNT(*) AS block_count FROM
    (SELECT block_no FROM audit_word WHERE word = :word FETCH FIRST :limit ROWS ONLY) found`,
  { params: { word: 'text', limit: 'int' }, result: { blockCount: 'int' } },
);
const EVENTS_AT = portable<LaneKey & { numbers: readonly number[]; firstAt: Date; lastAt: Date }, EventRow>(
  'compliance.events_at',
  `SELECT ${EVENT_COLUMNS} FROM audit_event
    WHERE node = :node AND epoch = :epoch AND lane = :lane AND n IN (:numbers...)
      AND occurred_at >= :firstAt AND occurred_at <= :lastAt`,
  {
    params: {
      ...{ node: 'text', epoch: 'int', lane: 'int', numbers: 'int' },
      ...{ firstAt: 'instant', lastAt: 'instant' },
    },
    result: EVENT_RESULT,
  },
);

/** The newest block, done or not. */
export async function findLastBlock(db: Db): Promise<AuditBlockRow | undefined> {
  return db.one(BLOCK_LAST, { limit: 1 });
}

/** Adds a block whose words are not written yet. */
export async function insertBlock(db: TechnicalDb, block: AuditBlockRow): Promise<void> {
  await db.run(BLOCK_INSERT, block);
}

/** Writes the words of a block; the same again changes nothing. */
export async function putWords(
  db: TechnicalDb,
  blockNo: number,
  words: readonly { word: string; places: Buffer }[],
): Promise<void> {
  if (words.length === 0) return;
  const list = JSON.stringify(words.map(({ word, places }) => ({ w: word, p: places.toString('hex') })));
  await db.run(WORDS_PUT, { blockNo, list });
}

/** Marks a block as findable. */
export async function finishBlock(db: TechnicalDb, blockNo: number): Promise<void> {
  await db.run(BLOCK_DONE, { isDone: true, whereBlockNo: blockNo });
}

/** Blocks by their numbers, in no order. */
export function listBlocks(db: Db, blockNoList: number[]): Promise<AuditBlockRow[]> {
  return blockNoList.length === 0 ? Promise.resolve([]) : db.all(BLOCKS, { blockNoList });
}

/** Where a word stands, from a block on back. */
export function listPlaces(
  db: Db,
  query: { word: string; toBlock: number; limit: number },
): Promise<PlacesRow[]> {
  return db.all(WORD_PAGE, query);
}

/** Where words stand in these blocks. */
export function listPlacesIn(
  db: Db,
  words: readonly string[],
  blocks: readonly number[],
): Promise<AuditWordRow[]> {
  return words.length === 0 || blocks.length === 0
    ? Promise.resolve([])
    : db.all(WORDS_IN_BLOCKS, { words, blocks });
}

/** In how many blocks a word stands; counting ends at the limit. */
export async function countBlocks(db: Db, word: string, limit: number): Promise<number> {
  return (await db.one(WORD_COUNT, { word, limit }))?.blockCount ?? 0;
}

/** Entries of one lane by their numbers, between two instants; the instants spare months without any of them. */
export function listEventsAt(
  db: Db,
  lane: LaneKey,
  wanted: { numbers: readonly number[]; firstAt: Date; lastAt: Date },
): Promise<EventRow[]> {
  return db.all(EVENTS_AT, { node: lane.node, epoch: lane.epoch, lane: lane.lane, ...wanted });
}
