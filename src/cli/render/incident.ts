/** One Incident with its diagnosis: why, with the evidence; what changed before it; what could not be seen. */
import type { Change, EvidenceItem, Finding } from '../../crds/investigation.ts';
import type { Incident, Investigation } from '../../crds/kinds.ts';
import { age, moment } from '../../text/age.ts';
import { cut, indented, wrapped } from '../../text/layout.ts';
import { type Page, paragraph, refText, rows, section } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';
import { ofSeverity } from '../../text/style.ts';
import { waitingText } from './incidents.ts';

const MOST_EVIDENCE = 12;
const MOST_FIELDS = 8;
const MOST_TIMELINE = 10;

export function incidentPage(incident: Incident, investigation: Investigation | undefined, page: Page): readonly string[] {
  const found = investigation?.status ?? {};
  return [
    ...headLines(incident, page),
    ...causeLines(incident, investigation, page),
    ...section(
      page,
      'WHAT CHANGED',
      (found.changes ?? []).flatMap((change) => changeLines(change, incident, page)),
    ),
    ...section(page, 'EVIDENCE', evidenceLines(found.evidence ?? [], page)),
    ...section(
      page,
      'NOT SEEN',
      (found.gaps ?? []).flatMap(({ source, reason, message }) => wrapped(oneLine(`${source}: ${reason}. ${message}`), page.width - 2)),
    ),
    ...section(page, 'TIMELINE', timelineLines(incident, page)),
  ];
}

function headLines({ metadata, spec, status }: Incident, page: Page): readonly string[] {
  const { style, now } = page;
  const alerts = spec.alerts ?? [];
  const firing = alerts.filter(({ status: said }) => said === 'firing').length;
  const severity = ofSeverity(style, spec.severity)(spec.severity);
  const began = spec.startsAt ?? metadata.creationTimestamp;
  return [
    `${style.bold(metadata.name)}  ${severity} · ${status?.phase ?? 'New'} · ${age(began, now)}`,
    ...paragraph(page, oneLine(spec.title)),
    '',
    ...indented(
      rows(page, [
        ['Waiting on', waitingText({ status })],
        ['Began', `${moment(began)}, said by ${spec.source}`],
        [
          'Alerts',
          alerts.length === 0
            ? undefined
            : `${firing} firing, ${alerts.length - firing} over${spec.alertsTotal === undefined || spec.alertsTotal <= alerts.length ? '' : `, of ${spec.alertsTotal}`}`,
        ],
        ['Targets', (spec.targets ?? []).map(refText).join(', ')],
        ['Runbook', spec.runbookURL],
      ]),
      2,
    ),
  ];
}

function causeLines(incident: Incident, investigation: Investigation | undefined, page: Page): readonly string[] {
  const { rootCause, outcome, findings = [], report } = investigation?.status ?? {};
  if (investigation === undefined || outcome === undefined)
    return section(page, 'ROOT CAUSE', ['not known yet: the investigation is under way']);
  if (rootCause === undefined) {
    const text = outcome === 'NothingWrong' ? 'Nothing is wrong any more.' : (report?.rootCause ?? 'The cause could not be found.');
    return section(page, 'ROOT CAUSE', [...paragraph(page, text), ...findings.flatMap((finding) => findingLines(finding, page))]);
  }
  const cites = [rootCause.finding, rootCause.change, ...rootCause.evidence].filter((id) => id !== undefined);
  const others = findings.filter(({ id }) => id !== rootCause.finding);
  return [
    ...section(page, 'ROOT CAUSE', [
      page.style.dim(`${rootCause.reason} of ${refText(rootCause.object)}, ${rootCause.confidence} % sure`),
      ...paragraph(page, `${rootCause.statement} [${cites.join(' ')}]`),
    ]),
    ...section(page, 'IMPACT', report === undefined ? [] : paragraph(page, report.impact)),
    ...section(
      page,
      'ALSO FOUND',
      others.flatMap((finding) => findingLines(finding, page)),
    ),
    ...section(
      page,
      'AFFECTED',
      wrapped((incident.status?.affected ?? []).map(refText).join(', '), page.width - 2).filter((line) => line !== ''),
    ),
  ];
}

function findingLines({ id, reason, message, evidence }: Finding, { width }: Page): readonly string[] {
  const [first = '', ...rest] = wrapped(oneLine(`${reason}: ${message} [${evidence.join(' ')}]`), width - 7);
  return [`${id.padEnd(4)} ${first}`, ...indented(rest, 5)];
}

function changeLines(change: Change, { spec, metadata }: Incident, page: Page): readonly string[] {
  const { id, kind, at, summary, author, commit, fields = [] } = change;
  const before = age(at, Date.parse(spec.startsAt ?? metadata.creationTimestamp));
  const by = [commit?.slice(0, 12), author === undefined ? undefined : `by ${author}`].filter((part) => part !== undefined);
  const head = wrapped(oneLine([`${kind} ${by.join(' ')}`.trim(), `${moment(at)} (${before} before)`].join(', ')), page.width - 7);
  const shown = fields
    .slice(0, MOST_FIELDS)
    .flatMap((field) => [
      ...wrapped(oneLine(`${field.object} ${field.path}`), page.width - 7),
      ...(field.before === undefined ? [] : [page.style.red(cut(`- ${oneLine(field.before)}`, page.width - 7))]),
      ...(field.after === undefined ? [] : [page.style.green(cut(`+ ${oneLine(field.after)}`, page.width - 7))]),
    ]);
  const more = fields.length > MOST_FIELDS ? [page.style.dim(`and ${fields.length - MOST_FIELDS} more fields`)] : [];
  const [first = '', ...rest] = [...head, page.style.bold(cut(oneLine(summary), page.width - 7)), ...shown, ...more];
  return [`${id.padEnd(4)} ${first}`, ...indented(rest, 5)];
}

function evidenceLines(evidence: readonly EvidenceItem[], { width, style }: Page): readonly string[] {
  const lines = evidence
    .slice(0, MOST_EVIDENCE)
    .map(({ id, source, summary }) => cut(`${id.padEnd(4)} ${source}: ${oneLine(summary)}`, width - 2));
  const more = evidence.length - MOST_EVIDENCE;
  return more > 0 ? [...lines, style.dim(`and ${more} more: -o yaml shows all`)] : lines;
}

function timelineLines({ status }: Incident, { width }: Page): readonly string[] {
  return (status?.timeline ?? []).slice(-MOST_TIMELINE).flatMap(({ at, reason, message }) => {
    const [first = '', ...rest] = wrapped(oneLine(`${reason}: ${message}`), width - 12);
    return [`${moment(at).slice(11, 19)}  ${first}`, ...indented(rest, 10)];
  });
}
