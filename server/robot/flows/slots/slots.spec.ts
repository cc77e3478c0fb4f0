import { expect } from 'chai';
import { findForSlot } from '../slot-values.rules.ts';
import type { SlotSpec } from '../flow.types.ts';
import { idCheckOf, isCardNumber } from './identity.rules.ts';
import { parseEnglishNumber, parseHanNumber } from './numeral.rules.ts';

/** A Wednesday. */
const TODAY = '2026-05-13';

function read(slot: Partial<SlotSpec> & Pick<SlotSpec, 'type'>, text: string) {
  const spec = { name: 'slot', title: '项', ...slot };
  const [first] = findForSlot(spec, text, { today: TODAY, isAsked: true });
  if (first === undefined) return undefined;
  return first.fault === undefined ? first.value : first.fault;
}

function table(
  slot: Partial<SlotSpec> & Pick<SlotSpec, 'type'>,
  cases: [string, string | number | undefined][],
): void {
  for (const [text, value] of cases) expect(read(slot, text), text).to.equal(value);
}

describe('slots', () => {
  it('read numbers in characters as they are spoken', () => {
    const cases: [string, number | undefined][] = [
      ['三千五', 3_500],
      ['三千零五', 3_005],
      ['三千零五十', 3_050],
      ['十五', 15],
      ['一百二', 120],
      ['一百零二', 102],
      ['两万三', 23_000],
      ['一万零五百', 10_500],
      ['十二万', 120_000],
      ['一百二十三万四千五百六十七', 1_234_567],
      ['三亿', 300_000_000],
      ['3万5', 35_000],
      ['1.5万', 15_000],
      ['三点五', 3.5],
      ['三点五万', 35_000],
      ['二零二六', 2_026],
      ['壹仟贰佰', 1_200],
      ['零', 0],
      ['1,000', 1_000],
      ['', undefined],
      ['甲乙', undefined],
      ['三点', undefined],
      ['一'.repeat(100), undefined],
    ];
    for (const [text, value] of cases) expect(parseHanNumber(text), text).to.equal(value);
    expect(parseEnglishNumber('three thousand five hundred')).to.equal(3_500);
    expect(parseEnglishNumber('twenty-one')).to.equal(21);
    expect(parseEnglishNumber('a hundred and five')).to.equal(105);
    expect(parseEnglishNumber('hello')).to.equal(undefined);
  });

  it('read amounts with units, scales, and fractions', () => {
    table({ type: 'amount' }, [
      ['3000', 3_000],
      ['3000元', 3_000],
      ['我要转5万块', 50_000],
      ['3.5万', 35_000],
      ['3万5', 35_000],
      ['三万五千元', 35_000],
      ['两千块钱', 2_000],
      ['五块二', 5.2],
      ['5块2毛', 5.2],
      ['￥1,234.50', 1_234.5],
      ['1,000,000', 1_000_000],
      ['10k', 10_000],
      ['2w', 20_000],
      ['大概八百吧', 800],
      ['一百二', 120],
      ['-500元', 'range'],
      ['five thousand', 5_000],
      ['$2,500', 2_500],
      ['3天', undefined],
      ['5月3日', undefined],
      ['下午三点', undefined],
      ['第三个', undefined],
      ['两三千', undefined],
      ['好的', undefined],
    ]);
    expect(read({ type: 'amount', min: 100, max: 50_000 }, '100')).to.equal(100);
    expect(read({ type: 'amount', min: 100, max: 50_000 }, '99')).to.equal('range');
    expect(read({ type: 'amount', min: 100, max: 50_000 }, '50001')).to.equal('range');
  });

  it('read dates relative to today, weeks from Monday', () => {
    table({ type: 'date' }, [
      ['今天', '2026-05-13'],
      ['明天上午', '2026-05-14'],
      ['后天', '2026-05-15'],
      ['大后天', '2026-05-16'],
      ['昨天', '2026-05-12'],
      ['大前天', '2026-05-10'],
      ['周五', '2026-05-15'],
      ['周三', '2026-05-13'],
      ['周一', '2026-05-18'],
      ['本周一', '2026-05-11'],
      ['下周三', '2026-05-20'],
      ['下下周日', '2026-05-31'],
      ['上个星期天', '2026-05-10'],
      ['这个礼拜六', '2026-05-16'],
      ['5月20号', '2026-05-20'],
      ['5月1日', '2027-05-01'],
      ['六月一号', '2026-06-01'],
      ['明年3月5日', '2027-03-05'],
      ['2026年12月31日', '2026-12-31'],
      ['2026-06-30', '2026-06-30'],
      ['6/18', '2026-06-18'],
      ['20号', '2026-05-20'],
      ['十号', '2026-06-10'],
      ['下个月5号', '2026-06-05'],
      ['月底', '2026-05-31'],
      ['下个月初', '2026-06-01'],
      ['三天后', '2026-05-16'],
      ['两周后', '2026-05-27'],
      ['半个月后', '2026-05-28'],
      ['1个月以后', '2026-06-13'],
      ['三天前', '2026-05-10'],
      ['tomorrow', '2026-05-14'],
      ['the day after tomorrow', '2026-05-15'],
      ['next Friday', '2026-05-22'],
      ['this Friday', '2026-05-15'],
      ['on Monday', '2026-05-18'],
      ['in 3 days', '2026-05-16'],
      ['two weeks ago', '2026-04-29'],
      ['May 20th', '2026-05-20'],
      ['3rd of June 2027', '2027-06-03'],
      ['2月30日', 'no_such_date'],
      ['2026-13-01', 'no_such_date'],
      ['不知道', undefined],
    ]);
    table({ type: 'date', direction: 'past' }, [
      ['周五', '2026-05-08'],
      ['5月20号', '2025-05-20'],
      ['5月1日', '2026-05-01'],
      ['20号', '2026-04-20'],
    ]);
    expect(read({ type: 'date', min: 1, max: 30 }, '今天')).to.equal('range');
    expect(read({ type: 'date', min: 1, max: 30 }, '明天')).to.equal('2026-05-14');
    expect(read({ type: 'date', min: 1, max: 30 }, '6月12日')).to.equal('2026-06-12');
    expect(read({ type: 'date', min: 1, max: 30 }, '6月13日')).to.equal('range');
  });

  it('know the last day of short months and of leap years', () => {
    const slot = { name: 'day', title: '日', type: 'date' as const };
    const at = (today: string, text: string) => findForSlot(slot, text, { today, isAsked: true })[0]?.value;
    expect(at('2028-01-31', '1个月后')).to.equal('2028-02-29');
    expect(at('2027-01-31', '1个月后')).to.equal('2027-02-28');
    expect(at('2026-12-31', '明天')).to.equal('2027-01-01');
    expect(at('2026-12-31', '下个月5号')).to.equal('2027-01-05');
    expect(at('2026-03-01', '昨天')).to.equal('2026-02-28');
  });

  it('read months and times of day', () => {
    table({ type: 'month' }, [
      ['上个月', '2026-04'],
      ['本月的', '2026-05'],
      ['3月份', '2026-03'],
      ['12月', '2025-12'],
      ['去年十月', '2025-10'],
      ['2026年2月', '2026-02'],
      ['last month', '2026-04'],
      ['December', '2025-12'],
      ['13月', 'no_such_date'],
    ]);
    table({ type: 'time' }, [
      ['下午三点半', '15:30'],
      ['上午10点', '10:00'],
      ['九点一刻', '09:15'],
      ['中午12点', '12:00'],
      ['14:30', '14:30'],
      ['3pm', '15:00'],
      ['12 am', '00:00'],
      ['两点', '14:00'],
      ['25点', 'range'],
      ['随便', undefined],
    ]);
  });

  it('read card tails and keep nothing else of a card number', () => {
    table({ type: 'card-tail' }, [
      ['1234', '1234'],
      ['尾号是5678的那张', '5678'],
      ['后四位 0012', '0012'],
      ['尾号幺二三四', '1234'],
      ['ending in 4321', '4321'],
      ['4111 1111 1111 1111', '1111'],
      ['4111111111111112', 'checksum'],
      ['12345', undefined],
      ['123', undefined],
    ]);
    const [found] = findForSlot({ name: 't', title: '尾号', type: 'card-tail' }, '4111111111111111', {
      today: TODAY,
      isAsked: true,
    });
    expect(JSON.stringify(found)).not.to.include('4111');
    expect(isCardNumber('4111111111111111')).to.equal(true);
    expect(isCardNumber('411111111111111')).to.equal(false);
  });

  it('read telephone numbers in any grouping, and refuse wrong ones', () => {
    table({ type: 'phone' }, [
      ['13800138000', '13800138000'],
      ['138 0013 8000', '13800138000'],
      ['138-0013-8000', '13800138000'],
      ['+86 13800138000', '13800138000'],
      ['一三八零零一三八零零零', '13800138000'],
      ['010-12345678', '01012345678'],
      ['12800138000', 'form'],
      ['1380013800', 'form'],
      ['138001380001', 'form'],
      ['没有', undefined],
    ]);
  });

  it('check identity numbers by their check digit and birth date', () => {
    const right = `11010119900307${'123'}`;
    const whole = `${right}${idCheckOf(right)}`;
    const wrong = `${right}${whole.endsWith('0') ? '1' : '0'}`;
    expect(read({ type: 'id-number' }, whole)).to.equal(whole);
    expect(read({ type: 'id-number' }, `我的身份证${whole.slice(0, 6)} ${whole.slice(6)}`)).to.equal(whole);
    expect(read({ type: 'id-number' }, wrong)).to.equal('checksum');
    expect(read({ type: 'id-number' }, `110101199013071${'23'}1`)).to.equal('checksum');
    expect(idCheckOf('11010519491231002')).to.equal('X');
    expect(read({ type: 'id-number' }, '11010519491231002x')).to.equal('11010519491231002X');
    expect(read({ type: 'id-number' }, '110105491231002')).to.equal('11010519491231002X');
    expect(read({ type: 'id-number' }, '1101051949123100')).to.equal('form');
  });

  it('read choices by their synonyms, the longest first, and not the denied ones', () => {
    const choices = [
      { value: 'debit', title: '借记卡', synonyms: ['储蓄卡'] },
      { value: 'credit', title: '信用卡' },
      { value: 'credit-gold', title: '金卡信用卡' },
    ];
    table({ type: 'choice', choices }, [
      ['储蓄卡', 'debit'],
      ['是信用卡吧', 'credit'],
      ['金卡信用卡', 'credit-gold'],
      ['不是信用卡，是借记卡', 'debit'],
      ['第二个', 'credit'],
      ['3', 'credit-gold'],
      ['第九个', undefined],
      ['存折', undefined],
    ]);
    const branches = [
      { value: 'a', title: '人民路支行' },
      { value: 'b', title: '高新区支行' },
    ];
    table({ type: 'branch', choices: branches }, [
      ['人民路', 'a'],
      ['去人民路支行吧', 'a'],
      ['高薪区支行', 'b'],
      ['中山路支行', undefined],
    ]);
    expect(read({ type: 'branch' }, '我想去西湖支行')).to.equal('西湖支行');
  });

  it('never throw on hostile text', () => {
    const types = [
      'amount',
      'number',
      'date',
      'month',
      'time',
      'card-tail',
      'phone',
      'id-number',
      'branch',
      'text',
    ] as const;
    const texts = [
      '',
      '\0',
      '😀'.repeat(200),
      '1'.repeat(2_048),
      '一'.repeat(2_048),
      '万'.repeat(500),
      '1 '.repeat(1_000),
      '<b>'.repeat(500),
    ];
    for (const type of types) {
      for (const text of texts) {
        expect(() => read({ type }, text), `${type} ${text.slice(0, 5)}`).not.to.throw();
      }
    }
  });
});
