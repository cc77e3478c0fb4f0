import { Alert, Button, Descriptions, Drawer, Input, Space, Table, Tabs } from 'antd';
import { useState, type ReactNode } from 'react';
import { toApiError, type ApiError } from '../../api/index.ts';
import { CopyButton, ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useRoleName } from '../../roles/index.ts';
import { NEAR_DAYS, useIdpActs, type Idp, type IdpCertificate, type Tried } from './idp-data.ts';

const DRAWER_WIDTH = 860;
const PASTED_ROWS = 10;

function DaysLeft({ certificate }: { certificate: IdpCertificate }) {
  const { t } = useI18n();
  if (!certificate.isInForce) return <span className="state-mark idp-ended">{t('idp.cert_ended')}</span>;
  const tone = certificate.daysLeft <= NEAR_DAYS ? 'idp-near' : 'idp-live';
  return (
    <span className={`state-mark ${tone}`}>
      {certificate.daysLeft === 0 ? t('idp.cert_today') : t('idp.cert_days', { days: certificate.daysLeft })}
    </span>
  );
}

function Certificates({ idp }: { idp: Idp }) {
  const { t, format } = useI18n();
  return (
    <Table<IdpCertificate>
      rowKey="fingerprint"
      size="small"
      pagination={false}
      dataSource={idp.certificates}
      columns={[
        {
          title: t('idp.fingerprint'),
          render: (_value, { fingerprint }) => <code className="idp-code">{fingerprint}</code>,
        },
        {
          title: t('idp.cert_until'),
          width: 190,
          render: (_value, certificate) => (
            <>
              <DaysLeft certificate={certificate} />
              <span className="soft second-line">{format.dateTime(certificate.notAfter)}</span>
            </>
          ),
        },
      ]}
    />
  );
}

/** What the operator of the identity provider has to be told. */
function Ours({ idp }: { idp: Idp }) {
  const { t } = useI18n();
  const base = `${window.location.origin}/sso/${idp.id}`;
  const rows = [
    ['idp.our_entity', `${base}/metadata`],
    ['idp.our_acs', `${base}/acs`],
    ['idp.our_slo', `${base}/slo`],
  ] as const;
  return (
    <>
      <p className="soft">{t('idp.ours_hint')}</p>
      {rows.map(([label, value]) => (
        <p key={label} className="idp-address">
          <span>{t(label)}</span>
          <code className="idp-code">{value}</code>
          <CopyButton text={value} />
        </p>
      ))}
    </>
  );
}

function Facts({ idp }: { idp: Idp }) {
  const { t, tMaybe, format, locale } = useI18n();
  const nameOf = useRoleName();
  const comma = locale === 'en' ? ', ' : '、';
  const { map } = idp;
  const rules = map.roles.map(({ group, role, unit, skillGroups }) => (
    <li key={`${group}/${role}/${unit ?? ''}`}>
      <code>{group}</code> → {nameOf(role)}
      {unit && ` · ${unit}`}
      {skillGroups && ` · ${skillGroups.join(comma)}`}
    </li>
  ));
  const items = [
    { key: 'entity', label: t('idp.entity'), children: <code className="idp-code">{idp.entityId}</code> },
    { key: 'address', label: t('idp.address'), children: <code className="idp-code">{idp.ssoUrl}</code> },
    {
      key: 'metadata',
      label: t('idp.metadata'),
      children:
        idp.metadataUrl === null ? (
          t('idp.source.file')
        ) : (
          <>
            <code className="idp-code">{idp.metadataUrl}</code>
            <span className="soft second-line">
              {t(idp.isMetadataSigned ? 'idp.metadata_signed' : 'idp.metadata_unsigned')}
              {idp.fetchedAt && ` · ${format.dateTime(idp.fetchedAt)}`}
              {` · ${t('idp.every_hours', { hours: map.refreshHours })}`}
            </span>
            {idp.fetchFault && (
              <Alert
                type="warning"
                showIcon
                title={t('idp.fetch_failed', { fault: tMaybe(`error.${idp.fetchFault}`) ?? idp.fetchFault })}
              />
            )}
          </>
        ),
    },
    {
      key: 'attributes',
      label: t('idp.attributes'),
      children: Object.entries(map.attributes)
        .map(([name, source]) => `${tMaybe(`idp.attribute.${name}`) ?? name}: ${source}`)
        .join(' · '),
    },
    { key: 'rules', label: t('idp.rules'), children: <ul className="idp-list">{rules}</ul> },
    { key: 'policy', label: t('idp.policy'), children: t(`idp.policy.${map.signPolicy}`) },
  ];
  return (
    <>
      {idp.grantsAdministrator && <Alert type="warning" showIcon title={t('idp.grants_administrator')} />}
      <Descriptions column={1} size="small" items={items} />
    </>
  );
}

