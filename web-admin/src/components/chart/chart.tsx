import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use as registerParts, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useMemo, useRef } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useThemeChoice } from '../../theme/index.ts';
import { chartOption, type ChartContent } from './chart-option.ts';
import './chart.css';

registerParts([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
]);

/** The canvas: made once, redrawn on new figures, and as wide as its place. */
function Canvas({ content }: { content: ChartContent }) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const { name: theme } = useThemeChoice();
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const drawn = init(element);
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(chartOption(content, theme), { notMerge: true });
  }, [content, theme]);
  return <div ref={frame} className="chart-canvas" aria-hidden="true" />;
}

/** A chart with its figures as a table: opened by those who want numbers, and read by screen readers. */
export function Chart(props: ChartContent & { title: string; labelTitle: string }) {
  const { t } = useI18n();
  const { title, labelTitle, labels, series, formatValue, markAt } = props;
  const content = useMemo(
    () => ({ labels, series, formatValue, markAt }),
    [labels, series, formatValue, markAt],
  );
  return (
    <figure className="chart" aria-label={title}>
      <Canvas content={content} />
      <details>
        <summary>{t('chart.as_table')}</summary>
        <div className="chart-table">
          <table>
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{labelTitle}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {labels.map((label, index) => (
                <tr key={label}>
                  <th scope="row">{label}</th>
                  {series.map(({ name, values }) => {
                    const value = values[index];
                    return <td key={name}>{typeof value === 'number' ? formatValue(value) : '—'}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
