export { LOCALES, type ArticleInput, type Locale } from './articles/article.rules.ts';
export { ArticleService } from './articles/article.service.ts';
export { OPENING_CATEGORY, type LiveAnswer, type LiveEntry } from './articles/live.view.ts';
export { importPack, type ImportResult } from './import/import-pack.ts';
export { parsePack, type Pack, type PackArticle } from './import/pack.ts';
export { createKnowledge, type Knowledge, type LiveKnowledge } from './knowledge.ts';
export { articleExport } from './articles/article.export.ts';
export { isRight, type Answered, type JudgedCase } from './regression/regression.rules.ts';
export { RegressionService, type WaitingVersion } from './regression/regression.service.ts';
