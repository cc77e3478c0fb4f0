import { expect } from 'chai';
import { renderSentence } from './sentence.ts';

describe('the sentence of an entry', () => {
  it('says who did what to whom, in both languages', () => {
    const values = {
      action: 'requester.reveal',
      outcome: 'ok',
      actor: '李四',
      customer: 'q-1',
      fields: ['phone', 'name'],
      reason: 'callback',
    };
    expect(renderSentence(values)).to.deep.equal({
      zh: '李四 查看了客户 q-1 的明文（phone、name），目的：callback',
      en: '李四 revealed phone, name of requester q-1 for callback',
    });
  });

  it('says that an act was refused or failed', () => {
    const { zh, en } = renderSentence({
      action: 'ticket.view',
      outcome: 'refused',
      actor: 'a',
      target: 't-1',
    });
    expect([zh, en]).to.deep.equal(['a 查看工单 t-1（被拒绝）', 'a viewed ticket t-1 (refused)']);
  });

  it('shows what is absent as a dash, and values exactly', () => {
    expect(renderSentence({ action: 'ticket.view', outcome: 'ok', actor: '$& {target}' }).en).to.equal(
      '$& {target} viewed ticket –',
    );
    expect(renderSentence({ action: 'gone.verb', outcome: 'ok', actor: 'a' }).en).to.equal('a gone.verb');
  });
});
