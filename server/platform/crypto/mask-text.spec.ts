import { expect } from 'chai';
import fc from 'fast-check';
import { findMaskedSpans, maskText } from './mask-text.ts';

const MASKED = [
  ['我的手机13812345678，谢谢', '我的手机138****5678，谢谢'],
  ['打+86 138-1234-5678找我', '打138****5678找我'],
  ['（+86）138 1234 5678', '138****5678'],
  ['008613812345678', '138****5678'],
  ['手机１３８１２３４５６７８。', '手机138****5678。'],
  ['两个号13812345678 13987654321', '两个号138****5678 139****4321'],
  ['13812345678/13987654321', '138****5678/139****4321'],
  ['微信wx13812345678', '微信wx138****5678'],
  ['座机010-88886666', '座机010****6666'],
  ['(021)6888 1234 转 8', '021****1234 转 8'],
  ['香港 +852 9123 4567', '香港 +852****4567'],
  ['身份证11010519491231002X。', '身份证110105********002X。'],
  ['身份证11010519491231002x', '身份证110105********002X'],
  ['身份证440524188001010014', '身份证440524********0014'],
  ['110105 19491231 002X', '110105********002X'],
  ['老证110105491231002号', '老证110105*****1002号'],
  ['1234511010519491231002X', '12345110105********002X'],
  ['卡号6222021001116245678', '卡号6222****5678'],
  ['卡号 6222 0210 0111 6245 678', '卡号 6222****5678'],
  ['(4111-1111-1111-1111)', '(4111****1111)'],
  ['手机13812345678卡6222021001116245678', '手机138****5678卡6222****5678'],
  ['信箱 zhang.wei@example.com.cn。', '信箱 z***@example.com.cn。'],
  ['发到13812345678@163.com', '发到1***@163.com'],
  ['zhang＠example.com', 'z***@example.com'],
  ['a@b.cn,c@d.cn', 'a***@b.cn,c***@d.cn'],
] as const;

const UNTOUCHED = [
  '',
  '你好，我想查一下信用卡账单',
  '拨打95588或400-820-8820',
  '2026-11-21 13:45:00',
  '订单 20261121123456789',
  '018f4d3c-1380-7123-8567-123456789012',
  '金额1380元，尾号5678',
  '4111 1111 1111 1112',
  '110105194912310021',
  '110105194913310029',
  '10.138.12.34',
  '时间戳1763703900123',
  '@@@ user@localhost @ a@',
  '138****5678',
  '1'.repeat(40),
];

describe('masking of free text', () => {
  for (const [text, shown] of MASKED) {
    it(`shows ${text} as ${shown}`, () => expect(maskText(text)).to.equal(shown));
  }

  for (const text of UNTOUCHED) {
    it(`leaves ${JSON.stringify(text)} alone`, () => expect(maskText(text)).to.equal(text));
  }

  it('hides a number wherever it stands between Chinese characters', () => {
    const secrets = ['13812345678', '11010519491231002X', '6222021001116245678', 'li.na@bank.cn'];
    const around = fc.string({
      unit: fc.constantFrom('我', '的', '，', '。', '号', '\n', '卡', '（', '）', '😀'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(around, fc.constantFrom(...secrets), around, (before, secret, after) => {
        const shown = maskText(before + secret + after);
        expect(shown).to.not.include(secret);
        expect(shown.startsWith(before) && shown.endsWith(after)).to.equal(true);
      }),
    );
  });

  it('keeps everything outside its spans, which are in order and apart', () => {
    const unit = fc.constantFrom(...'0123456789-+ @.aXx()１６卡');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 120 }), (text) => {
        let end = 0;
        let rest = '';
        for (const span of findMaskedSpans(text)) {
          expect(span.start).to.be.at.least(end);
          expect(span.end).to.be.greaterThan(span.start);
          rest += text.slice(end, span.start) + span.shown;
          end = span.end;
        }
        expect(maskText(text)).to.equal(rest + text.slice(end));
      }),
      { numRuns: 500 },
    );
  });

  it('takes time in proportion to the text, also for texts made to hurt', () => {
    const hostile = ['1 ', '12-', '@', 'a@', 'a.', '1', '13812345678@', '+', '(', '1X', '62 ', 'a@b.'];
    for (const piece of hostile) {
      const spent = (length: number) => {
        const text = piece.repeat(Math.ceil(length / piece.length));
        const startedNs = process.hrtime.bigint();
        maskText(text);
        return Number(process.hrtime.bigint() - startedNs) / 1e6;
      };
      spent(4_000);
      // A quadratic scan of half a million characters would take minutes; the bound leaves room for a busy machine.
      expect(spent(500_000), JSON.stringify(piece)).to.be.lessThan(5_000);
    }
  });
});
