import { expect } from 'chai';
import { sentiment } from './index.ts';

describe('sentiment of a message', () => {
  it('tells praise from blame in both languages', () => {
    for (const text of ['服务很好，谢谢', '非常满意'])
      expect(sentiment(text, 'zh').polarity, text).to.be.above(0.3);
    for (const text of ['太差劲了，我很生气', '垃圾软件！！'])
      expect(sentiment(text, 'zh').polarity, text).to.be.below(-0.3);
    expect(sentiment('great and helpful, thank you', 'en').polarity).to.be.above(0.3);
    expect(sentiment('this is ridiculous, worst bank ever', 'en').polarity).to.be.below(-0.3);
  });

  it('turns a negated word round', () => {
    expect(sentiment('一点也不满意', 'zh').polarity).to.be.below(0);
    expect(sentiment('not happy', 'en').polarity).to.be.below(0);
  });

  it('is neutral for a plain question and for nothing', () => {
    expect(sentiment('利率是多少', 'zh')).to.deep.equal({ polarity: 0, urgency: 0 });
    expect(sentiment('', 'en')).to.deep.equal({ polarity: 0, urgency: 0 });
  });

  it('feels hurry apart from mood', () => {
    expect(sentiment('请马上处理，十万火急', 'zh').urgency).to.be.above(0.6);
    expect(sentiment('need this immediately please', 'en').urgency).to.be.above(0.4);
    expect(sentiment('谢谢，不着忙', 'zh').urgency).to.be.below(0.2);
  });

  it('stays within its ranges for a hostile text', () => {
    const { polarity, urgency } = sentiment('垃圾！！马上！！'.repeat(100_000), 'zh');
    expect(polarity).to.be.within(-1, 1);
    expect(urgency).to.be.within(0, 1);
  });
});
