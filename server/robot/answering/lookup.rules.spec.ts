import { expect } from 'chai';
import { lookupWish, sayLookup } from './lookup.rules.ts';

describe('wishes that another system answers', () => {
  it('are heard in both languages', () => {
    const orders = [
      '我的订单到哪了',
      '我的快递怎么还没到',
      '查一下我的物流',
      'Where is my order?',
      'track my parcel',
    ];
    for (const text of orders) expect(lookupWish(text), text).to.equal('order.list');
    const appointments = ['查询我的预约', '我的挂号是几点', 'When is my appointment?'];
    for (const text of appointments) expect(lookupWish(text), text).to.equal('appointment.list');
  });

  it('are not heard in questions about rules, which knowledge answers', () => {
    const others = ['怎么下订单', '订单可以取消吗', '快递费谁付', 'How do I order a card?', '信用卡年费', ''];
    for (const text of others) expect(lookupWish(text), text).to.equal(undefined);
  });

  it('are answered with what was found, or with what to do', () => {
    const rows = [
      [
        { title: { zh: '订单号', en: 'Order' }, value: 'A-1' },
        { title: { zh: '状态', en: 'State' }, value: '已发货' },
      ],
    ];
    expect(sayLookup({ kind: 'records', rows, isStale: false }, 'zh-CN')).to.equal(
      '为您查到：\n订单号：A-1，状态：已发货',
    );
    expect(sayLookup({ kind: 'records', rows, isStale: true }, 'en'))
      .to.include('Order: A-1, State: 已发货')
      .and.include('earlier');
    expect(sayLookup({ kind: 'records', rows: [], isStale: false }, 'en')).to.equal(
      'There are no records for you.',
    );
    expect(sayLookup({ kind: 'unknown-customer' }, 'zh-CN')).to.include('登录');
    expect(sayLookup({ kind: 'unavailable' }, 'en')).to.include('later');
  });
});
