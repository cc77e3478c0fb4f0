import { expect } from 'chai';
import { findDocument, indexDocuments } from './index.ts';

const DOCUMENTS = [
  {
    docid: 'pension',
    text: '城乡居民养老保险办理指南 一、参保条件。年满16周岁的居民可以参保。二、缴费标准。每年缴费200元至5000元，分为九个档次。三、领取条件。年满60周岁、累计缴费满15年的，可以按月领取养老金。',
  },
  {
    docid: 'fund',
    text: '住房公积金提取管理办法 职工购买自住住房的，可以提取公积金账户余额。租房提取每月不超过1500元。提取申请应当自受理之日起三个工作日内办结。',
  },
  {
    docid: 'tax',
    text: '小规模纳税人减税公告 月销售额10万元以下的，免征增值税。纳税人可以通过电子税务局申报。',
  },
];

describe('documents', () => {
  const index = indexDocuments(DOCUMENTS);

  const asked: [string, string, string][] = [
    ['养老保险要缴费多少年才能领取？', 'pension', '累计缴费满15年'],
    ['租房可以提取多少公积金', 'fund', '1500元'],
    ['销售额多少以下免征增值税？', 'tax', '10万元以下'],
    ['租房可以提取多少公積金', 'fund', '1500元'],
  ];
  for (const [question, docid, piece] of asked) {
    it(`finds ${docid} and the piece that answers: ${question}`, () => {
      const found = findDocument(index, question);
      expect(found?.docid).to.equal(docid);
      expect(found?.span).to.contain(piece);
    });
  }

  it('quotes word for word, whatever the width and case of the source', () => {
    const text = 'ＡＴＭ取款须知　每日限额为２万元。Please keep the RECEIPT.';
    const found = findDocument(indexDocuments([{ docid: 'a', text }]), 'atm每日取款限额');
    expect(text).to.contain(found!.span);
  });

  it('finds nothing where nothing is shared, and in no documents at all', () => {
    expect(findDocument(index, 'xyzzy')).to.equal(undefined);
    expect(findDocument(index, '')).to.equal(undefined);
    expect(findDocument(indexDocuments([]), '养老金')).to.equal(undefined);
    expect(findDocument(indexDocuments([{ docid: 'a', text: '' }]), '养老金')).to.equal(undefined);
  });

  it('reads a hostile question and a huge document in bounded time', () => {
    const large = indexDocuments([{ docid: 'large', text: '养老保险缴费。'.repeat(200_000) }]);
    const startedAt = performance.now();
    const found = findDocument(large, '养老'.repeat(2_000_000));
    expect(found?.docid).to.equal('large');
    expect(performance.now() - startedAt).to.be.below(5_000);
  });

  it('answers the same twice', () => {
    expect(findDocument(index, '公积金')).to.deep.equal(findDocument(index, '公积金'));
  });
});
