import { ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, App, Button, Form, Input, Table, Tag, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { ApiError } from '../../api/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, FormDialog, LoadMore, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ImportDialog } from './import-dialog.tsx';
import {
  csvOf,
  useStaffActs,
  useStaffList,
  useStaffTotals,
  type StaffEntry,
  type StaffForm,
} from './staff-data.ts';

const TYPED_MAX = 1_000;
const USERNAME_MAX = 100;

function EntryDialog({ onClose }: { onClose: () => void }) {
  const { t, tMaybe } = useI18n();
  const { message } = App.useApp();
  const { check, apply } = useStaffActs();
  async function handleSubmit(form: StaffForm): Promise<void> {
    const file = new Blob([csvOf(form)]);
    const { faults: found } = await check(file);
    const texts = found.map(({ code }) => tMaybe(`staff.fault.${code}`) ?? code);
    if (texts.length > 0) throw new ApiError({ status: 0, code: 'staff.entry', message: texts.join(' · ') });
    await apply(file);
    void message.success(t('staff.saved'));
    onClose();
  }
  return (
    <FormDialog<StaffForm>
      title={t('staff.add')}
      okText={t('staff.save')}
      initialValues={{}}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <p>{t('staff.add_hint')}</p>
      <Form.Item
        name="username"
        label={t('staff.username')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={USERNAME_MAX} autoComplete="off" autoFocus />
      </Form.Item>
      <Form.Item name="phone" label={t('staff.phones')}>
        <Input maxLength={TYPED_MAX} autoComplete="off" />
      </Form.Item>
      <Form.Item name="idNumber" label={t('staff.id_numbers')}>
        <Input maxLength={TYPED_MAX} autoComplete="off" />
      </Form.Item>
      <Form.Item name="customerNumber" label={t('staff.customer_numbers')}>
        <Input maxLength={TYPED_MAX} autoComplete="off" />
      </Form.Item>
    </FormDialog>
  );
}

function useColumns(onRemove: (entry: StaffEntry) => void): TableColumnsType<StaffEntry> {
  const { t, format } = useI18n();
  const count = (value: number) => format.number(value);
  return [
    {
      title: t('staff.account'),
      render: (_value, { name, staleCount }) => (
        <>
          {name} {staleCount > 0 && <Tag color="error">{t('staff.stale', { count: staleCount })}</Tag>}
        </>
      ),
    },
    { title: t('staff.phones'), dataIndex: 'phoneCount', align: 'right', render: count },
    { title: t('staff.id_numbers'), dataIndex: 'idNumberCount', align: 'right', render: count },
    { title: t('staff.customer_numbers'), dataIndex: 'customerNumberCount', align: 'right', render: count },
    {
      title: t('staff.changed'),
      dataIndex: 'changedAt',
      width: 180,
      responsive: ['md'],
      render: (at: string) => <time dateTime={at}>{format.dateTime(at)}</time>,
    },
    {
      title: '',
      align: 'right',
      render: (_value, entry) => (
        <Button type="link" danger onClick={() => onRemove(entry)}>
          {t('staff.remove')}
        </Button>
      ),
    },
  ];
}

function Totals() {
  const { t, format } = useI18n();
  const { data } = useStaffTotals();
  if (!data) return null;
  const [accounts, numbers] = [format.number(data.accountCount), format.number(data.numberCount)];
  return (
    <>
      <p className="soft">{t('staff.totals', { accounts, numbers })}</p>
      {data.staleCount > 0 && (
        <Alert
          className="dialog-alert"
          type="warning"
          showIcon
          title={t('staff.stale_alert', { count: format.number(data.staleCount) })}
        />
      )}
    </>
  );
}

/** The security administrator's list of who on the staff is a customer too. */
export default function StaffListPage() {
  const { t } = useI18n();
  const list = useStaffList();
  const { remove } = useStaffActs();
  const [open, setOpen] = useState<'entry' | 'import'>();
  const [removing, setRemoving] = useState<StaffEntry>();
  const columns = useColumns(setRemoving);
  return (
    <Page
      title={t('staff.title')}
      tools={
        <>
          <Button icon={<PlusOutlined />} onClick={() => setOpen('entry')}>
            {t('staff.add')}
          </Button>
          <Button type="primary" icon={<ImportOutlined />} onClick={() => setOpen('import')}>
            {t('staff.import')}
          </Button>
        </>
      }
    >
      <p className="soft">{t('staff.hint')}</p>
      <Totals />
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<StaffEntry>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('staff.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      {open === 'entry' && <EntryDialog onClose={() => setOpen(undefined)} />}
      {open === 'import' && <ImportDialog onClose={() => setOpen(undefined)} />}
      {removing && (
        <ConfirmDialog
          title={t('staff.remove_title')}
          text={t('staff.remove_text', { name: removing.name })}
          okText={t('staff.remove')}
          isDanger
          onConfirm={async () => {
            await remove(removing.id);
            setRemoving(undefined);
          }}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </Page>
  );
}
