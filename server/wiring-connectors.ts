import type { Wire } from './connectors/connector.ts';
import { CONNECTORS } from './connectors/index.ts';
import type { ConnectorNotice, HostPorts, WayOut } from './connectors/host/index.ts';
import type { Services } from './compose-services.ts';
import type { Foundation } from './foundation.ts';
import {
  certificateEnd,
  digestOf,
  hmacOf,
  maskCard,
  maskEmail,
  maskIdNumber,
  maskName,
  maskPhone,
  signJwt,
} from './platform/crypto/index.ts';
import { selectRows, type Egress, type EgressRuleService, type EgressUse } from './platform/egress/index.ts';
import { registerTemplates } from './platform/notify/index.ts';
import { randomRatio } from './wiring.ts';

const HIDDEN = '****';
/** Keyed hash of what was asked, to find it again. */
const ASKED = 'connector.asked';

/** Tells of changed connectors, by their ids. */
export const CONNECTOR_CHANGED = 'connector.changed';

/** What a part of the rules knows a connector by. */
const ownerOf = (connectorId: string) => `connector:${connectorId}`;
const useOf = (connectorId: string, protocol: EgressUse['protocol']): EgressUse => ({
  owner: ownerOf(connectorId),
  protocol,
});

/** What the host of connectors is handed. */
export function connectorPorts(
  foundation: Pick<Foundation, 'uow' | 'clock' | 'ids' | 'crypto' | 'log'> & {
    bus: Pick<Foundation['bus'], 'publish'>;
  },
  services: Pick<Services, 'egress' | 'egressRules'> & Partial<Pick<Services, 'notify'>>,
  modules: HostPorts['modules'] = CONNECTORS,
): HostPorts {
  const { uow, clock, ids, crypto, log } = foundation;
  const cell = (column: string, rowId: string) => ({ table: 'connector_secret', column, rowId });
  const writeCell = (rowId: string) => ({ table: 'connector_write', column: 'input_enc', rowId });
  return {
    ...{ uow, clock, ids, log, modules, certificateEnd },
    out: wayOut(services.egress),
    places: placesOf(services.egressRules),
    secrets: {
      seal: (rowId, column, text) => crypto.installation.seal(cell(column, rowId), text),
      open: (rowId, column, envelope) => crypto.open(cell(column, rowId), envelope),
      sealFor: async (dekId, rowId, text) => (await crypto.dek(dekId)).seal(writeCell(rowId), text),
      openWrite: (rowId, envelope) => crypto.open(writeCell(rowId), envelope),
    },
    masks: (kind, value) => MASKS[kind](value),
    crypto: { hmac: hmacOf, digest: digestOf, signJwt },
    keyedHash: (text) => crypto.blindIndex(ASKED, text),
    random: randomRatio,
    announce: (tx, connectorId) => foundation.bus.publish(tx, CONNECTOR_CHANGED, [connectorId]),
    notify: (tx, notice) => tell(services, tx, notice),
  };
}

const MASKS: Record<Parameters<HostPorts['masks']>[0], (value: string) => string> = {
  phone: maskPhone,
  card: maskCard,
  idNumber: maskIdNumber,
  name: maskName,
  email: maskEmail,
  amount: () => HIDDEN,
  all: () => HIDDEN,
};

function wayOut(egress: Egress): WayOut {
  return {
    http: (connectorId, { protocol, ...call }, bounds) =>
      egress.request(useOf(connectorId, protocol), { ...call, ...bounds }),
    async connect(connectorId, { protocol, tls, host, port }, bounds) {
      const target = { host, port, ...(tls === undefined ? {} : { tls }) };
      return (await egress.connect(useOf(connectorId, protocol), target, bounds)) as Wire;
    },
    select(connectorId, { isTls, ...query }, tls, bounds) {
      const asked = { ...query, ...bounds, ...(isTls ? { tls } : {}) };
      return selectRows(egress, useOf(connectorId, 'database'), asked);
    },
  };
}

function placesOf(rules: EgressRuleService): HostPorts['places'] {
  const isOpen: HostPorts['places']['isOpen'] = async (connectorId, { protocol, host, port }) =>
    (await rules.find(useOf(connectorId, protocol), { host, port })) !== undefined;
  return {
    isOpen,
    async ask(tx, { connectorId, reason, ...place }) {
      // What config.yaml opens needs no second person.
      if (await isOpen(connectorId, place)) return;
      await rules.ask(tx, { owner: ownerOf(connectorId), reason, ...place });
    },
    close: (tx, connectorId) => rules.removeOwner(tx, ownerOf(connectorId)),
  };
}

/** Whoever runs connectors is told of a certificate that ends and of answers that changed. */
async function tell(
  { notify }: Partial<Pick<Services, 'notify'>>,
  tx: Parameters<HostPorts['notify']>[0],
  { kind, connectorId, name }: ConnectorNotice,
): Promise<void> {
  await notify?.send(tx, {
    ...{ kind: `connector.${kind}`, severity: 'warning', to: { permission: 'connector:write' } },
    ...{ params: { name }, link: '/connectors', key: `connector.${kind}/${connectorId}` },
  });
}

registerTemplates({
  'connector.certificate': {
    zh: { title: '连接器证书即将到期', body: '连接器“{name}”的客户端证书将在 30 天内到期，请更换。' },
    en: {
      title: 'A connector’s certificate ends soon',
      body: 'The client certificate of connector {name} ends within 30 days. Replace it.',
    },
  },
  'connector.drift': {
    zh: {
      title: '对方系统的数据结构变了',
      body: '连接器“{name}”收到的数据与约定不符，请在“连接器”页面查看字段。',
    },
    en: {
      title: 'A system’s answers have changed',
      body: 'What connector {name} receives is not what was agreed. See the fields on the page Connectors.',
    },
  },
});
