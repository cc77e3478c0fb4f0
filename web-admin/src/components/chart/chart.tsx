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

/** Somebody chose a bar, by its label and its row of figures. */
export type PickBar = (labelIndex: number, seriesIndex: number) => void;

/** The canvas: made once, redrawn on new figures, and as wide as its place. */
function Canvas({ content, onPick }: { content: ChartContent; onPick: PickBar | undefined }) {
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
  useEffect(() => {
    const drawn = chart.current;
    if (!drawn || !onPick) return undefined;
    const pick = (bar: { dataIndex?: number; seriesIndex?: number }) =>
      onPick(bar.dataIndex ?? 0, bar.seriesIndex ?? 0);
    drawn.on('click', pick);
    return () => void drawn.off('click', pick);
  }, [onPick]);
  return <div ref={frame} className="chart-canvas" aria-hidden="true" />;
}

interface ChartProps extends ChartContent {
  title: string;
  labelTitle: string;
  /** Bars can be chosen: by a click on the drawing, or by the buttons in the table. */
  onPick?: PickBar;
}

/** A figure of the table; a button where it can be chosen. */
function Cell(props: { text: string; label: string; onPick: (() => void) | undefined }) {
  const { text, label, onPick } = props;
  if (!onPick) return <td>{text}</td>;
  return (
    <td>
      <button type="button" className="chart-pick" aria-label={label} onClick={onPick}>
        {text}
      </button>
    </td>
  );
}

/** A chart with its figures as a table: opened by those who want numbers, and read by screen readers. */
export function Chart(props: ChartProps) {
  const { t } = useI18n();
  const { title, labelTitle, labels, series, formatValue, markAt, onPick } = props;
  const content = useMemo(
    () => ({ labels, series, formatValue, markAt }),
    [labels, series, formatValue, markAt],
  );
  return (
    <figure className="chart" aria-label={title}>
      <Canvas content={content} onPick={onPick} />
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
                  {series.map(({ name, values }, row) => {
                    const value = values[index];
                    const text = typeof value === 'number' ? formatValue(value) : '—';
                    const pick = onPick && value ? () => onPick(index, row) : undefined;
                    return <Cell key={name} text={text} label={`${label} ${name} ${text}`} onPick={pick} />;
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
