import type { ConnectorModule } from '../connector.ts';
import { HTTP_SECRET_SCHEMA, httpPlaces, toOperation } from '../kit/index.ts';
import { assertRestConfig, REST_CONFIG_SCHEMA, type RestConfig } from './rest.config.ts';
import { REST_PRESETS } from './rest.presets.ts';
import { RestSession } from './rest.session.ts';

/** Systems with JSON over HTTP: everything is said in settings. */
export const restConnector: ConnectorModule<RestConfig> = {
  manifest: {
    id: 'rest',
    version: '1.0.0',
    vendor: 'Vaultdesk',
    kinds: ['crm', 'erp', 'core', 'order', 'warehouse', 'logistics'],
    title: { zh: 'REST 接口', en: 'REST' },
    about: {
      zh: 'HTTP 上的 JSON 接口：字段映射、签名、分页都在设置中声明。',
      en: 'JSON over HTTP: mappings, signatures, and pages are declared in the settings.',
    },
  },
  configSchema: REST_CONFIG_SCHEMA,
  secretSchema: HTTP_SECRET_SCHEMA,
  presets: REST_PRESETS,
  assertConfig: assertRestConfig,
  places: httpPlaces,
  operations: (config) => config.operations.map(toOperation),
  open: (config, io) => new RestSession(config, io),
};
