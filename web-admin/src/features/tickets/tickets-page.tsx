import { PlusOutlined } from '@ant-design/icons';
import { Button, Input, Select, Table, type TableColumnsType } from 'antd';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { useCan, useSession } from '../../auth/index.ts';
import {
  CreateTicketDialog,
  EmptyFace,
  ErrorFace,
  LoadMore,
  Page,
  SealedText,
  UnitPicker,
} from '../../components/index.ts';
import { ExportButton, exportParams } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  FieldFilter,
  useFields,
  useLocalised,
  useValueText,
  type FieldFilterValue,
  type KnownField,
} from '../../tailoring/index.ts';
import { PriorityMark, StateMark } from './ticket-marks.tsx';
import {
  parseFilters,
  TICKET_STATES,
  useAssignees,
  useUnitName,
  withField,
  withFilter,
  type TicketFilters,
  type TicketItem,
} from './ticket-data.ts';

function Filters(props: {
  filters: TicketFilters;
  /** The unit the list is narrowed to, by its name. */
  unit: { id: string; name: string } | undefined;
  fields: readonly KnownField[];
  onChange: (name: keyof TicketFilters, value: string | undefined) => void;
  onField: (filter: FieldFilterValue) => void;
}) {
  const { t } = useI18n();
  const can = useCan();
  const { account } = useSession();
  const { filters, onChange } = props;
  const { data: agents } = useAssignees(can('agent:list'));
  const assignees = [
    { value: 'me', label: t('ticket.assignee_me') },
    { value: 'none', label: t('ticket.assignee_none') },
    ...(agents ?? [])
      .filter((agent) => agent.id !== account.id)
      .map((agent) => ({ value: agent.id, label: agent.displayName })),
  ];
  return (
    <div className="filters" role="search">
      <Select
        className="filter-select"
        aria-label={t('ticket.state')}
        allowClear
        placeholder={t('ticket.filter_state')}
        value={filters.state}
        onChange={(value?: string) => onChange('state', value)}
        options={TICKET_STATES.map((value) => ({
          value: value as string,
          label: t(`ticket.state.${value}`),
        }))}
      />
      <Select
        className="filter-select"
        aria-label={t('ticket.assignee')}
        allowClear
        placeholder={t('ticket.filter_assignee')}
        value={filters.assignee}
        onChange={(value?: string) => onChange('assignee', value)}
        options={assignees}
      />
      <UnitPicker
        className="filter-select"
        label={t('ticket.unit')}
        placeholder={t('ticket.filter_unit')}
        isClearable
        known={props.unit}
        {...(filters.unit === undefined ? {} : { value: filters.unit })}
        onChange={(value) => onChange('unit', value)}
      />
      <FieldFilter fields={props.fields} filter={filters} onChange={props.onField} />
      <Input.Search
        className="filter-search"
        aria-label={t('ticket.search')}
        placeholder={t('ticket.search')}
        defaultValue={filters.q}
        key={filters.q ?? ''}
        allowClear
        maxLength={200}
        onSearch={(value) => onChange('q', value.trim() || undefined)}
      />
    </div>
  );
}

/** Own fields that are columns of the list. */
function useOwnColumns(fields: readonly KnownField[]): TableColumnsType<TicketItem> {
  const localised = useLocalised();
  const valueText = useValueText();
  return fields
    .filter(({ isInList, isArchived }) => isInList && !isArchived)
    .map((field) => ({
      title: localised(field.label),
      key: `field.${field.key}`,
      width: 140,
      responsive: ['lg' as const],
      render: (_value: unknown, { columnValues, unreadableColumns }: TicketItem) =>
        unreadableColumns?.includes(field.key) ? (
          <SealedText text="" isUnreadable />
        ) : (
          valueText(field, columnValues?.[field.key])
        ),
    }));
}

