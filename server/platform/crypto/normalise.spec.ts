import { expect } from 'chai';
import {
  lastFour,
  normaliseCard,
  normaliseEmail,
  normaliseIdNumber,
  normaliseName,
  normalisePhone,
} from './normalise.ts';

describe('normalised phone numbers', () => {
  const spellings = [
    '13812345678',
    ' 138 1234 5678 ',
    '138-1234-5678',
    '+86 13812345678',
    '(+86)138 1234 5678',
    '0086-13812345678',
    '8613812345678',
    '013812345678',
    '１３８１２３４５６７８',
    '＋８６１３８１２３４５６７８',
  ];
  for (const spelling of spellings) {
    it(`has one form for ${spelling}`, () => expect(normalisePhone(spelling)).to.equal('13812345678'));
  }

  for (const [spelling, expected] of [
    ['010-8888 6666', '01088886666'],
    ['+86 10 8888 6666', '01088886666'],
    ['0086 010 88886666', '01088886666'],
    ['+852 9123 4567', '+85291234567'],
    ['00852 9123 4567', '+85291234567'],
    ['95588', '95588'],
    ['86123', '86123'],
    ['', ''],
    ['无', ''],
  ] as const) {
    it(`makes ${expected || 'nothing'} of ${spelling || 'an empty text'}`, () => {
      expect(normalisePhone(spelling)).to.equal(expected);
    });
  }
});

describe('other normalised values', () => {
  it('have one form whatever the width, case, and separators', () => {
    expect(normaliseIdNumber('１１０１０５ 19491231-002x')).to.equal('11010519491231002X');
    expect(normaliseCard('６２２２ 0210-0111')).to.equal('622202100111');
    expect(normaliseName(' Ｊohn  SMITH ')).to.equal('johnsmith');
    expect(normaliseName('买买提•阿不都')).to.equal(normaliseName('买买提·阿不都'));
    expect(normaliseEmail(' Zhang@Example.COM ')).to.equal('zhang@example.com');
  });

  it('give their last four characters when they have four', () => {
    expect(lastFour('13812345678')).to.equal('5678');
    expect(lastFour('5678')).to.equal('5678');
    expect(lastFour('678')).to.equal(undefined);
  });
});
