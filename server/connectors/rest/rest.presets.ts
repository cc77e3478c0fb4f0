import type { RestConfig } from './rest.config.ts';

interface Preset {
  id: string;
  title: { zh: string; en: string };
  config: RestConfig;
}

/** Orders of a shop or an ERP, asked by the customer's number. */
const ORDERS: Preset = {
  id: 'orders',
  title: { zh: '订单查询（示例）', en: 'Orders (example)' },
  config: {
    baseUrl: 'https://orders.bank.example/api',
    auth: { kind: 'bearer' },
    checkPath: '/ping',
    operations: [
      {
        name: 'order.list',
        title: { zh: '订单', en: 'Orders' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: true, cacheMs: 30_000 },
        purposes: ['service', 'robot', 'verify'],
        input: {
          customer: { title: { zh: '客户号', en: 'Customer' }, isRequired: true, source: 'external' },
        },
        ...{ method: 'GET', path: '/customers/{customer}/orders', records: '/items', next: '/next' },
        absentStatuses: [404],
        output: {
          number: {
            path: '/number',
            type: 'text',
            class: 'C1',
            isRequired: true,
            title: { zh: '订单号', en: 'Order' },
          },
          state: { path: '/state', type: 'text', class: 'C1', title: { zh: '状态', en: 'State' } },
          amount: { path: '/amount', type: 'money', class: 'C1', title: { zh: '金额', en: 'Amount' } },
          at: { path: '/createdAt', type: 'instant', class: 'C1', title: { zh: '下单时间', en: 'Ordered' } },
        },
      },
    ],
  },
};

/** Parcels by their number: status 200 with a code inside, MD5 over the parameters and the key. */
const PARCELS: Preset = {
  id: 'parcels',
  title: { zh: '快递查询（签名表单）', en: 'Parcel tracking (signed form)' },
  config: {
    baseUrl: 'https://poll.parcels.example',
    auth: {
      ...{ kind: 'signature', digest: 'md5', text: '{param}{secret.signKey}{customer}' },
      ...{ place: 'form', field: 'sign', encoding: 'HEX' },
    },
    checkPath: '/poll/query.do',
    operations: [
      {
        name: 'shipment.track',
        title: { zh: '物流', en: 'Parcel' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: true, cacheMs: 60_000 },
        purposes: ['service', 'robot', 'verify'],
        input: {
          number: {
            title: { zh: '运单号', en: 'Parcel number' },
            isRequired: true,
            pattern: '[A-Za-z0-9-]{6,32}',
          },
          company: {
            title: { zh: '快递公司编码', en: 'Carrier' },
            isRequired: true,
            pattern: '[a-z0-9]{2,30}',
          },
        },
        ...{ method: 'POST', path: '/poll/query.do', records: '/data' },
        form: { customer: 'CUSTOMER', param: '{"com":"{company}","num":"{number}"}' },
        code: { path: '/status', ok: ['200'], absent: ['201', '500'], auth: ['503'], busy: ['601'] },
        output: {
          at: { path: '/ftime', type: 'instant', class: 'C1', title: { zh: '时间', en: 'Time' } },
          state: { path: '/context', type: 'text', class: 'C1', title: { zh: '动态', en: 'Step' } },
        },
      },
    ],
  },
};

/** Settings to begin with. */
export const REST_PRESETS: readonly Preset[] = [ORDERS, PARCELS];
