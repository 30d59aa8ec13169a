/** One Incident: its head, the report of its investigation, and what was done about it so far. */
import type { Incident, Investigation } from '../../crds/kinds.ts';
import { expectedForMs } from '../../domain/expectation.ts';
import { isOver } from '../../domain/lifeCycle.ts';
import { age, moment } from '../../text/age.ts';
import { indented, wrapped } from '../../text/layout.ts';
import { type Page, paragraph, refText, rows, section } from '../../text/page.ts';
import { oneLine } from '../../text/plain.ts';
import { ofSeverity } from '../../text/style.ts';
import { renderTerminal } from '../terminal.ts';
import { waitingText } from './incidents.ts';

const MOST_HISTORY = 10;
const MOST_MEMBERS = 20;

export function incidentPage(incident: Incident, investigation: Investigation | undefined, page: Page): readonly string[] {
  const { spec, metadata } = incident;
  const began = spec.startsAt ?? metadata.creationTimestamp;
  return [
    ...headLines(incident, page),
    ...section(page, membersHeading(incident), memberLines(incident, page)),
    '',
    ...renderTerminal({ status: investigation?.status ?? {}, began, runbook: spec.runbookURL }, page),
    ...section(page, 'TAKEN TO BE WRONG', refutation(investigation, page)),
    ...section(page, 'HISTORY', historyLines(incident, page)),
  ];
}

/** A fix that rested on the diagnosis did not help. */
function refutation(investigation: Investigation | undefined, page: Page): readonly string[] {
  const refuted = investigation?.status?.refuted;
  return refuted === undefined
    ? []
    : paragraph(page, oneLine(`${refuted.planRef.name} rested on this diagnosis and did not help: ${refuted.reason}`));
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
        ['Follows', followsText(status)],
        ['Began', `${moment(began)}, said by ${spec.source}`],
        [
          'Alerts',
          alerts.length === 0
            ? undefined
            : `${firing} ${isOver({ spec, status }) ? 'last said to be firing' : 'firing'}, ${alerts.length - firing} over${spec.alertsTotal === undefined || spec.alertsTotal <= alerts.length ? '' : `, of ${spec.alertsTotal}`}`,
        ],
        ['Targets', (spec.targets ?? []).map(refText).join(', ')],
        ['Looked after', acknowledgementText(spec, status)],
        ['Expected', expectedText(spec, now)],
        ...silenceRows(spec, status, now),
        ['Maintenance', maintenanceRow(status)],
        ['Closed', closureText(spec)],
      ]),
      2,
    ),
  ];
}

function acknowledgementText({ acknowledgement }: Incident['spec'], status: Incident['status']): string | undefined {
  if (acknowledgement === undefined) return undefined;
  const { by, comment } = acknowledgement;
  const since = status?.acknowledgedAt === undefined ? '' : `, since ${moment(status.acknowledgedAt)}`;
  return `by ${by}${since}${comment === undefined ? '' : `: ${comment}`}`;
}

function expectedText({ expected }: Incident['spec'], now: number): string | undefined {
  if (expected === undefined) return undefined;
  const over = expectedForMs({ expected }, now) === undefined ? ' (over)' : '';
  return `until ${moment(expected.until)}${over}, says ${expected.by}: ${expected.reason}`;
}

/** What a person wants, and what the Alertmanagers hold, whoever made it. */
function silenceRows({ silence }: Incident['spec'], status: Incident['status'], now: number): readonly (readonly [string, string])[] {
  const said =
    silence === undefined
      ? []
      : [`until ${moment(silence.until)}${isPast(silence.until, now) ? ' (over)' : ''}, by ${silence.by}: ${silence.reason}`];
  const held = (status?.silences ?? []).map(({ alertmanager, by, until, reason, matchers, own, problem }) => {
    if (!own) return `by ${by} in Alertmanager ${alertmanager}, until ${moment(until)}: ${reason}`;
    return problem === undefined ? `in Alertmanager ${alertmanager}: ${matchers}` : `not in Alertmanager ${alertmanager}: ${problem}`;
  });
  return [...said, ...held].map((text, index) => [index === 0 ? 'Silenced' : '', text]);
}

function maintenanceRow(status: Incident['status']): string | undefined {
  const { maintenance } = status ?? {};
  if (maintenance === undefined) return undefined;
  const { policy, window, until, reason } = maintenance;
  return `window ${window} of RemediationPolicy ${policy}${until === undefined ? '' : `, until ${moment(until)}`}: ${reason}`;
}

const isPast = (time: string, now: number): boolean => !(Date.parse(time) > now);

const closureText = ({ closure }: Incident['spec']): string | undefined =>
  closure === undefined
    ? undefined
    : `by ${closure.by}, as ${closure.reason}${closure.comment === undefined ? '' : `: ${closure.comment}`}`;

function followsText(status: Incident['status']): string | undefined {
  const { groupedInto } = status ?? {};
  return groupedInto === undefined ? undefined : `${groupedInto.name}: it ${groupedInto.why}`;
}

const membersHeading = ({ status }: Incident): string => `FOLLOWED BY ${status?.membersTotal ?? 0}`;

function memberLines({ status }: Incident, { width }: Page): readonly string[] {
  const { members = [], membersTotal = members.length } = status ?? {};
  const shown = members.slice(0, MOST_MEMBERS).flatMap(({ name, why }) => {
    const [first = '', ...rest] = wrapped(oneLine(why), width - name.length - 6);
    return [`${name}  ${first}`, ...indented(rest, name.length + 2)];
  });
  const left = membersTotal - Math.min(members.length, MOST_MEMBERS);
  return left <= 0 ? shown : [...shown, `and ${left} more: kubectl sre get --all`];
}

function historyLines({ status }: Incident, { width }: Page): readonly string[] {
  return (status?.timeline ?? []).slice(-MOST_HISTORY).flatMap(({ at, reason, message }) => {
    const [first = '', ...rest] = wrapped(oneLine(`${reason}: ${message}`), width - 12);
    return [`${moment(at).slice(11, 19)}  ${first}`, ...indented(rest, 10)];
  });
}
