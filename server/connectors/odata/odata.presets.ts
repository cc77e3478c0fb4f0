import type { ODataConfig } from './odata.config.ts';

interface Preset {
  id: string;
  title: { zh: string; en: string };
  config: ODataConfig;
}

const PURPOSES = ['service', 'robot', 'verify'] as const;

/** Partners and sales orders of an SAP gateway, version 2, by the customer's number. */
const SAP_PARTNER: Preset = {
  id: 'sap-business-partner',
  title: { zh: 'SAP 业务伙伴（V2）', en: 'SAP business partner (V2)' },
  config: {
    baseUrl: 'https://sap.bank.example/sap/opu/odata/sap/API_BUSINESS_PARTNER',
    version: '2',
    auth: { kind: 'basic', user: 'VAULTDESK' },
    sapClient: '100',
    hasCsrf: true,
    operations: [
      {
        name: 'customer.find',
        title: { zh: '业务伙伴', en: 'Business partner' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: false, cacheMs: 60_000 },
        purposes: [...PURPOSES],
        input: {
          customer: { title: { zh: '客户号', en: 'Customer' }, isRequired: true, source: 'external' },
        },
        entitySet: 'A_BusinessPartner',
        key: { BusinessPartner: { input: 'customer', type: 'string' } },
        select: ['BusinessPartner', 'BusinessPartnerFullName', 'CreationDate', 'BusinessPartnerIsBlocked'],
        output: {
          number: {
            ...{ path: '/BusinessPartner', type: 'text', class: 'C1', isRequired: true },
            title: { zh: '编号', en: 'Number' },
          },
          name: {
            ...{ path: '/BusinessPartnerFullName', type: 'text', class: 'C2', mask: 'name' },
            title: { zh: '名称', en: 'Name' },
          },
          since: {
            ...{ path: '/CreationDate', type: 'date', class: 'C1' },
            title: { zh: '建档日期', en: 'Since' },
          },
          isBlocked: {
            ...{ path: '/BusinessPartnerIsBlocked', type: 'flag', class: 'C1' },
            title: { zh: '已冻结', en: 'Blocked' },
          },
        },
      },
    ],
  },
};

/** Cases of a CRM with the Web API of Dynamics, version 4: asked for, and opened from a ticket. */
const CRM_CASES: Preset = {
  id: 'dynamics-cases',
  title: { zh: 'Dynamics 365 服务案例（V4）', en: 'Dynamics 365 cases (V4)' },
  config: {
    baseUrl: 'https://crm.bank.example/api/data/v9.2',
    version: '4',
    auth: {
      ...{ kind: 'client-credentials', clientId: 'vaultdesk' },
      ...{
        tokenUrl: 'https://login.bank.example/adfs/oauth2/token',
        scope: 'https://crm.bank.example/.default',
      },
    },
    operations: [
      {
        name: 'ticket.status',
        title: { zh: '案例状态', en: 'Case' },
        ...{ isReadOnly: true, idempotency: 'natural', isMany: false, cacheMs: 10_000 },
        purposes: ['service', 'ticket', 'verify'],
        input: {
          number: { title: { zh: '工单号', en: 'Ticket' }, isRequired: true, source: 'ticketNumber' },
        },
        ...{ entitySet: 'incidents', select: ['ticketnumber', 'statuscode', 'modifiedon'], top: 1 },
        filter: [{ field: 'vd_ticket', operator: 'eq', input: 'number', type: 'string' }],
        output: {
          reference: {
            ...{ path: '/ticketnumber', type: 'text', class: 'C1', isRequired: true },
            title: { zh: '案例号', en: 'Case' },
          },
          state: {
            ...{ path: '/statuscode', type: 'text', class: 'C1' },
            title: { zh: '状态', en: 'State' },
            values: { '1': '处理中', '2': '挂起', '5': '已解决', '6': '已取消' },
          },
          at: {
            ...{ path: '/modifiedon', type: 'instant', class: 'C1' },
            title: { zh: '更新时间', en: 'Changed' },
          },
        },
      },
      {
        name: 'ticket.create',
        title: { zh: '建立案例', en: 'Open a case' },
        ...{ isReadOnly: false, idempotency: 'key', isMany: false },
        purposes: ['ticket', 'verify'],
        input: {
          number: { title: { zh: '工单号', en: 'Ticket' }, isRequired: true, source: 'ticketNumber' },
          subject: { title: { zh: '主题', en: 'Subject' }, isRequired: true, source: 'subject' },
          description: { title: { zh: '描述', en: 'Description' }, source: 'description' },
        },
        ...{ entitySet: 'incidents', method: 'POST', keyField: 'vd_key', reference: '/ticketnumber' },
        fields: {
          vd_ticket: { input: 'number', type: 'string' },
          title: { input: 'subject', type: 'string' },
          description: { input: 'description', type: 'string' },
        },
        output: {
          reference: {
            ...{ path: '/ticketnumber', type: 'text', class: 'C1' },
            title: { zh: '案例号', en: 'Case' },
          },
        },
      },
    ],
  },
};

/** Settings to begin with. */
export const ODATA_PRESETS: readonly Preset[] = [SAP_PARTNER, CRM_CASES];
