import { Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Bench } from './bench.tsx';
import { StatusPanel } from './status-panel.tsx';
import './robot.css';

/** The robot: what it has learned, and a bench to try it. */
export default function RobotPage() {
  const { t } = useI18n();
  return (
    <Page title={t('robot.title')}>
      <Bench />
      <StatusPanel />
    </Page>
  );
}
