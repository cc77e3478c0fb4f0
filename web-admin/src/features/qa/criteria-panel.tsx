import { Button } from 'antd';
import { useI18n } from '../../i18n/index.ts';
import type { EvaluatedCriterion, Evidence } from './qa-data.ts';
import { MetMark, usePointsText } from './qa-marks.tsx';

function EvidenceButton(props: { evidence: Evidence; isActive: boolean; onShow: () => void }) {
  const { t } = useI18n();
  const { evidence, isActive, onShow } = props;
  const { seq, quote } = evidence;
  return (
    <li>
      <Button type="link" size="small" className="evidence-link" aria-pressed={isActive} onClick={onShow}>
        {quote ? t('qa.evidence_at', { seq, quote }) : t('qa.evidence_gone', { seq })}
      </Button>
    </li>
  );
}

function CriterionRow(props: {
  criterion: EvaluatedCriterion;
  active: Evidence | undefined;
  onShow: (evidence: Evidence) => void;
}) {
  const { t, tMaybe } = useI18n();
  const pointsText = usePointsText();
  const { criterion, active, onShow } = props;
  return (
    <li className={criterion.isMet === false ? 'criterion is-missed' : 'criterion'}>
      <div className="criterion-head">
        <strong>{criterion.title}</strong>
        <span className="criterion-points">{pointsText(criterion)}</span>
      </div>
      <div className="criterion-marks">
        <MetMark criterion={criterion} />
        <span className="soft">{tMaybe(`qa.kind.${criterion.kind}`) ?? criterion.kind}</span>
        {criterion.isFatal && <span className="soft">{t('qa.fatal')}</span>}
      </div>
      {criterion.remark && (
        <p className="keep-lines criterion-remark">
          {t('qa.remark')}: {criterion.remark}
        </p>
      )}
      {criterion.evidence.length > 0 && (
        <ul className="plain-list" aria-label={t('qa.evidence')}>
          {criterion.evidence.map((evidence) => (
            <EvidenceButton
              key={`${evidence.seq}-${evidence.start}-${evidence.end}`}
              evidence={evidence}
              isActive={evidence === active}
              onShow={() => onShow(evidence)}
            />
          ))}
        </ul>
      )}
    </li>
  );
}

/** Criteria with points and evidence; a click on evidence shows it in the conversation. */
export function CriteriaPanel(props: {
  criteria: readonly EvaluatedCriterion[];
  active: Evidence | undefined;
  onShow: (evidence: Evidence) => void;
}) {
  const { t } = useI18n();
  return (
    <section className="panel" aria-label={t('qa.criteria')}>
      <h2>{t('qa.criteria')}</h2>
      <ol className="criteria">
        {props.criteria.map((criterion) => (
          <CriterionRow
            key={criterion.id}
            criterion={criterion}
            active={props.active}
            onShow={props.onShow}
          />
        ))}
      </ol>
    </section>
  );
}
