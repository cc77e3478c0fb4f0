import { Alert, Button, Input, Select, Space } from 'antd';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CASE_KEYS, useCaseActs, type CasePerson } from './case-data.ts';

const VALUE_MAX = 64;

function Person({ person, onAsk }: { person: CasePerson; onAsk: (person: CasePerson) => void }) {
  const { t, format } = useI18n();
  const masks = [person.nameMasked, person.phoneMasked, person.idNumberMasked].filter(Boolean);
  return (
    <li className="case-person">
      <div>
        <strong>{masks.length > 0 ? masks.join(' · ') : t('case.unknown_person')}</strong>
        <code className="second-line">{person.id}</code>
        <span className="soft second-line">
          {t('case.known_since', { at: format.dateTime(person.createdAt) })}
        </span>
      </div>
      <Space wrap>
        <Link className="ant-btn-link" to={`/audit?customer=${person.id}&class=personal-data`}>
          {t('audit.who_looked')}
        </Link>
        <Button type="primary" onClick={() => onAsk(person)}>
          {t('case.ask')}
        </Button>
      </Space>
    </li>
  );
}

/** Finds a person by one exact value and shows a reference; what was typed is sent once and kept nowhere. */
export function LookUpPanel({ onAsk }: { onAsk: (person: CasePerson) => void }) {
  const { t } = useI18n();
  const { lookUp } = useCaseActs();
  const [key, setKey] = useState<(typeof CASE_KEYS)[number]>('phone');
  const [value, setValue] = useState('');
  const [people, setPeople] = useState<CasePerson[]>();
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  async function handleSubmit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      setPeople(await lookUp(key, value.trim()));
    } catch (thrown) {
      setPeople(undefined);
      setError(toApiError(thrown));
    }
    setBusy(false);
  }
  return (
    <section className="panel" aria-label={t('case.look_up')}>
      <h2 className="case-head">{t('case.look_up')}</h2>
      <p className="soft">{t('case.look_up_hint')}</p>
      <form className="case-look-up" onSubmit={(event) => void handleSubmit(event)}>
        <Select
          aria-label={t('case.key')}
          value={key}
          onChange={setKey}
          options={CASE_KEYS.map((one) => ({ value: one, label: t(`case.key.${one}`) }))}
        />
        <Input
          aria-label={t(`case.key.${key}`)}
          value={value}
          maxLength={VALUE_MAX}
          autoComplete="off"
          onChange={({ target }) => setValue(target.value)}
        />
        <Button htmlType="submit" loading={isBusy} disabled={value.trim().length < 2}>
          {t('case.find')}
        </Button>
      </form>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
      <div role="status">
        {people?.length === 0 && <Alert type="info" showIcon title={t('case.nobody')} />}
        {people && people.length > 0 && (
          <ul className="plain-list">
            {people.map((person) => (
              <Person key={person.id} person={person} onAsk={onAsk} />
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
