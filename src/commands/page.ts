/** A diagnosis as a person reads it: what was looked at, then the page that `kubectl sre show` has of an Investigation. */
import type { InvestigationStatus } from '../crds/investigation.ts';
import { renderTerminal } from '../report/terminal.ts';
import type { Snapshot } from '../sources/kubernetes/snapshot.ts';
import { age, moment } from '../text/age.ts';
import { wrapped } from '../text/layout.ts';
import type { Page } from '../text/page.ts';
import { oneLine } from '../text/plain.ts';
import type { Looked } from './look.ts';
import { NOTHING_RUNS, nothingRuns } from './nothingRuns.ts';

export function diagnosisPage({ about, gathered }: Looked, status: InvestigationStatus, page: Page): readonly string[] {
  const { around } = gathered;
  const head = [about, `As of ${whenOf(around, page.now)}`, `Read ${readFrom(around)}`].flatMap((text) =>
    wrapped(oneLine(text), page.width),
  );
  const report = nothingRuns(around) && status.outcome !== 'RootCauseFound' ? wrapped(NOTHING_RUNS, page.width) : undefined;
  return [...head.map(page.style.dim), '', ...(report ?? renderTerminal({ status, more: '--json shows all' }, page))];
}

const JUST_NOW_MS = 60_000;

function whenOf({ at }: Snapshot, now: number): string {
  const time = new Date(at).toISOString();
  return `${moment(time)}${now - at < JUST_NOW_MS ? '' : `, ${age(time, now)} ago`}`;
}

function readFrom({ workloads, pods, events, errorLines, series }: Snapshot): string {
  const tails = pods.flatMap(({ containers }) => containers.flatMap(({ logs }) => [logs.current ?? [], logs.previous ?? []].flat()));
  const parts = [
    counted(workloads.length, 'workload'),
    counted(pods.length, 'pod'),
    counted(events.length, 'event'),
    counted(tails.length + errorLines.length, 'log'),
    ...(series.length === 0 ? [] : [`${series.length} series of measurements`]),
  ];
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
