import type { SoapConfig } from './soap.config.ts';

/** Accounts of a core system behind a service bus: a header with the serial number, a code in the answer. */
const ACCOUNTS: { id: string; title: { zh: string; en: string }; config: SoapConfig } = {
  id: 'accounts',
  title: { zh: '账户查询（示例）', en: 'Accounts (example)' },
  config: {
    baseUrl: 'https://esb.bank.example/services/account',
    auth: { kind: 'none' },
    ...{ version: '1.1', security: 'digest', user: 'vaultdesk' },
    check: { action: 'urn:bank:account:ping', body: '<a:ping xmlns:a="urn:bank:account"/>' },
    operations: [
      {
        name: 'account.list',
        title: { zh: '账户', en: 'Accounts' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: true, cacheMs: 30_000 },
        purposes: ['service', 'verify'],
        input: {
          customer: { title: { zh: '客户号', en: 'Customer' }, ...{ isRequired: true, source: 'external' } },
        },
        action: 'urn:bank:account:list',
        body: '<a:list xmlns:a="urn:bank:account"><a:serial>{correlation}</a:serial><a:customer>{customer}</a:customer></a:list>',
        code: { path: 'listResponse.code', ok: ['0000'], absent: ['1001'], auth: ['9001'], busy: ['9009'] },
        records: 'listResponse.account',
        output: {
          number: {
            path: 'number',
            ...{ type: 'text', class: 'C2', mask: 'card', isRequired: true },
            title: { zh: '账号', en: 'Account' },
          },
          kind: {
            path: 'kind',
            ...{ type: 'text', class: 'C1', title: { zh: '种类', en: 'Kind' } },
            values: { '1': '活期', '2': '定期' },
          },
          balance: {
            path: 'balance',
            ...{ type: 'money', class: 'C2', mask: 'amount', title: { zh: '余额', en: 'Balance' } },
          },
          state: { path: 'state', type: 'text', class: 'C1', title: { zh: '状态', en: 'State' } },
        },
      },
    ],
  },
};

/** Settings to begin with. */
export const SOAP_PRESETS = [ACCOUNTS] as const;
