import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** A question whose answer must not get worse. Without an expected article the robot must not answer it. */
export const regressionCaseEntity = defineEntity(
  'regression_case',
  {
    id: col.uuid(),
    locale: col.text(10),
    question: col.text(300),
    expectedId: col.uuid().optional(),
    isMust: col.flag(),
    authorId: col.text(64),
    createdAt: col.instant(),
  },
  { primaryKey: ['id'] },
);

/** Row of `regression_case`. */
export type RegressionCaseRow = RowOf<typeof regressionCaseEntity>;

/** A case whose answer would change. */
export interface ChangedCase {
  caseId: string;
  question: string;
  /** What the robot does today and would do: the id of an article it answers from or offers first, else `none`. */
  before: string;
  after: string;
  isMust: boolean;
  isWorse: boolean;
}

/** What the gate found. Shares are of the cases, 0 to 1. */
export interface Findings {
  mustFailed: number;
  rightBefore: number;
  rightAfter: number;
  falseBefore: number;
  falseAfter: number;
  changed: ChangedCase[];
}

/** The gate's judgement of one approved version. */
export const regressionRunEntity = defineEntity(
  'regression_run',
  {
    articleId: col.uuid(),
    versionNo: col.int(),
    locale: col.text(10),
    isPassed: col.flag(),
    caseCount: col.int(),
    findings: col.json<Findings>(),
    at: col.instant(),
  },
  { primaryKey: ['articleId', 'versionNo'] },
);

/** Row of `regression_run`. */
export type RegressionRunRow = RowOf<typeof regressionRunEntity>;
