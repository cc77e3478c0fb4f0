import {
  col,
  defineEntity,
  insert,
  portable,
  remove,
  select,
  type Db,
  type RowOf,
  type Tx,
} from '../../platform/persistence/index.ts';

/** A trained model as it is stored: base64, because a CLOB is the one large column both drivers stream alike. */
const robotModelEntity = defineEntity(
  'robot_model',
  {
    locale: col.text(10),
    knowledgeHash: col.text(64),
    modelHash: col.text(64),
    articleCount: col.int(),
    questionCount: col.int(),
    trainingMs: col.int(),
    trainedAt: col.instant(),
    bytesBase64: col.clob(),
  },
  { primaryKey: ['locale', 'knowledgeHash'] },
);

/** Row of `robot_model`. */
export type RobotModelRow = RowOf<typeof robotModelEntity>;

const MODEL_INSERT = insert(robotModelEntity);
const MODEL_BY_KNOWLEDGE = select(robotModelEntity, {
  name: 'robot_model.by_knowledge',
  where: ['locale', 'knowledgeHash'],
});
const MODEL_NEWEST = select(robotModelEntity, {
  name: 'robot_model.newest',
  where: ['locale'],
  orderBy: [['trainedAt', 'desc']],
  limit: true,
});
const MODEL_HASHES = portable<{ locale: string; limit: number }, { knowledgeHash: string }>(
  'robot_model.hashes',
  `SELECT knowledge_hash FROM robot_model WHERE locale = :locale
    ORDER BY trained_at DESC, knowledge_hash FETCH FIRST :limit ROWS ONLY`,
  { params: { locale: 'text', limit: 'int' }, result: { knowledgeHash: 'text' } },
);
const MODEL_REMOVE = remove(robotModelEntity, {
  name: 'robot_model.remove',
  where: ['locale', 'knowledgeHash'],
});

/** Models kept of each language: the live one and those one may want to look at after a change went wrong. */
const MODELS_KEPT = 4;
const MODELS_LISTED = 50;

/** The model trained on exactly this knowledge, if there is one. */
export function findModel(db: Db, locale: string, knowledgeHash: string): Promise<RobotModelRow | undefined> {
  return db.one(MODEL_BY_KNOWLEDGE, { locale, knowledgeHash });
}

/** The model trained last, whatever it knows. */
export function findNewestModel(db: Db, locale: string): Promise<RobotModelRow | undefined> {
  return db.one(MODEL_NEWEST, { locale, limit: 1 });
}

/** Stores a model in place of one that could not be read, and drops the oldest ones of its language. */
export async function storeModel(tx: Tx, row: RobotModelRow): Promise<void> {
  const { locale, knowledgeHash } = row;
  await tx.run(MODEL_REMOVE, { locale, knowledgeHash });
  await tx.run(MODEL_INSERT, row);
  const stored = await tx.all(MODEL_HASHES, { locale, limit: MODELS_LISTED });
  await tx.runMany(
    MODEL_REMOVE,
    stored.slice(MODELS_KEPT).map((old) => ({ locale, knowledgeHash: old.knowledgeHash })),
  );
}
