import { Alert, App, Form, Input, Select } from 'antd';
import { ErrorFace, FormDialog, LoadingFace, ROOT_UNIT_ID, UnitPicker } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useUnit, useUnitActions, useUnitWork, type Unit, type UnitWork } from './organisation-data.ts';
import { kindsUnder, type UnitKind } from './organisation-rules.ts';

const NAME_MAX = 100;
const CODE_MAX = 40;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** What may be done with a unit. */
export type UnitAct = 'create' | 'rename' | 'move' | 'close';

interface DialogProps {
  unit: Unit;
  /** The unit to look at afterwards. */
  onDone: (id: string) => void;
  onClose: () => void;
}

interface UnitForm {
  name: string;
  code: string;
  kind: UnitKind;
}

function UnitFields({ kinds, isKindFixed }: { kinds: readonly UnitKind[]; isKindFixed: boolean }) {
  const { t } = useI18n();
  return (
    <>
      <Form.Item
        name="name"
        label={t('unit.name')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={NAME_MAX} autoFocus autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="code"
        label={t('unit.code')}
        extra={t('unit.code_rule')}
        rules={[{ required: true, pattern: CODE, message: t('unit.code_wrong') }]}
      >
        <Input maxLength={CODE_MAX} autoComplete="off" spellCheck={false} />
      </Form.Item>
      <Form.Item
        name="kind"
        label={t('unit.kind')}
        extra={isKindFixed ? t('unit.kind_fixed') : undefined}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <Select
          disabled={isKindFixed}
          options={kinds.map((value) => ({ value, label: t(`unit.kind.${value}`) }))}
        />
      </Form.Item>
    </>
  );
}

function CreateDialog({ unit, onDone, onClose }: DialogProps) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useUnitActions();
  async function handleSubmit(form: UnitForm): Promise<void> {
    const made = await actions.create({ ...form, parentId: unit.id });
    void message.success(t('unit.created', { name: made.name }));
    onDone(made.id);
  }
  const kinds = kindsUnder(unit.kind);
  return (
    <FormDialog<UnitForm>
      title={t('unit.create_under', { name: unit.name })}
      okText={t('action.create')}
      initialValues={kinds[0] ? { kind: kinds[0] } : {}}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <UnitFields kinds={kinds} isKindFixed={false} />
    </FormDialog>
  );
}

function RenameDialog({ unit, onDone, onClose }: DialogProps) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useUnitActions();
  const parent = useUnit(unit.parentId ?? ROOT_UNIT_ID);
  const isKindFixed = unit.parentId === null || unit.units > 0;
  async function handleSubmit({ name, code, kind }: UnitForm): Promise<void> {
    const body = {
      ...(name === unit.name ? {} : { name }),
      ...(code === unit.code ? {} : { code }),
      ...(kind === unit.kind ? {} : { kind }),
    };
    if (Object.keys(body).length > 0) {
      await actions.rename(unit, body);
      void message.success(t('unit.renamed'));
    }
    onDone(unit.id);
  }
  const { name, code, kind } = unit;
  const allowed = parent.data ? kindsUnder(parent.data.kind) : [];
  return (
    <FormDialog<UnitForm>
      title={`${t('unit.rename')} · ${name}`}
      okText={t('action.save')}
      initialValues={{ name, code, kind }}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <UnitFields kinds={[kind, ...allowed.filter((each) => each !== kind)]} isKindFixed={isKindFixed} />
    </FormDialog>
  );
}

function MoveDialog({ unit, onDone, onClose }: DialogProps) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useUnitActions();
  async function handleSubmit({ parentId }: { parentId: string }): Promise<void> {
    await actions.move(unit, parentId);
    void message.success(t('unit.moved', { name: unit.name }));
    onDone(unit.id);
  }
  return (
    <FormDialog<{ parentId: string }>
      title={`${t('unit.move')} · ${unit.name}`}
      okText={t('unit.move')}
      initialValues={{}}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <p>{t('unit.move_text', { units: unit.units })}</p>
      <Form.Item
        name="parentId"
        label={t('unit.new_parent')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <UnitPicker exceptId={unit.id} />
      </Form.Item>
    </FormDialog>
  );
}

/** People and records that go over, counted now. */
function HandedOver({ work }: { work: UnitWork }) {
  const { t, tMaybe, format } = useI18n();
  const lines = [
    { kind: 'people', count: work.people },
    ...work.records.map(({ kind, count }) => ({ kind, count })),
  ];
  const shown = (count: number) =>
    count >= work.countedMax ? t('unit.work_more', { count: format.number(count) }) : format.number(count);
  return (
    <dl className="facts unit-work">
      {lines.map(({ kind, count }) => (
        <div key={kind}>
          <dt>{tMaybe(`unit.work.${kind}`) ?? kind}</dt>
          <dd>{shown(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function CloseDialog({ unit, onDone, onClose }: DialogProps) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useUnitActions();
  async function handleSubmit({ successorId }: { successorId?: string }): Promise<void> {
    const { people, left } = await actions.close(unit, successorId);
    void message.success(t(left ? 'unit.closed_left' : 'unit.closed', { name: unit.name, people }));
    onDone(successorId ?? unit.parentId ?? ROOT_UNIT_ID);
  }
  const { data: work, error, refetch } = useUnitWork(unit.id);
  const isNeeded = work === undefined || work.people > 0 || work.records.some(({ count }) => count > 0);
  return (
    <FormDialog<{ successorId?: string }>
      title={`${t('unit.close')} · ${unit.name}`}
      okText={t('unit.close')}
      isDanger
      initialValues={{}}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <Alert
        className="dialog-alert"
        type="warning"
        showIcon
        title={t('unit.close_title')}
        description={t('unit.close_text')}
      />
      {error && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {work ? <HandedOver work={work} /> : !error && <LoadingFace />}
      <Form.Item
        name="successorId"
        label={t('unit.successor')}
        extra={isNeeded ? undefined : t('unit.successor_rule')}
        rules={isNeeded ? [{ required: true, message: t('field.required') }] : []}
      >
        <UnitPicker exceptId={unit.id} isClearable={!isNeeded} />
      </Form.Item>
    </FormDialog>
  );
}

const DIALOGS = { create: CreateDialog, rename: RenameDialog, move: MoveDialog, close: CloseDialog };

/** The dialog of an act on a unit. */
export function UnitDialog({ act, ...props }: DialogProps & { act: UnitAct }) {
  const Dialog = DIALOGS[act];
  return <Dialog {...props} />;
}
