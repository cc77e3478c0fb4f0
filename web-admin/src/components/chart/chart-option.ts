import type { EChartsCoreOption } from 'echarts/core';
import type { ThemeName } from '../../theme/index.ts';

/** One row of figures over the labels of a chart; null where there is none. */
export interface ChartSeries {
  name: string;
  kind: 'line' | 'bar';
  /** Bars of one stack stand on each other. */
  stack?: string;
  values: readonly (number | null)[];
}

/** What a chart shows. */
export interface ChartContent {
  labels: readonly string[];
  series: readonly ChartSeries[];
  formatValue: (value: number) => string;
  /** Label at which a dashed line stands. */
  markAt?: string | undefined;
}

/** Colours that differ in lightness too, so that they can be told apart in grey. */
const COLORS: Record<ThemeName, { series: string[]; text: string; line: string; surface: string }> = {
  light: {
    series: ['#0958d9', '#d46b08', '#389e0d', '#722ed1', '#08979c', '#c41d7f', '#ad8b00', '#595959'],
    text: '#55606d',
    line: '#dde3ea',
    surface: '#ffffff',
  },
  dark: {
    series: ['#7fb0ff', '#ffc069', '#95de64', '#b37feb', '#5cdbd3', '#ff85c0', '#fff566', '#bfbfbf'],
    text: '#a9b3c0',
    line: '#2c343e',
    surface: '#14181e',
  },
};

/** Signs of the points, so that lines are told apart without colour. */
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'];

/** Points are drawn on lines up to this many labels; more would hide the line. */
const SYMBOL_LABELS_MAX = 31;

function seriesOption(series: ChartSeries, index: number, content: ChartContent) {
  const common = { name: series.name, data: [...series.values] };
  const { markAt } = content;
  if (series.kind === 'bar') {
    const { stack } = series;
    return { ...common, type: 'bar', barMaxWidth: 28, ...(stack === undefined ? {} : { stack }) };
  }
  return {
    ...common,
    type: 'line',
    symbol: SYMBOLS[index % SYMBOLS.length],
    symbolSize: 7,
    showSymbol: content.labels.length <= SYMBOL_LABELS_MAX,
    ...(markAt !== undefined &&
      index === 0 && {
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { type: 'dashed' },
          label: { show: false },
          data: [{ xAxis: markAt }],
        },
      }),
  };
}

/** Counts have no halves on their axis. */
function isCounted({ series }: ChartContent): boolean {
  return series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
}

/**
 * Settings of the chart library. The tooltip is drawn on the canvas (`richText`): the library's default writes HTML,
 * which the content security policy refuses.
 */
export function chartOption(content: ChartContent, theme: ThemeName): EChartsCoreOption {
  const colors = COLORS[theme];
  const axisText = { color: colors.text };
  return {
    animation: false,
    color: colors.series,
    grid: {
      left: 8,
      right: 16,
      top: 40,
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: {
      type: 'scroll',
      top: 0,
      left: 0,
      textStyle: axisText,
      data: content.series.map(({ name }) => name),
    },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: colors.surface,
      borderColor: colors.line,
      textStyle: axisText,
      valueFormatter: (value: unknown) => (typeof value === 'number' ? content.formatValue(value) : '—'),
    },
    xAxis: {
      type: 'category',
      data: [...content.labels],
      axisLabel: axisText,
      axisLine: { lineStyle: { color: colors.line } },
    },
    yAxis: {
      type: 'value',
      minInterval: isCounted(content) ? 1 : 0,
      axisLabel: { ...axisText, formatter: (value: number) => content.formatValue(value) },
      splitLine: { lineStyle: { color: colors.line } },
    },
    series: content.series.map((series, index) => seriesOption(series, index, content)),
  };
}
