import type { ConnectorModule } from '../connector.ts';
import { toOperation } from '../kit/index.ts';
import { assertHl7Config, HL7_CONFIG_SCHEMA, type Hl7Config } from './hl7v2.config.ts';
import { HL7_PRESETS } from './hl7v2.presets.ts';
import { Hl7Session } from './hl7v2.session.ts';

/** Hospital systems that speak HL7 version 2 over MLLP. */
export const hl7v2Connector: ConnectorModule<Hl7Config> = {
  manifest: {
    id: 'hl7v2',
    version: '1.0.0',
    vendor: 'Vaultdesk',
    kinds: ['his'],
    title: { zh: 'HL7 v2（MLLP）', en: 'HL7 v2 (MLLP)' },
    about: {
      zh: '医院系统的 HL7 2.x 消息：查询患者、就诊，登记与变更；字符集按 MSH-18（含 GB 18030）。',
      en: 'HL7 2.x messages of hospitals: patients, visits, records; the charset of MSH-18, GB 18030 too.',
    },
  },
  configSchema: HL7_CONFIG_SCHEMA,
  // Who may ask is settled by the network and by certificates: HL7 v2 knows no passwords.
  secretSchema: { type: 'object', additionalProperties: false, properties: {} },
  presets: HL7_PRESETS,
  assertConfig: assertHl7Config,
  places: ({ host, port }) => [{ protocol: 'mllp', host: host.toLowerCase(), port }],
  operations: (config) => config.operations.map(toOperation),
  open: (config, io) => new Hl7Session(config, io),
};
