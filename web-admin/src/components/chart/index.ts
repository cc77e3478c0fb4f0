export { Chart } from './chart.tsx';
export type { ChartSeries } from './chart-option.ts';
