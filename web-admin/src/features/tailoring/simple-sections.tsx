import { Checkbox, Select, Switch } from 'antd';
import { useState } from 'react';
import { moved, OrderedList } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  MODULES,
  PANEL_CARDS,
  useNavEntries,
  type ModuleName,
  type PanelCard,
} from '../../tailoring/index.ts';
import { SectionFrame, type Draft } from './section-frame.tsx';

/** Parts of the product, each with its switch and what switching it off means. */
export function ModulesSection() {
  const { t } = useI18n();
  return (
    <SectionFrame<Record<ModuleName, boolean>> name="modules" hint={t('modules.hint')}>
      {({ value, change, isReadOnly }) => (
        <ul className="switch-list">
          {MODULES.map((name) => (
            <li key={name}>
              <Switch
                checked={value[name]}
                disabled={isReadOnly}
                aria-labelledby={`module-${name}`}
                onChange={(isOn) => change({ [name]: isOn })}
              />
              <span>
                <strong id={`module-${name}`}>{t(`modules.${name}`)}</strong>
                <span className="soft second-line">{t(`modules.${name}_off`)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </SectionFrame>
  );
}

/** The built-in roles, in the order the console shows them. */
export const ROLES = [
  'agent',
  'supervisor',
  'inspector',
  'editor',
  'officer',
  'system-admin',
  'security-admin',
  'audit-admin',
] as const;
type Menus = Partial<Record<string, { order: string[]; hidden: string[] }>>;
const NEVER_HIDDEN = ['/settings', '/approvals'];

function MenuOfRole({ draft, role }: { draft: Draft<Menus>; role: string }) {
  const { t } = useI18n();
  const entries = useNavEntries();
  const menu = draft.value[role] ?? { order: [], hidden: [] };
  const place = (path: string) => {
    const index = menu.order.indexOf(path);
    return index < 0 ? menu.order.length : index;
  };
  const rows = [...entries].sort((a, b) => place(a.path) - place(b.path));
  const paths = rows.map(({ path }) => path);
  const put = (next: { order: string[]; hidden: string[] }) => draft.change({ [role]: next });
  return (
    <OrderedList
      label={t('menus.of_role')}
      isReadOnly={draft.isReadOnly}
      items={rows.map(({ path, label }) => ({
        key: path,
        name: t(label),
        content: (
          <Checkbox
            checked={!menu.hidden.includes(path)}
            disabled={draft.isReadOnly || NEVER_HIDDEN.includes(path)}
            onChange={(event) =>
              put({
                ...menu,
                hidden: event.target.checked
                  ? menu.hidden.filter((hidden) => hidden !== path)
                  : [...menu.hidden, path],
              })
            }
          >
            {t(label)}
          </Checkbox>
        ),
      }))}
      onMove={(from, to) => put({ ...menu, order: moved(paths, from, to) })}
    />
  );
}

/** The navigation of each role: what is shown, in which order. */
export function MenusSection() {
  const { t } = useI18n();
  const [role, setRole] = useState<string>('agent');
  return (
    <SectionFrame<Menus> name="menus" hint={t('menus.hint')}>
      {(draft) => (
        <>
          <Select
            className="filter-select"
            aria-label={t('menus.role')}
            value={role}
            onChange={setRole}
            options={ROLES.map((name) => ({ value: name as string, label: t(`role.${name}`) }))}
          />
          <MenuOfRole draft={draft} role={role} />
        </>
      )}
    </SectionFrame>
  );
}

/** Cards of the customer panel. */
export function PanelsSection() {
  const { t } = useI18n();
  return (
    <SectionFrame<{ customer: PanelCard[] }> name="panels" hint={t('panels.hint')}>
      {({ value, change, isReadOnly }) => {
        const hidden = PANEL_CARDS.filter((card) => !value.customer.includes(card));
        return (
          <>
            <OrderedList
              label={t('panels.shown')}
              isReadOnly={isReadOnly}
              items={value.customer.map((card) => ({
                key: card,
                name: t(`panels.${card}`),
                content: (
                  <Checkbox
                    checked
                    disabled={isReadOnly || value.customer.length === 1}
                    onChange={() => change({ customer: value.customer.filter((one) => one !== card) })}
                  >
                    {t(`panels.${card}`)}
                  </Checkbox>
                ),
              }))}
              onMove={(from, to) => change({ customer: moved(value.customer, from, to) })}
            />
            {hidden.map((card) => (
              <p key={card}>
                <Checkbox
                  checked={false}
                  disabled={isReadOnly}
                  onChange={() => change({ customer: [...value.customer, card] })}
                >
                  {t(`panels.${card}`)}
                </Checkbox>
              </p>
            ))}
          </>
        );
      }}
    </SectionFrame>
  );
}

interface Region {
  timeZone: string | null;
}

/** Stands for the zone of the server's configuration. */
const CONFIGURED = '';

/** Zones this browser knows; older ones do not tell, and then the one in force is offered. */
function zonesOf(current: string | null): string[] {
  const known = 'supportedValuesOf' in Intl ? Intl.supportedValuesOf('timeZone') : [];
  return current === null || known.includes(current) ? known : [current, ...known];
}

/** The time zone of schedules. */
export function RegionSection() {
  const { t } = useI18n();
  return (
    <SectionFrame<Region> name="region" hint={t('region.hint')}>
      {({ value, change, isReadOnly }) => (
        <>
          <p>
            <label htmlFor="region-zone">{t('region.time_zone')}</label>
          </p>
          <Select
            id="region-zone"
            className="zone-select"
            showSearch
            disabled={isReadOnly}
            value={value.timeZone ?? CONFIGURED}
            onChange={(zone) => change({ timeZone: zone === CONFIGURED ? null : zone })}
            options={[
              { value: CONFIGURED, label: t('region.configured') },
              ...zonesOf(value.timeZone).map((zone) => ({ value: zone, label: zone })),
            ]}
          />
        </>
      )}
    </SectionFrame>
  );
}
