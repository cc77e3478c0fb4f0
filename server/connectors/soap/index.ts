import type { ConnectorModule } from '../connector.ts';
import { HTTP_SECRET_SCHEMA, httpPlaces, toOperation } from '../kit/index.ts';
import { assertSoapConfig, SOAP_CONFIG_SCHEMA, type SoapConfig } from './soap.config.ts';
import { SOAP_PRESETS } from './soap.presets.ts';
import { SoapSession } from './soap.session.ts';

/** Systems with SOAP 1.1 or 1.2: envelopes are declared in settings, values are only ever values. */
export const soapConnector: ConnectorModule<SoapConfig> = {
  manifest: {
    id: 'soap',
    version: '1.0.0',
    vendor: 'Vaultdesk',
    kinds: ['crm', 'erp', 'his', 'core', 'order'],
    title: { zh: 'SOAP 接口', en: 'SOAP' },
    about: {
      zh: 'SOAP 1.1 与 1.2，WS-Security 用户名令牌（摘要、时间戳）；金额保持为十进制文本。',
      en: 'SOAP 1.1 and 1.2 with WS-Security user name tokens (digest, timestamp); money stays a decimal text.',
    },
  },
  configSchema: SOAP_CONFIG_SCHEMA,
  secretSchema: HTTP_SECRET_SCHEMA,
  presets: SOAP_PRESETS,
  assertConfig: assertSoapConfig,
  places: httpPlaces,
  operations: (config) => config.operations.map(toOperation),
  open: (config, io) => new SoapSession(config, io),
};
