import { expect } from 'chai';
import { chartOption } from './chart-option.ts';

const CONTENT = {
  labels: ['01-01', '01-02'],
  series: [
    { name: 'Conversations', kind: 'bar' as const, values: [3, null] },
    { name: 'Handed over', kind: 'line' as const, values: [1, 0] },
  ],
  formatValue: (value: number) => `${value} pcs`,
};

describe('settings of a chart', () => {
  it('draw the tooltip on the canvas, because the policy refuses HTML of the library', () => {
    const { tooltip } = chartOption(CONTENT, 'light') as { tooltip: { renderMode: string } };
    expect(tooltip.renderMode).to.equal('richText');
  });

  it('show a gap where there is no figure', () => {
    const { series, tooltip } = chartOption(CONTENT, 'dark') as {
      series: { data: unknown[] }[];
      tooltip: { valueFormatter(value: unknown): string };
    };
    expect(series.map(({ data }) => data)).to.deep.equal([
      [3, null],
      [1, 0],
    ]);
    expect(tooltip.valueFormatter(3)).to.equal('3 pcs');
    expect(tooltip.valueFormatter(null)).to.equal('—');
  });

  it('mark one label on the first line only', () => {
    const lines = CONTENT.series.map((series) => ({ ...series, kind: 'line' as const }));
    const option = chartOption({ ...CONTENT, series: lines, markAt: '01-02' }, 'light') as {
      series: { markLine?: { data: unknown } }[];
    };
    expect(option.series.map(({ markLine }) => markLine?.data)).to.deep.equal([
      [{ xAxis: '01-02' }],
      undefined,
    ]);
  });
});
