import { InfoCircleFilled, WarningFilled } from '@ant-design/icons';
import { Button, Empty, Spin } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { toApiError } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';

/** Text of an error by its code, with the request id that support asks for. */
export function ProblemText({ error }: { error: unknown }) {
  const { t, tMaybe } = useI18n();
  const problem = toApiError(error);
  return (
    <span>
      {tMaybe(`error.${problem.code}`) ?? (problem.message || t('error.unknown'))}
      {problem.requestId && (
        <small className="request-id">
          {t('face.request_id')}: <code>{problem.requestId}</code>
        </small>
      )}
    </span>
  );
}

/** Shown while the first data of a screen is on its way. */
export function LoadingFace({ isFullPage = false }: { isFullPage?: boolean }) {
  const { t } = useI18n();
  return (
    <div className={isFullPage ? 'face face-full' : 'face'} role="status" aria-live="polite">
      <Spin size="large" />
      <p>{t('face.loading')}</p>
    </div>
  );
}

/** Shown when a list has nothing; say why and what to do next where that helps. */
export function EmptyFace({ text, children }: { text?: string; children?: ReactNode }) {
  const { t } = useI18n();
  return (
    <div className="face">
      <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text ?? t('face.empty')}>
        {children}
      </Empty>
    </div>
  );
}

/** Shown when data could not be read. A refusal of rights has its own face. */
export function ErrorFace({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { t } = useI18n();
  const problem = toApiError(error);
  if (problem.code === 'access.refused') return <NoPermissionFace />;
  if (problem.code === 'module.off') return <ModuleOffFace />;
  if (problem.status === 404) return <NotFoundFace />;
  return (
    <div className="face" role="alert">
      <p className="face-problem">
        <ProblemText error={problem} />
      </p>
      {onRetry && <Button onClick={onRetry}>{t('face.retry')}</Button>}
    </div>
  );
}

/** A page that is not there for this account. Ant Design's own brings drawings of 40 kB that no face here shows. */
function NothingHere({ icon, title, text }: { icon: ReactNode; title: string; text: string }) {
  const { t } = useI18n();
  return (
    <div className="face face-nothing">
      {icon}
      <h1>{title}</h1>
      <p>{text}</p>
      <Link to="/">{t('face.home')}</Link>
    </div>
  );
}

/** Shown on pages the account's roles cannot open. */
export function NoPermissionFace() {
  const { t } = useI18n();
  const icon = <WarningFilled className="face-icon face-icon-warning" />;
  return (
    <NothingHere icon={icon} title={t('face.no_permission_title')} text={t('face.no_permission_text')} />
  );
}

/** Shown on pages of a part that is switched off. */
export function ModuleOffFace() {
  const { t } = useI18n();
  const icon = <InfoCircleFilled className="face-icon" />;
  return <NothingHere icon={icon} title={t('face.module_off_title')} text={t('face.module_off_text')} />;
}

/** Shown for unknown addresses and for records that are not there (or not for this account). */
export function NotFoundFace() {
  const { t } = useI18n();
  const icon = <InfoCircleFilled className="face-icon" />;
  return <NothingHere icon={icon} title={t('face.not_found_title')} text={t('face.not_found_text')} />;
}
