import { expect } from 'chai';
import { RECORD_CLASSES } from '../../kernel/index.ts';
import { CLASS_TERMS, isShortening, monthsBefore, periodFault, thresholdsAt } from './period.rules.ts';

describe('retention periods', () => {
  it('start at or above their floor in every class', () => {
    for (const recordClass of RECORD_CLASSES) {
      const { floorMonths, ...rule } = CLASS_TERMS[recordClass];
      expect(periodFault(recordClass, rule), recordClass).to.equal(undefined);
      expect(periodFault(recordClass, { ...rule, months: floorMonths })).to.equal(undefined);
      expect(periodFault(recordClass, { ...rule, months: floorMonths - 1 })).to.equal('below_floor');
    }
  });

  for (const [months, fault] of [
    [1_200, undefined],
    [1_201, 'above_max'],
    [7.5, 'not_whole'],
    [NaN, 'not_whole'],
    [Infinity, 'not_whole'],
    [0, 'below_floor'],
    [-6, 'below_floor'],
  ] as const) {
    it(`take ${months} months: ${fault ?? 'yes'}`, () =>
      expect(periodFault('chat', { months, action: 'delete' })).to.equal(fault));
  }

  for (const [at, months, before] of [
    ['2024-03-31T05:00:00.000Z', 1, '2024-02-29T05:00:00.000Z'],
    ['2023-03-31T05:00:00.000Z', 1, '2023-02-28T05:00:00.000Z'],
    ['2024-02-29T00:00:00.000Z', 12, '2023-02-28T00:00:00.000Z'],
    ['2024-01-15T23:59:59.999Z', 1, '2023-12-15T23:59:59.999Z'],
    ['2026-11-21T00:00:00.000Z', 1_200, '1926-11-21T00:00:00.000Z'],
    ['2026-01-31T00:00:00.000Z', -1, '2026-02-28T00:00:00.000Z'],
  ] as const) {
    it(`count ${months} months back from ${at}`, () =>
      expect(monthsBefore(new Date(at), months).toISOString()).to.equal(before));
  }

  it('archive no contents of files', () => {
    const rule = { months: 36, action: 'archive-and-delete' } as const;
    expect(periodFault('file', rule)).to.equal('no_archive');
    expect(periodFault('chat', rule)).to.equal(undefined);
  });

  it('give a threshold to every class', () => {
    const thresholds = thresholdsAt(new Date('2026-11-21T00:00:00Z'), CLASS_TERMS);
    expect(thresholds.chat.toISOString()).to.equal('2023-11-21T00:00:00.000Z');
    expect(Object.keys(thresholds)).to.have.members([...RECORD_CLASSES]);
  });

  it('need a second person when records go sooner or without an archive', () => {
    const rule = { months: 36, action: 'archive-and-delete' } as const;
    expect(isShortening(rule, { ...rule, months: 35 })).to.equal(true);
    expect(isShortening(rule, { ...rule, months: 120, action: 'delete' })).to.equal(true);
    expect(isShortening(rule, rule)).to.equal(false);
    expect(isShortening({ ...rule, action: 'delete' }, { ...rule, months: 37 })).to.equal(false);
  });
});
