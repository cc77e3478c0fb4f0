import { useI18n } from '../i18n/index.ts';

/** A share of 0 to 1 as a bar with its percentage in words; a mark may show a threshold on the bar. */
export function Meter(props: { ratio: number; label: string; marks?: { at: number; label: string }[] }) {
  const { format } = useI18n();
  const { ratio, label, marks = [] } = props;
  const bounded = Math.min(1, Math.max(0, ratio));
  const text = format.percent(ratio);
  return (
    <span className="meter">
      <span
        className="meter-track"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={bounded}
        aria-valuetext={text}
      >
        <span className="meter-fill" style={{ width: `${bounded * 100}%` }} />
        {marks.map((mark) => (
          <span
            key={mark.label}
            className="meter-mark"
            title={`${mark.label} ${format.percent(mark.at)}`}
            style={{ left: `${mark.at * 100}%` }}
          />
        ))}
      </span>
      <span className="meter-text">{text}</span>
    </span>
  );
}
