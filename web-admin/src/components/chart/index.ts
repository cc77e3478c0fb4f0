export { Chart, type PickBar } from './chart.tsx';
export type { ChartSeries } from './chart-option.ts';
