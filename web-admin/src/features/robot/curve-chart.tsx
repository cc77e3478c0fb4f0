import { useMemo } from 'react';
import { Chart, type ChartSeries } from '../../components/chart/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { CurvePoint } from './robot-data.ts';

/** Coverage and errors over the threshold, with the threshold in use; `curve` has at least one point. */
export default function CurveChart({ curve, threshold }: { curve: CurvePoint[]; threshold: number }) {
  const { t, format } = useI18n();
  const percent = format.percent;
  const series = useMemo<ChartSeries[]>(
    () => [
      { name: t('robot.curve_coverage'), kind: 'line', values: curve.map((point) => point.coverage) },
      { name: t('robot.curve_wrong'), kind: 'line', values: curve.map((point) => point.wrongAnswers) },
      { name: t('robot.curve_false'), kind: 'line', values: curve.map((point) => point.falseAnswers) },
    ],
    [curve, t],
  );
  const labels = useMemo(() => curve.map((point) => point.threshold.toFixed(2)), [curve]);
  return (
    <>
      <p className="soft">{t('robot.curve_hint')}</p>
      <Chart
        title={t('robot.curve')}
        labelTitle={t('robot.curve_threshold')}
        labels={labels}
        series={series}
        formatValue={percent}
        markAt={nearestLabel(labels, threshold)}
      />
    </>
  );
}

/** The point of the axis closest to a threshold. */
function nearestLabel(labels: readonly string[], threshold: number): string | undefined {
  return [...labels].sort((a, b) => Math.abs(Number(a) - threshold) - Math.abs(Number(b) - threshold))[0];
}
