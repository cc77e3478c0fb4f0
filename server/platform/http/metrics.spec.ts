import { expect } from 'chai';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  it('renders counters, histograms, and gauges as Prometheus reads them', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('a_total', 'Things.');
    counter.add({ kind: 'x' });
    counter.add({ kind: 'x' }, 2);
    const histogram = metrics.histogram('b_seconds', 'Times.', [0.1, 1]);
    for (const value of [0.1, 0.5, 7]) histogram.observe(value);
    metrics.gauge('c', 'Now.', () => 4);
    expect(metrics.render()).to.equal(
      [
        '# HELP a_total Things.',
        '# TYPE a_total counter',
        'a_total{kind="x"} 3',
        '# HELP b_seconds Times.',
        '# TYPE b_seconds histogram',
        'b_seconds_bucket{le="0.1"} 1',
        'b_seconds_bucket{le="1"} 2',
        'b_seconds_bucket{le="+Inf"} 3',
        'b_seconds_sum 7.6',
        'b_seconds_count 3',
        '# HELP c Now.',
        '# TYPE c gauge',
        'c 4',
        '',
      ].join('\n'),
    );
  });

  it('escapes label values', () => {
    const metrics = createMetrics();
    metrics.counter('a_total', 'Things.').add({ kind: 'a"b\\c\nd' });
    expect(metrics.render()).to.include('a_total{kind="a\\"b\\\\c\\nd"} 1');
  });

  it('refuses a name twice and keeps a bounded number of series', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('a_total', 'Things.');
    expect(() => metrics.counter('a_total', 'Again.')).to.throw('a_total');
    for (let index = 0; index < 2_500; index += 1) counter.add({ index: String(index) });
    expect(metrics.render().split('\n').length).to.be.below(2_010);
  });
});
