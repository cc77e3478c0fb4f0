import { AppError } from '../../kernel/index.ts';
import { LOCALES, type LiveAnswer, type LiveKnowledge, type Locale } from '../../knowledge/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { findMandatoryRule, normaliseText, understand, type Understanding } from '../engine/index.ts';
import { LANG_OF, type LiveModel, type ModelKeeper } from '../training/model-keeper.ts';
import { localeOfText } from './language.rules.ts';

/** How a question was read, and what of it may be quoted at this moment. */
export interface Reading {
  locale: Locale;
  understanding: Understanding;
  /** Approved answers of the candidates that are live now, best first; others must not even be named. */
  live: LiveAnswer[];
  /** The model that read it; absent when nothing is published in this language. */
  model: LiveModel | undefined;
}

/** Hash that stands in the provenance when no model took part. */
export const NO_MODEL = 'none';

/** Reads questions with the model of their language. */
export class QuestionReader {
  readonly #keepers: ReadonlyMap<Locale, ModelKeeper>;
  readonly #live: LiveKnowledge;

  constructor(deps: { keepers: ReadonlyMap<Locale, ModelKeeper>; live: LiveKnowledge }) {
    this.#keepers = deps.keepers;
    this.#live = deps.live;
  }

  /**
   * Reads one question. `preferred` is the site's language; a question that is plainly in another one is read there
   * when that one has a model. Throws `robot.not_ready` while the first model is being trained.
   */
  async read(db: Db, question: string, preferred: Locale): Promise<Reading> {
    // Numbers of persons say nothing about what is asked; the engine never sees them.
    const text = maskText(question);
    const keeper = this.#choose(text, preferred);
    const { locale, current: model } = keeper;
    if (!model) {
      const understanding = withoutModel(text, locale);
      const isMandatory = understanding.reason.startsWith('mandatory:');
      if (keeper.state === 'training' && !isMandatory) throw new AppError('robot.not_ready');
      return { locale, understanding, live: [], model: undefined };
    }
    const understanding = understand(model.model, text);
    const ids = understanding.candidates.map(({ id }) => id);
    const answers = await this.#live.answers(db, ids);
    return { locale, understanding, live: ids.flatMap((id) => answers.get(id) ?? []), model };
  }

  /** The same; undefined while the first model is being trained. */
  async tryRead(db: Db, question: string, preferred: Locale): Promise<Reading | undefined> {
    try {
      return await this.read(db, question, preferred);
    } catch (error) {
      if (error instanceof AppError && error.code === 'robot.not_ready') return undefined;
      throw error;
    }
  }

  #choose(text: string, preferred: Locale): ModelKeeper {
    const asked = this.#keeperOf(localeOfText(text, preferred));
    if (asked.current || asked.locale === preferred) return asked;
    return this.#keeperOf(preferred);
  }

  #keeperOf(locale: Locale): ModelKeeper {
    const keeper = this.#keepers.get(locale);
    if (!keeper) throw new Error(`No model keeper for ${locale}.`);
    return keeper;
  }
}

/** Who asks for a person or reports a fraud is heard even where nothing has been learned. */
function withoutModel(text: string, locale: Locale): Understanding {
  const hit = findMandatoryRule(normaliseText(text), LANG_OF[locale]);
  const reason = hit ? (`mandatory:${hit.rule}` as const) : 'unsure';
  return { outcome: 'handoff', confidence: 0, candidates: [], reason, features: {} };
}

/** Reads the choice of an offered article: nothing to understand, the requester said which one. */
export function readChoice(article: LiveAnswer): Reading {
  const candidates = [{ id: article.id, score: 1 }];
  return {
    locale: knownLocale(article.locale),
    understanding: { outcome: 'answer', confidence: 1, candidates, reason: 'exact', features: {} },
    live: [article],
    model: undefined,
  };
}

/** The locale of a site when it is one the robot can learn; Chinese otherwise, the product's first language. */
export function knownLocale(locale: string): Locale {
  return LOCALES.find((known) => known === locale) ?? 'zh-CN';
}
