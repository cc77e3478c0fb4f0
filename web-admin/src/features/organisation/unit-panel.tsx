import { Alert, Button } from 'antd';
import { useCan } from '../../auth/index.ts';
import { ErrorFace, LoadingFace } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useUnit, type Unit } from './organisation-data.ts';
import { kindsUnder } from './organisation-rules.ts';
import type { UnitAct } from './unit-dialogs.tsx';

function Tools({ unit, onAct }: { unit: Unit; onAct: (act: UnitAct) => void }) {
  const { t } = useI18n();
  const isRoot = unit.parentId === null;
  const hasUnits = unit.units > 0;
  return (
    <>
      <div className="page-tools">
        {kindsUnder(unit.kind).length > 0 && (
          <Button type="primary" onClick={() => onAct('create')}>
            {t('unit.create')}
          </Button>
        )}
        <Button onClick={() => onAct('rename')}>{t('unit.rename')}</Button>
        {!isRoot && <Button onClick={() => onAct('move')}>{t('unit.move')}</Button>}
        {!isRoot && (
          <Button danger disabled={hasUnits} onClick={() => onAct('close')}>
            {t('unit.close')}
          </Button>
        )}
      </div>
      {!isRoot && hasUnits && <p className="soft">{t('unit.close_has_units')}</p>}
    </>
  );
}

/** One unit: what it is, who works there, and what may be done with it. */
export function UnitPanel({ id, onAct }: { id: string; onAct: (act: UnitAct, unit: Unit) => void }) {
  const { t } = useI18n();
  const can = useCan();
  const { data: unit, error, refetch } = useUnit(id);
  if (error) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!unit) return <LoadingFace />;
  const facts = [
    [t('unit.kind'), t(`unit.kind.${unit.kind}`)],
    [t('unit.code'), unit.code],
    [t('unit.path'), unit.path.map(({ name }) => name).join(' / ')],
    [t('unit.people'), unit.people],
    [t('unit.units'), unit.units],
  ];
  return (
    <>
      <h2 className="unit-name">{unit.name}</h2>
      {unit.state !== 'active' && (
        <Alert className="dialog-alert" type="warning" showIcon title={t(`unit.state.${unit.state}`)} />
      )}
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {can('unit:write') && unit.state === 'active' && (
        <Tools unit={unit} onAct={(act) => onAct(act, unit)} />
      )}
    </>
  );
}