function useColumns(fields: readonly KnownField[]): TableColumnsType<TicketItem> {
  const { t, format } = useI18n();
  const own = useOwnColumns(fields);
  const columns: TableColumnsType<TicketItem> = useMemo(
    () => [
      { title: t('ticket.number'), dataIndex: 'number', width: 90, render: (value) => `#${value}` },
      {
        title: t('ticket.subject'),
        dataIndex: 'subject',
        render: (subject: string, ticket) => (
          <Link to={`/tickets/${ticket.id}`}>
            <SealedText text={subject} isUnreadable={ticket.isUnreadable} />
          </Link>
        ),
      },
      {
        title: t('ticket.state'),
        dataIndex: 'state',
        width: 120,
        render: (state) => <StateMark state={state} />,
      },
      {
        title: t('ticket.priority'),
        dataIndex: 'priority',
        width: 100,
        responsive: ['md'],
        render: (priority) => <PriorityMark priority={priority} />,
      },
      {
        title: t('ticket.requester'),
        width: 140,
        responsive: ['lg'],
        render: (_value, ticket) => ticket.requester?.nameMasked ?? '—',
      },
      {
        title: t('ticket.assignee'),
        width: 140,
        responsive: ['md'],
        render: (_value, ticket) => ticket.assignee?.displayName ?? t('ticket.unassigned'),
      },
      {
        title: t('ticket.unit'),
        width: 140,
        responsive: ['xl'],
        render: (_value, ticket) => ticket.unit.name || '—',
      },
      {
        title: t('ticket.updated'),
        dataIndex: 'updatedAt',
        width: 160,
        responsive: ['lg'],
        render: (at: string) => format.dateTime(at),
      },
    ],
    [t, format],
  );
  // Before the last column, which is the time.
  return [...columns.slice(0, -1), ...own, ...columns.slice(-1)];
}

/** The filters as the dialog of an export shows them. */
function useFilterWords(
  { state, assignee, q, field, value }: TicketFilters,
  unit: { name: string } | undefined,
): string[] {
  const { t } = useI18n();
  const can = useCan();
  const { account } = useSession();
  const { data: agents } = useAssignees(can('agent:list'));
  const named = (name: string, value: string) => t('export.filter_named', { name, value });
  const assigneeName =
    assignee === 'none'
      ? t('ticket.assignee_none')
      : assignee === 'me' || assignee === account.id
        ? t('ticket.assignee_me')
        : agents?.find(({ id }) => id === assignee)?.displayName;
  return [
    ...(state ? [named(t('ticket.state'), t(`ticket.state.${state}` as 'ticket.state.new'))] : []),
    ...(assignee ? [named(t('ticket.assignee'), assigneeName ?? assignee)] : []),
    ...(unit ? [named(t('ticket.unit'), unit.name)] : []),
    ...(q ? [named(t('action.search'), q)] : []),
    ...(field && value ? [named(field, value)] : []),
  ];
}

/** List of tickets. Filters and search stand in the address, so a view can be sent to a colleague. */
export default function TicketsPage() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const [isCreating, setCreating] = useState(false);
  const filters = parseFilters(search);
  const fields = useFields('ticket');
  // A field without a value narrows nothing yet; words and fields are not searched together.
  const { field, value, match } = filters;
  const fieldQuery = value && !filters.q ? { field, value, match } : {};
  const { state, assignee, unit: unitId, q } = filters;
  const query = { state, assignee, unit: unitId, q, ...fieldQuery };
  const unit = useUnitName(unitId);
  const list = usePageList<TicketItem>({
    resource: 'tickets',
    path: '/tickets',
    query,
  });
  const columns = useColumns(fields);
  const filterWords = useFilterWords(query, unit);
  return (
    <Page
      title={t('ticket.list')}
      tools={
        <>
          <ExportButton
            permission="ticket:export"
            subject={{ kind: 'ticket.list', params: exportParams(query), filters: filterWords }}
          />
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
            {t('ticket.create')}
          </Button>
        </>
      }
    >
      <Filters
        filters={filters}
        unit={unit}
        fields={fields}
        onChange={(name, value) => setSearch(withFilter(search, name, value))}
        onField={(filter) => setSearch(withField(search, filter))}
      />
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<TicketItem>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('ticket.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      {isCreating && (
        <CreateTicketDialog
          onClose={() => setCreating(false)}
          onCreated={(ticket) => void navigate(`/tickets/${ticket.id}`)}
        />
      )}
    </Page>
  );
}
