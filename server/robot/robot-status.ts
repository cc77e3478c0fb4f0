import type { KeeperState, LiveModel, ModelKeeper } from './training/model-keeper.ts';

/** Facts of a model for the console. */
export function presentModel(model: LiveModel) {
  const { thresholds, curve } = model.model;
  return {
    locale: model.locale,
    articles: model.articles,
    questions: model.questions,
    trainedAt: model.trainedAt.toISOString(),
    trainingMs: model.trainingMs,
    hash: model.hash,
    knowledgeHash: model.knowledgeHash,
    thresholds,
    curve,
  };
}

type ModelFacts = Partial<ReturnType<typeof presentModel>>;

/** What the robot knows: the facts of the largest model, and each language's own. */
export type RobotStatus = ModelFacts & {
  state: 'training' | 'ready';
  articles: number;
  questions: number;
  models: (ModelFacts & { locale: string; state: KeeperState })[];
};

/** Ready when every language with published articles has a model. A language without any holds nothing up. */
export function describeStatus(keepers: Iterable<ModelKeeper>): RobotStatus {
  const all = [...keepers];
  const models = all.map((keeper) => ({
    ...(keeper.current && presentModel(keeper.current)),
    locale: keeper.locale,
    state: keeper.state,
  }));
  const largest = all
    .flatMap(({ current }) => current ?? [])
    .sort((a, b) => b.articles - a.articles)
    .at(0);
  return {
    articles: 0,
    questions: 0,
    ...(largest && presentModel(largest)),
    state: models.some(({ state }) => state === 'training') ? 'training' : 'ready',
    models,
  };
}