function Result({ tried }: { tried: Tried }) {
  const { t, tMaybe, locale } = useI18n();
  const nameOf = useRoleName();
  const comma = locale === 'en' ? ', ' : '、';
  const list = (values: readonly string[] | undefined) =>
    values && values.length > 0 ? values.join(comma) : '—';
  const prints = (values: readonly string[]) =>
    values.length === 0
      ? '—'
      : values.map((value) => (
          <code key={value} className="idp-print">
            {value}
          </code>
        ));
  // To the second, and in one zone: what counts is the difference.
  const clock = (at: string | null) => (at === null ? '—' : <code>{at}</code>);
  const { clocks, fingerprints } = tried;
  const items = [
    { key: 'nameId', label: 'NameID', children: <code className="idp-code">{tried.nameId}</code> },
    { key: 'username', label: t('idp.attribute.username'), children: tried.username ?? '—' },
    { key: 'name', label: t('idp.attribute.displayName'), children: tried.displayName ?? '—' },
    { key: 'groups', label: t('idp.attribute.groups'), children: list(tried.groups) },
    { key: 'roles', label: t('idp.rule.role'), children: list(tried.roles?.map(nameOf)) },
    { key: 'unit', label: t('idp.rule.unit'), children: tried.unit ?? '—' },
    { key: 'skills', label: t('idp.rule.skill_groups'), children: list(tried.skillGroups) },
    { key: 'attributes', label: t('idp.attributes_found'), children: list(tried.attributes) },
    { key: 'clock', label: t('idp.clock_idp'), children: clock(clocks.idp) },
    { key: 'here', label: t('idp.clock_here'), children: clock(clocks.here) },
    { key: 'tried', label: t('idp.fingerprints_tried'), children: prints(fingerprints.tried) },
    { key: 'named', label: t('idp.fingerprints_named'), children: prints(fingerprints.named) },
    {
      key: 'verified',
      label: t('idp.fingerprint_verified'),
      children: prints(fingerprints.verified === null ? [] : [fingerprints.verified]),
    },
  ];
  const isGood = tried.code === undefined;
  const text = isGood ? t('idp.try_good') : (tMaybe(`idp.code.${tried.code}`) ?? tried.code);
  return (
    <>
      <Alert
        type={isGood ? 'success' : 'warning'}
        showIcon
        title={text}
        description={isGood ? undefined : <code>{`${tried.code}: ${tried.why}`}</code>}
      />
      <Descriptions className="idp-result" column={1} size="small" bordered items={items} />
    </>
  );
}

/** Shows what the map would make of an assertion that somebody pasted. Nobody is signed in by it. */
function Tester({ idp }: { idp: Idp }) {
  const { t } = useI18n();
  const acts = useIdpActs();
  const [text, setText] = useState('');
  const [tried, setTried] = useState<Tried>();
  const [error, setError] = useState<ApiError | null>(null);
  async function handleTry(): Promise<void> {
    setError(null);
    setTried(undefined);
    try {
      setTried(await acts.tryMap(idp.id, text));
    } catch (thrown) {
      setError(toApiError(thrown));
    }
  }
  const faults = error?.details['faults'];
  return (
    <div className="idp-tester">
      <p className="soft">{t('idp.try_hint')}</p>
      <Input.TextArea
        className="idp-code"
        aria-label={t('idp.try_paste')}
        placeholder={t('idp.try_paste')}
        rows={PASTED_ROWS}
        value={text}
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
      />
      <Space>
        <Button type="primary" disabled={text.trim() === ''} onClick={() => void handleTry()}>
          {t('idp.try')}
        </Button>
      </Space>
      {error && (
        <Alert
          type="error"
          showIcon
          title={<ProblemText error={error} />}
          description={typeof faults === 'string' ? <code>{faults}</code> : undefined}
        />
      )}
      {tried && <Result tried={tried} />}
    </div>
  );
}

/** Everything about one identity provider, and its map tried on an assertion. */
export function IdpDrawer({ idp, acts, onClose }: { idp: Idp; acts: ReactNode; onClose: () => void }) {
  const { t } = useI18n();
  const items = [
    { key: 'facts', label: t('idp.tab.facts'), children: <Facts idp={idp} /> },
    { key: 'certificates', label: t('idp.tab.certificates'), children: <Certificates idp={idp} /> },
    { key: 'ours', label: t('idp.tab.ours'), children: <Ours idp={idp} /> },
    { key: 'try', label: t('idp.tab.try'), children: <Tester idp={idp} /> },
  ];
  return (
    <Drawer open size={DRAWER_WIDTH} title={t('idp.drawer', { id: idp.id })} onClose={onClose}>
      <p>
        <span className={`state-mark idp-${idp.state}`}>{t(`idp.state.${idp.state}`)}</span>
      </p>
      {acts}
      <Tabs items={items} />
    </Drawer>
  );
}
