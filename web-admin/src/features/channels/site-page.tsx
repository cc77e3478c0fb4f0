import { Alert, App, Button, Form } from 'antd';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { toApiError, type ApiError } from '../../api/index.ts';
import { CopyButton, ErrorFace, LoadingFace, Page, ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useSite, useSiteActions } from './site-data.ts';
import { SiteFields } from './site-fields.tsx';
import { scriptHost, toForm, toInput, type Site, type SiteForm } from './site-rules.ts';
import './channels.css';

function SettingsForm({ site }: { site: Site }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useSiteActions();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  async function handleFinish(values: SiteForm): Promise<void> {
    setSending(true);
    setError(null);
    try {
      await actions.update(site, toInput(values));
      void message.success(t('site.saved'));
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }
  return (
    <Form<SiteForm>
      layout="vertical"
      requiredMark={false}
      initialValues={toForm(site, site.texts)}
      onFinish={handleFinish}
    >
      <SiteFields isNew={false} />
      {error && (
        <Alert className="dialog-alert" type="error" showIcon title={<ProblemText error={error} />} />
      )}
      <Button type="primary" htmlType="submit" loading={isSending}>
        {t('action.save')}
      </Button>
    </Form>
  );
}

function Install({ site }: { site: Site }) {
  const { t } = useI18n();
  const host = scriptHost(site.scriptTag);
  return (
    <section className="panel" aria-label={t('site.install')}>
      <h2>{t('site.install')}</h2>
      <p>{t('site.install_tag')}</p>
      <pre className="script-tag" tabIndex={0} aria-label={t('site.install_tag')}>
        {site.scriptTag}
      </pre>
      <CopyButton text={site.scriptTag} />
      <ul className="install-notes">
        <li>{t('site.install_origin')}</li>
        {host && <li>{t('site.install_csp', { host })}</li>}
        <li>{t('site.install_identity', { id: site.id })}</li>
      </ul>
    </section>
  );
}

/** One site: its settings, and the line that puts the chat on a page. */
export default function SitePage() {
  const { id = '' } = useParams();
  const { t } = useI18n();
  const { data: site, error, refetch } = useSite(id);
  if (error && !site) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  if (!site) return <LoadingFace />;
  return (
    <Page title={site.name} tools={<Link to="/sites">{t('site.back')}</Link>}>
      <div className="site-columns">
        <section className="panel" aria-label={t('site.settings')}>
          <h2>
            {t('site.settings')} <code className="soft">{site.id}</code>
          </h2>
          <SettingsForm key={site.version} site={site} />
        </section>
        <Install site={site} />
      </div>
    </Page>
  );
}
