import { PlusOutlined } from '@ant-design/icons';
import { Button, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { CopyButton, EmptyFace, ErrorFace, FormDialog, LoadMore, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useSiteActions } from './site-data.ts';
import { SiteFields } from './site-fields.tsx';
import { toForm, toInput, type Site, type SiteForm } from './site-rules.ts';
import './channels.css';

function CreateSiteDialog({ onCreated, onClose }: { onCreated: (site: Site) => void; onClose: () => void }) {
  const { t } = useI18n();
  const actions = useSiteActions();
  return (
    <FormDialog<SiteForm>
      title={t('site.create')}
      okText={t('action.create')}
      initialValues={toForm(undefined, { title: '', welcome: '', offline: '' })}
      onSubmit={async (form) => onCreated(await actions.create(form.id.trim(), toInput(form)))}
      onClose={onClose}
    >
      <SiteFields isNew />
    </FormDialog>
  );
}

function useColumns(): TableColumnsType<Site> {
  const { t } = useI18n();
  return [
    {
      title: t('site.name'),
      render: (_value, site) => (
        <>
          <Link to={`/sites/${site.id}`}>{site.name}</Link>
          <code className="soft second-line">{site.id}</code>
        </>
      ),
    },
    {
      title: t('site.origins'),
      responsive: ['md'],
      render: (_value, { origins }) =>
        origins.length === 0 ? (
          <span className="soft">{t('site.origins_none')}</span>
        ) : (
          origins.map((origin) => (
            <span key={origin} className="origin">
              {origin}
            </span>
          ))
        ),
    },
    {
      title: t('site.locale'),
      width: 110,
      responsive: ['lg'],
      render: (_value, { locale }) => t(`site.locale.${locale}`),
    },
    {
      title: t('site.state'),
      width: 100,
      render: (_value, { isActive }) => (
        <span className={`state-mark ${isActive ? 'site-on' : 'site-off'}`}>
          {t(isActive ? 'site.active' : 'site.inactive')}
        </span>
      ),
    },
    {
      title: t('site.install'),
      width: 140,
      render: (_value, { scriptTag }) => <CopyButton text={scriptTag} />,
    },
  ];
}

/** Sites: the web pages and apps that hold the chat. */
export default function SitesPage() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const list = usePageList<Site>({ resource: 'sites', path: '/sites' });
  const columns = useColumns();
  return (
    <Page
      title={t('site.title')}
      tools={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
          {t('site.create')}
        </Button>
      }
    >
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Site>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('site.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      {isCreating && (
        <CreateSiteDialog
          onClose={() => setCreating(false)}
          onCreated={(site) => void navigate(`/sites/${site.id}`)}
        />
      )}
    </Page>
  );
}
