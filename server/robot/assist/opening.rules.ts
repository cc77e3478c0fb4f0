import { OPENING_CATEGORY, type LiveAnswer } from '../../knowledge/index.ts';
import type { MoodTrend } from '../opinions/mood.rules.ts';

/** From this hurry on the openings for urgent matters are preferred. */
const URGENT_MIN = 0.5;
/** A mood below this calls for an opening even where no feeling is named. */
const UPSET_MAX = -0.4;
/** Category for whoever is upset without saying how. */
const ANY = `${OPENING_CATEGORY}any`;

/**
 * The opening for a mood: of the named feeling and urgent, of the feeling, or for anybody upset. Undefined when the mood
 * calls for none or nothing was approved for it. The first by category and id, so that a choice can be repeated.
 */
export function chooseOpening(live: readonly LiveAnswer[], mood: MoodTrend): LiveAnswer | undefined {
  const isUpset = mood.last <= UPSET_MAX;
  if (!mood.emotion && !isUpset) return undefined;
  const named = mood.emotion ? [`${OPENING_CATEGORY}${mood.emotion}`] : [];
  const wanted = [...named, ANY].flatMap((category) =>
    mood.urgency >= URGENT_MIN ? [`${category}.urgent`, category] : [category],
  );
  for (const category of wanted) {
    const found = live.find((article) => article.category === category);
    if (found) return found;
  }
  return undefined;
}
