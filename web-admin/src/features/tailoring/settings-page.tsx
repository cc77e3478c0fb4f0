import type { ComponentType } from 'react';
import { NavLink, useParams } from 'react-router';
import { NotFoundFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { BrandSection } from './brand-section.tsx';
import { FieldsSection } from './fields-section.tsx';
import { SECTION_NAMES, type SectionName } from './section-data.ts';
import { MenusSection, ModulesSection, PanelsSection, RegionSection } from './simple-sections.tsx';
import { SignInSection } from './sign-in-section.tsx';
import { TextsSection } from './texts-section.tsx';
import './tailoring.css';

const SECTIONS: Record<SectionName, ComponentType> = {
  brand: BrandSection,
  modules: ModulesSection,
  menus: MenusSection,
  panels: PanelsSection,
  texts: TextsSection,
  fields: FieldsSection,
  region: RegionSection,
  'sign-in': SignInSection,
};

/** Settings of the installation: a section at a time, each with its history. */
export default function SettingsPage() {
  const { section = 'brand' } = useParams();
  const { t } = useI18n();
  const name = SECTION_NAMES.find((known) => known === section);
  if (name === undefined) return <NotFoundFace />;
  const Content = SECTIONS[name];
  return (
    <Page title={t('settings.title')}>
      <div className="settings-columns">
        <nav className="settings-nav" aria-label={t('settings.sections')}>
          <ul>
            {SECTION_NAMES.map((each) => (
              <li key={each}>
                <NavLink to={`/settings/${each}`} className={each === name ? 'active' : ''}>
                  {t(`settings.section.${each}`)}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
        <section className="panel settings-section" aria-label={t(`settings.section.${name}`)}>
          <h2>{t(`settings.section.${name}`)}</h2>
          <Content />
        </section>
      </div>
    </Page>
  );
}
