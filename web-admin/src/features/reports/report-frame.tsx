import { Segmented } from 'antd';
import type { ReactNode } from 'react';
import { NavLink, useLocation, useSearchParams } from 'react-router';
import { Page, withParam } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { parsePeriod, PERIODS } from './report-data.ts';
import './reports.css';

const REPORTS = [
  { path: '/reports', label: 'report.tab.overview' },
  { path: '/reports/opinions', label: 'report.tab.opinions' },
  { path: '/reports/assist', label: 'report.tab.assist' },
] as const;

/** A report: its tab among the others, its period in the address. */
export function ReportFrame(props: { title: string; tools?: ReactNode; children: ReactNode }) {
  const { t } = useI18n();
  const { search } = useLocation();
  const [params, setParams] = useSearchParams();
  return (
    <Page
      title={props.title}
      tools={
        <>
          <Segmented<number>
            aria-label={t('report.period')}
            value={parsePeriod(params)}
            onChange={(value) => setParams(withParam(params, 'days', String(value)))}
            options={PERIODS.map((value) => ({ value, label: t('report.days', { days: value }) }))}
          />
          {props.tools}
        </>
      }
    >
      <nav className="report-tabs" aria-label={t('report.tabs')}>
        {REPORTS.map(({ path, label }) => (
          <NavLink key={path} to={{ pathname: path, search }} end>
            {t(label)}
          </NavLink>
        ))}
      </nav>
      {props.children}
    </Page>
  );
}

/** The period of the address. */
export function usePeriod(): number {
  const [search] = useSearchParams();
  return parsePeriod(search);
}
