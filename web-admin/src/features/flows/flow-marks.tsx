import { useI18n } from '../../i18n/index.ts';
import type { FlowState } from './flow-data.ts';

/** The state of a flow in words, with a mark beside it. */
export function FlowStateMark({ state }: { state: FlowState }) {
  const { t } = useI18n();
  return <span className={`state-mark flow-${state}`}>{t(`article.state.${state}`)}</span>;
}
