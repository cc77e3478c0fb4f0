import { Button, Space, Table, Tag, type TableColumnsType } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useI18n } from '../../i18n/index.ts';
import type { Proposal } from './learning-data.ts';

/** Questions of a proposal that a row shows before it is opened. */
const QUESTIONS_SHOWN = 3;

interface TableProps {
  proposals: readonly Proposal[];
  isLoading: boolean;
  chosenIds: readonly string[];
  onChoose: (ids: readonly string[]) => void;
  onOpen: (proposal: Proposal) => void;
  onReject: (proposal: Proposal) => void;
  empty: ReactNode;
}

function Questions({ proposal }: { proposal: Proposal }) {
  const { t, format } = useI18n();
  const { questions, locale, source, createdAt } = proposal;
  return (
    <div lang={locale}>
      <ul className="learning-questions">
        {questions.slice(0, QUESTIONS_SHOWN).map((text, place) => (
          <li key={place}>{text}</li>
        ))}
      </ul>
      <span className="soft second-line">
        {t(`learning.source.${source}`)} · {t(`article.locale.${locale}`)} · {format.date(createdAt)}
      </span>
    </div>
  );
}

function Target({ proposal }: { proposal: Proposal }) {
  const { t } = useI18n();
  const { articleId, articleQuestion, reply, locale } = proposal;
  if (articleId !== null) {
    return (
      <>
        <Tag color="blue">{t('learning.kind.similar')}</Tag>{' '}
        <Link to={`/knowledge/${articleId}`} lang={locale}>
          {articleQuestion ?? t('robot.open_article')}
        </Link>
      </>
    );
  }
  return (
    <>
      <Tag color="purple">{t('learning.kind.article')}</Tag>
      {reply !== null && (
        <span className="learning-reply" lang={locale}>
          {t('learning.reply', { reply })}
        </span>
      )}
    </>
  );
}

function Acts({
  proposal,
  onOpen,
  onReject,
}: { proposal: Proposal } & Pick<TableProps, 'onOpen' | 'onReject'>) {
  const { t } = useI18n();
  return (
    <Space wrap size={4}>
      <Button size="small" onClick={() => onOpen(proposal)}>
        {t('learning.accept')}
      </Button>
      <Button size="small" type="text" danger onClick={() => onReject(proposal)}>
        {t('learning.reject')}
      </Button>
    </Space>
  );
}

function useColumns({ onOpen, onReject }: TableProps): TableColumnsType<Proposal> {
  const { t, format } = useI18n();
  return [
    {
      title: t('learning.questions'),
      render: (_value, proposal) => (
        <>
          <Questions proposal={proposal} />
          <div className="narrow-only learning-narrow">
            <Target proposal={proposal} />
            <Acts proposal={proposal} onOpen={onOpen} onReject={onReject} />
          </div>
        </>
      ),
    },
    {
      title: t('learning.asked'),
      width: 76,
      align: 'right',
      sorter: (a, b) => a.askedCount - b.askedCount,
      render: (_value, { askedCount }) => format.number(askedCount),
    },
    {
      title: t('learning.becomes'),
      responsive: ['md'],
      render: (_value, proposal) => <Target proposal={proposal} />,
    },
    {
      title: t('learning.score'),
      width: 90,
      align: 'right',
      responsive: ['lg'],
      sorter: (a, b) => a.score - b.score,
      render: (_value, { score }) => format.percent(score, 0),
    },
    {
      title: t('account.acts'),
      width: 150,
      responsive: ['md'],
      render: (_value, proposal) => <Acts proposal={proposal} onOpen={onOpen} onReject={onReject} />,
    },
  ];
}

/** Open proposals; several can be chosen and decided on at once. */
export function ProposalTable(props: TableProps) {
  const { t } = useI18n();
  const columns = useColumns(props);
  return (
    <Table<Proposal>
      rowKey="id"
      size="middle"
      columns={columns}
      dataSource={props.proposals}
      loading={props.isLoading}
      pagination={false}
      rowSelection={{
        selectedRowKeys: [...props.chosenIds],
        onChange: (keys) => props.onChoose(keys.map(String)),
        getCheckboxProps: ({ questions }) => ({
          'aria-label': t('learning.choose', { text: questions[0] ?? '' }),
        }),
      }}
      locale={{ emptyText: props.empty }}
    />
  );
}
