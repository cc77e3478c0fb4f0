import type { ConnectorModule } from '../connector.ts';
import { toOperation } from '../kit/index.ts';
import { assertIsoConfig, ISO_CONFIG_SCHEMA, type IsoConfig } from './iso8583.config.ts';
import { IsoSession } from './iso8583.session.ts';

/** Card hosts that speak ISO 8583, for enquiries alone: what could move money is refused when it is entered. */
export const iso8583Connector: ConnectorModule<IsoConfig> = {
  manifest: {
    id: 'iso8583',
    version: '1.0.0',
    vendor: 'Vaultdesk',
    kinds: ['core'],
    title: { zh: 'ISO 8583（仅查询）', en: 'ISO 8583 (enquiry only)' },
    about: {
      zh: '余额等查询（处理码 3 开头）与网络管理；ASCII 或 BCD，域格式可声明；任何动账报文都不能配置。',
      en: 'Enquiries (processing codes from 30) and network management; ASCII or BCD, declared fields; nothing that moves money.',
    },
  },
  configSchema: ISO_CONFIG_SCHEMA,
  // Hosts know their peers by the line and by certificates; keys of PINs and MACs do not belong into a service desk.
  secretSchema: { type: 'object', additionalProperties: false, properties: {} },
  presets: [
    {
      id: 'balance',
      title: { zh: '余额查询（示例）', en: 'Balance enquiry (example)' },
      config: {
        ...{ host: 'cards.bank.example', port: 8583, isTls: true, utcOffset: '+0800', forms: {} },
        ...{ lengthBytes: 2, lengthForm: 'binary', isLengthInclusive: false, header: '' },
        ...{ digits: 'ascii', oddSide: 'left', bitmap: 'binary', charset: 'latin1' },
        operations: [
          {
            name: 'account.list',
            title: { zh: '卡余额', en: 'Card balance' },
            ...{ isReadOnly: true, idempotency: 'natural', isMany: false },
            purposes: ['service', 'verify'],
            input: {
              card: {
                title: { zh: '卡号', en: 'Card' },
                ...{ isRequired: true, source: 'external', pattern: '\\d{12,19}' },
              },
            },
            mti: '0200',
            fields: { 2: '{card}', 3: '310000', 22: '012', 25: '00', 41: 'VDESK001', 49: '156' },
            output: {
              number: {
                path: 'f2',
                ...{ type: 'text', class: 'C2', mask: 'card', title: { zh: '卡号', en: 'Card' } },
              },
              balance: {
                path: "balances.where(kind='02').amount",
                ...{ type: 'money', class: 'C2', mask: 'amount', title: { zh: '可用余额', en: 'Available' } },
              },
              code: { path: 'f39', type: 'text', class: 'C1', title: { zh: '应答码', en: 'Answer' } },
            },
          },
        ],
      },
    },
  ],
  assertConfig: assertIsoConfig,
  places: ({ host, port }) => [{ protocol: 'tcp', host: host.toLowerCase(), port }],
  operations: (config) => config.operations.map(toOperation),
  open: (config, io) => new IsoSession(config, io),
};
