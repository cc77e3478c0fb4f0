import { App } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import type { Outcome } from './record-data.ts';

/** Says whether a change counts already or waits for a second person. */
export function useOutcomeToast(): (outcome: Outcome) => void {
  const { message } = App.useApp();
  const { t } = useI18n();
  return ({ state }) => void message.success(t(state === 'done' ? 'record.saved' : 'record.asked'));
}
