/**
 * How bad an alert says it is, from any vocabulary to our three words.
 *
 * `critical` is what somebody is woken for, `info` what nobody has to act on, `warning` everything between. What is absent or
 * not understood is a warning: neither does it wake anyone, nor is it passed over.
 */
import { SEVERITIES, type Severity } from '../crds/incident.ts';

/** Words of Prometheus rules, PagerDuty, Opsgenie, syslog, Zabbix, Nagios, Azure Monitor and X.733. */
const WORDS: Readonly<Record<Severity, readonly string[]>> = {
  critical: [
    'critical',
    'crit',
    'page',
    'pager',
    'fatal',
    'emergency',
    'emerg',
    'panic',
    'disaster',
    'urgent',
    'alert',
    'blocker',
    'major',
    'high',
    'error',
    'err',
    'red',
  ],
  warning: ['warning', 'warn', 'ticket', 'minor', 'medium', 'moderate', 'average', 'normal', 'orange', 'amber', 'yellow', 'unknown'],
  info: [
    'info',
    'information',
    'informational',
    'notice',
    'low',
    'lowest',
    'trivial',
    'none',
    'ok',
    'debug',
    'verbose',
    'green',
    'not classified',
  ],
};

const BY_WORD: ReadonlyMap<string, Severity> = new Map(
  SEVERITIES.flatMap((severity) => WORDS[severity].map((word) => [word, severity] as const)),
);

/** P0 to P5, Sev0 to Sev5, S1, "priority 2", or the bare figure: 0 and 1 wake people, from 4 on nobody acts. */
const NUMBERED = /^(?:p|prio|priority|s|sev|severity)?[\s_-]?([0-9])$/u;
const BY_FIGURE: readonly Severity[] = ['critical', 'critical', 'warning', 'warning'];

/** Labels that carry it, the usual one first; the first that is understood counts. */
const CARRIERS = ['severity', 'priority', 'level', 'criticality', 'urgency'] as const;

/** Label names that say how bad something is, not what it is. */
export const SEVERITY_LABELS: ReadonlySet<string> = new Set(CARRIERS);

/** What words of people's own mean; in lower case. They count more than those that are known. */
export type SeverityWords = ReadonlyMap<string, Severity>;

export function severityWords(said: Readonly<Record<string, Severity>>): SeverityWords {
  return new Map(Object.entries(said).map(([word, severity]) => [wordOf(word), severity]));
}

export function severityOf(labels: Readonly<Record<string, string>>, own: SeverityWords = new Map()): Severity {
  for (const carrier of CARRIERS) {
    const understood = Object.hasOwn(labels, carrier) ? understand(labels[carrier] ?? '', own) : undefined;
    if (understood !== undefined) return understood;
  }
  return 'warning';
}

/** The worse of the two. */
export function moreSevere(a: Severity, b: Severity): Severity {
  return SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;
}

const wordOf = (said: string): string => said.trim().toLowerCase();

function understand(said: string, own: SeverityWords): Severity | undefined {
  const word = wordOf(said);
  if (own.has(word)) return own.get(word);
  const figure = NUMBERED.exec(word)?.[1];
  if (figure !== undefined) return BY_FIGURE[Number(figure)] ?? 'info';
  return BY_WORD.get(word);
}
