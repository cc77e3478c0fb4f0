import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiError } from '../../api/index.ts';

/** Languages of the robot's models. */
export const ROBOT_LOCALES = ['zh-CN', 'en'] as const;

export type RobotLocale = (typeof ROBOT_LOCALES)[number];

export interface Thresholds {
  answer: number;
  clarify: number;
}

/** What a threshold would have meant in cross-validation; all shares 0 to 1. */
export interface CurvePoint {
  threshold: number;
  coverage: number;
  wrongAnswers: number;
  falseAnswers: number;
}

/** Facts of one language's model; only locale and state while nothing is learned. */
export interface ModelStatus {
  locale: RobotLocale;
  state: 'empty' | 'training' | 'ready';
  articles?: number;
  questions?: number;
  trainedAt?: string;
  trainingMs?: number;
  hash?: string;
  thresholds?: Thresholds;
  curve?: CurvePoint[];
}

export interface RobotStatus {
  state: 'training' | 'ready';
  articles: number;
  questions: number;
  models: ModelStatus[];
}

export type RobotOutcome = 'answer' | 'clarify' | 'handoff';

/** The robot's answer on the test bench, with its reasons. */
export interface TestAnswer {
  outcome: RobotOutcome;
  /** Calibrated, 0 to 1. */
  confidence: number;
  candidates: { id: string; score: number; question?: string }[];
  answer?: string;
  articleId?: string;
  articleVersion?: number;
  reason?: string;
  lang?: string;
  ms: number;
  explanation: {
    nearest?: { question: string; similarity: number };
    model?: Omit<ModelStatus, 'state'>;
    thresholds?: Thresholds;
    features: Record<string, number>;
  };
}

/** One question that was tried. */
export interface BenchEntry {
  id: number;
  text: string;
  answer: TestAnswer;
}

const TRAINING_POLL_MS = 2_000;

/** What the robot has learned; read again every two seconds while it learns. */
export function useRobotStatus() {
  const api = useApi();
  return useQuery<RobotStatus, ApiError>({
    queryKey: ['robot', 'status'],
    queryFn: ({ signal }) => api.get<RobotStatus>('/robot/status', { signal }),
    refetchInterval: (query) => (query.state.data?.state === 'training' ? TRAINING_POLL_MS : false),
  });
}

/** Characters of a model's fingerprint that are shown; enough to tell two models apart. */
const HASH_SHOWN = 12;

/** The beginning of a model's fingerprint. */
export function shortHash(hash: string): string {
  return hash.slice(0, HASH_SHOWN);
}
