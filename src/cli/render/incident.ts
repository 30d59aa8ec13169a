/** One Incident: its head, the report of its investigation, and what was done about it so far. */
import type { Incident, Investigation } from '../../crds/kinds.ts';
import { renderTerminal } from '../../report/terminal.ts';
import { age, moment } from '../../text/age.ts';
import { indented, wrapped } from '../../text/layout.ts';
import { type Page, paragraph, refText, rows, section } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';
import { ofSeverity } from '../../text/style.ts';
import { waitingText } from './incidents.ts';

const MOST_HISTORY = 10;

export function incidentPage(incident: Incident, investigation: Investigation | undefined, page: Page): readonly string[] {
  const { spec, metadata } = incident;
  const began = spec.startsAt ?? metadata.creationTimestamp;
  return [
    ...headLines(incident, page),
    '',
    ...renderTerminal({ status: investigation?.status ?? {}, began }, page),
    ...section(page, 'HISTORY', historyLines(incident, page)),
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

function historyLines({ status }: Incident, { width }: Page): readonly string[] {
  return (status?.timeline ?? []).slice(-MOST_HISTORY).flatMap(({ at, reason, message }) => {
    const [first = '', ...rest] = wrapped(oneLine(`${reason}: ${message}`), width - 12);
    return [`${moment(at).slice(11, 19)}  ${first}`, ...indented(rest, 10)];
  });
}
