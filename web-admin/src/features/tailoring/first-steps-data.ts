import { useApi } from '../../api/index.ts';
import type { ChangeOutcome, Section } from './section-data.ts';

/** What a new installation needs. */
export type StepId =
  | 'accounts'
  | 'officer'
  | 'second-security'
  | 'agent'
  | 'skill-group'
  | 'article'
  | 'site'
  | 'retention'
  | 'brand'
  | 'identity-provider'
  | 'mail'
  | 'virus-scanner'
  | 'backup';

/** One step as the installation stands. */
export interface Step {
  id: StepId;
  state: 'done' | 'open' | 'dismissed';
  /** Why it was left. */
  reason?: string;
}

type Dismissed = Partial<Record<StepId, string>>;

/** Cache key of the steps. */
export const FIRST_STEPS_KEY = ['first-steps'] as const;
const PATH = '/settings/first-steps';

/** Leaves steps and brings them back: each is a change of the section, with its reason in the history. */
export function useFirstStepsActions() {
  const api = useApi();
  async function change(next: (dismissed: Dismissed) => Dismissed, reason: string): Promise<void> {
    const { version, value } = await api.get<Section<{ dismissed: Dismissed }>>(PATH);
    await api.put<ChangeOutcome>(PATH, {
      body: { value: { dismissed: next(value.dismissed) }, reason },
      version,
    });
  }
  return {
    dismiss: (id: StepId, reason: string) => change((dismissed) => ({ ...dismissed, [id]: reason }), reason),
    bringBack: (id: StepId, reason: string) => change(({ [id]: _gone, ...rest }) => rest, reason),
  };
}
